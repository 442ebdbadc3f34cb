/** What a vector is: data, as the files of `vectors/` hold it. */
import { Buffer } from 'node:buffer';

/** Bytes: a text's UTF-8, bytes that are none, or each text so many times. */
export type VectorBytes = string | { readonly base64: string } | { readonly build: readonly [string, number][] };

/** So many times the same. */
export interface Times<T> {
  readonly times: number;
  readonly value: T;
}

export type Element = Notation | Times<Notation>;
export type Pair = readonly [Notation, Notation];
export type Pairs = readonly (Pair | Times<Pair>)[];

/** A value, in the notation of the vectors. */
export type Notation =
  | readonly ['+' | '-' | '$' | '!', VectorBytes]
  | readonly [':' | '(' | ',', string]
  | readonly ['#', boolean]
  | readonly ['_']
  | readonly ['=', string, VectorBytes]
  | readonly ['*' | '~' | '>', readonly Element[]]
  | readonly ['%', Pairs]
  | readonly ['|', Pairs, Notation];

/** A value inside so many arrays of one element. */
export interface Nest {
  readonly nest: number;
  readonly value: Notation;
}

/** What a reader delivers, and what is then: nothing is left over, more bytes are needed, an error ends the stream. */
export interface VectorOutcome {
  readonly replies: readonly (Element | Nest)[];
  readonly end?: 'pending' | 'error';
  /** Advice: what kind of error it is. */
  readonly class?: string;
}

interface AnyVector {
  readonly id: string;
  readonly title: string;
  readonly source: readonly string[];
  readonly requirement: 'must' | 'should' | 'may';
}

/** For what a client reads. */
export interface ReplyVector extends AnyVector {
  readonly protocol: 2 | 3;
  readonly wire: VectorBytes;
  readonly expect: VectorOutcome | { readonly anyOf: readonly VectorOutcome[] };
}

/** For what a server reads. */
export interface RequestVector extends AnyVector {
  readonly authenticated?: false;
  readonly wire: VectorBytes;
  readonly expect: {
    readonly requests: readonly (readonly VectorBytes[])[];
    readonly end?: 'pending' | 'error';
    readonly answer?: VectorBytes;
  };
}

/** For what a client writes. */
export interface CommandVector extends AnyVector {
  readonly args: readonly (VectorBytes | number)[];
  readonly wire: VectorBytes | null;
}

/** The bytes that are meant. */
export function vectorBytes(bytes: VectorBytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  if ('base64' in bytes) return Buffer.from(bytes.base64, 'base64');
  return Buffer.concat(bytes.build.map(([text, times]) => Buffer.from(text.repeat(times))));
}

/** Everything that a reader may do. */
export function outcomesOf({ expect }: Pick<ReplyVector, 'expect'>): readonly VectorOutcome[] {
  return 'anyOf' in expect ? expect.anyOf : [expect];
}

/** A list with its repetitions written out. */
export function writtenOut<T extends readonly unknown[]>(elements: readonly (T | Times<T>)[]): T[] {
  return elements.flatMap((element) =>
    isRepeated(element) ? Array.from({ length: element.times }, () => element.value) : [element],
  );
}

function isRepeated<T extends readonly unknown[]>(element: T | Times<T>): element is Times<T> {
  return !Array.isArray(element);
}
