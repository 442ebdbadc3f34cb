/** A parser in JavaScript, and what its values are in the notation of the vectors. */
import { Buffer } from 'node:buffer';
import { type ChunkPlan, chunksOf } from './chunk-plan.ts';
import type { Outcome, ParserProfile, Reader } from './reader.ts';
import type { Reading, Said } from './reading.ts';

/** One parser, at the beginning of a stream. */
export interface Parser {
  /** Takes the next bytes, and says every value that they complete; throws when they are refused. */
  write(chunk: Buffer): void;
}

/** Takes what a parser delivers, one value at a time. */
export type Say = (value: Said) => void;

/** A kind of parsers. */
export interface ParserKind extends ParserProfile {
  readonly make: (say: Say) => Parser;
}

const MAX_REFUSAL_LENGTH = 300;

/** Reads one stream with a parser of its own. After a refusal nothing more is fed: a client would close there. */
export function readStream({ make }: Pick<ParserKind, 'make'>, wire: Buffer, plan: ChunkPlan): Reading {
  const values: string[] = [];
  const parser = make((value) => values.push(JSON.stringify(value)));
  try {
    // Some parsers change what they are given, or keep it.
    for (const chunk of chunksOf(wire, plan)) parser.write(Buffer.from(chunk));
    return { values };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
    return { values, refusal: `${name}: ${message}`.slice(0, MAX_REFUSAL_LENGTH) };
  }
}

/** A reader in this process: nothing saves it from a parser that does not come to an end. */
export function readerInProcess(kind: ParserKind): Reader {
  const { name, version, protocols } = kind;
  const read = (wire: Buffer, plans: readonly ChunkPlan[]): Promise<readonly Outcome[]> =>
    Promise.resolve(plans.map((plan) => readStream(kind, wire, plan)));
  return { profile: { name, version, protocols }, read, stop: () => Promise.resolve() };
}

/**
 * A plain JavaScript value as an adapter says it.
 *
 * @param inner for what is not plain; undefined leaves it to this function.
 */
export function sayValue(value: unknown, inner: (value: unknown) => Said | undefined = () => undefined): Said {
  const own = inner(value);
  if (own !== undefined) return own;
  const say = (each: unknown): Said => sayValue(each, inner);
  if (value === null) return ['_'];
  if (typeof value === 'boolean') return ['#', value];
  if (typeof value === 'string') return ['text', value];
  if (typeof value === 'number') return ['number', numberText(value)];
  if (typeof value === 'bigint') return ['number', `${value}`];
  if (value instanceof Uint8Array) return ['text', { base64: Buffer.from(value).toString('base64') }];
  if (value instanceof Error) return ['error', value.message];
  if (Array.isArray(value)) return ['list', value.map(say)];
  if (value instanceof Set) return ['set', [...value].map(say)];
  if (value instanceof Map) return ['map', [...value].map(([key, each]) => [say(key), say(each)])];
  if (typeof value === 'object') return ['map', Object.entries(value).map(([key, each]) => [['text', key], say(each)])];
  return ['unknown', typeof value];
}

/** All the digits of what is whole, and the shortest text of what is not. */
function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isInteger(value) ? `${BigInt(value)}` : `${value}`;
}
