import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync } from 'node:fs';
import { type BuiltForm, renderValue, type Value } from './resp-value.ts';

/** Bytes, as the README of the vectors describes them. */
export type Content = string | { base64: string } | { build: [string, number][] };

type Times<T> = { times: number; value: T };
type Element = Notation | Times<Notation>;
type Pair = [Notation, Notation];

/** A value, in the notation of the vectors. */
export type Notation =
  | ['+' | '-' | '$' | '!', Content]
  | [':' | '(' | ',', string]
  | ['#', boolean]
  | ['_']
  | ['=', string, Content]
  | ['*' | '~' | '>', Element[]]
  | ['%', (Pair | Times<Pair>)[]]
  | ['|', (Pair | Times<Pair>)[], Notation];

interface Nest {
  nest: number;
  value: Notation;
}

export interface Outcome {
  replies: (Element | Nest)[];
  end?: 'pending' | 'error';
  class?: string;
}

interface AnyVector {
  id: string;
  title: string;
  source: string[];
  requirement: 'must' | 'should' | 'may';
}

export interface ReplyVector extends AnyVector {
  protocol: 2 | 3;
  wire: Content;
  expect: Outcome | { anyOf: Outcome[] };
}

export interface RequestVector extends AnyVector {
  authenticated?: false;
  wire: Content;
  expect: { requests: Content[][]; end?: 'pending' | 'error'; answer?: Content };
}

export interface CommandVector extends AnyVector {
  args: (Content | number)[];
  wire: Content | null;
}

// From build/test/support to src, where the vectors lie for readers in any language.
const FOLDER = new URL('../../../src/conformance/vectors/', import.meta.url);

/** Every file of vectors, by its name without the extension, as it is. */
export function vectorFiles(): Map<string, unknown[]> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'vectors.schema.json');
  return new Map(names.sort().map((name) => [name.replace('.json', ''), readJson(name) as unknown[]]));
}

export function vectorSchema(): unknown {
  return readJson('vectors.schema.json');
}

/** The vectors for readers of replies. */
export function replyVectors(): ReplyVector[] {
  const sections = [...vectorFiles()].filter(([name]) => name !== 'commands' && name !== 'requests');
  return sections.flatMap(([, vectors]) => vectors as ReplyVector[]);
}

export function requestVectors(): RequestVector[] {
  return vectorFiles().get('requests') as RequestVector[];
}

export function commandVectors(): CommandVector[] {
  return vectorFiles().get('commands') as CommandVector[];
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

export function bytesOf(content: Content): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  if ('base64' in content) return Buffer.from(content.base64, 'base64');
  return Buffer.concat(content.build.map(([text, times]) => Buffer.from(text.repeat(times))));
}

export function outcomesOf(vector: ReplyVector): Outcome[] {
  return 'anyOf' in vector.expect ? vector.expect.anyOf : [vector.expect];
}

/** Whether a transcript of the decoder is one of the outcomes that the vector allows. */
export function isExpected(lines: readonly string[], vector: ReplyVector, form: BuiltForm): boolean {
  return outcomesOf(vector).some((outcome) => isOutcome(lines, outcome, form));
}

export function isOutcome(lines: readonly string[], outcome: Outcome, form: BuiltForm): boolean {
  const replies = lines.filter((line) => !line.startsWith('ERR_'));
  const hasFailed = replies.length < lines.length;
  if (hasFailed !== (outcome.end === 'error')) return false;
  const expected = outcome.replies.flatMap((reply) => renderNotation(reply, form));
  return replies.length === expected.length && expected.every((line, index) => line === replies[index]);
}

function renderNotation(reply: Element | Nest, form: BuiltForm): string[] {
  if (Array.isArray(reply)) return [renderValue(toValue(reply), form)];
  const line = renderValue(toValue(reply.value), form);
  if ('times' in reply) return Array.from({ length: reply.times }, () => line);
  // Not as a value: it would be nested deeper than JavaScript can recurse.
  return [`${'['.repeat(reply.nest)}${line}${']'.repeat(reply.nest)}`];
}

/** Deeper ones can't be made values, because JavaScript can't recurse so deep. */
const MAX_NEST = 1000;

/** The values of an outcome; null where one is nested too deep for a value. */
export function valuesOf(outcome: Outcome): Value[] | null {
  const values: Value[] = [];
  for (const reply of outcome.replies) {
    if (Array.isArray(reply) || 'times' in reply) values.push(...repeated([reply]).map(toValue));
    else if (reply.nest > MAX_NEST) return null;
    else values.push(nested(reply));
  }
  return values;
}

function nested({ nest, value }: Nest): Value {
  let inner = toValue(value);
  for (let depth = 0; depth < nest; depth++) inner = { type: '*', items: [inner] };
  return inner;
}

function toValue(notation: Notation): Value {
  switch (notation[0]) {
    case '_':
      return { type: '_' };
    case '#':
      return { type: '#', value: notation[1] };
    case ',':
      return { type: ',', value: Number(notation[1].replace('inf', 'Infinity')) };
    case ':':
    case '(':
      return { type: notation[0], value: BigInt(notation[1]) };
    case '=':
      return { type: '=', format: notation[1], bytes: bytesOf(notation[2]) };
    case '%':
      return { type: '%', items: repeated(notation[1]).flat().map(toValue) };
    case '|':
      return { type: '|', attributes: repeated(notation[1]).flat().map(toValue), value: toValue(notation[2]) };
    case '*':
    case '~':
    case '>':
      return { type: notation[0], items: repeated(notation[1]).map(toValue) };
    default:
      return { type: notation[0], bytes: bytesOf(notation[1]) };
  }
}

function repeated<T extends unknown[]>(elements: readonly (T | Times<T>)[]): T[] {
  return elements.flatMap((element) =>
    Array.isArray(element) ? [element] : Array.from({ length: element.times }, () => element.value),
  );
}

/** Writes bytes as a vector does: as text where they are text. */
export function contentOf(bytes: Buffer): Content {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString('base64') };
}

/** Writes a value as a vector does. */
export function notationOf(value: Value): Notation {
  switch (value.type) {
    case '_':
      return ['_'];
    case '#':
      return ['#', value.value];
    case ',':
      return [',', Object.is(value.value, -0) ? '-0' : `${value.value}`.replace('Infinity', 'inf').toLowerCase()];
    case ':':
    case '(':
      return [value.type, `${value.value}`];
    case '=':
      return ['=', value.format, contentOf(value.bytes)];
    case '%':
      return ['%', pairsOf(value.items)];
    case '|':
      return ['|', pairsOf(value.attributes), notationOf(value.value)];
    case '*':
    case '~':
    case '>':
      return [value.type, value.items.map(notationOf)];
    case 'overload':
      throw new Error('an overload has no notation');
    default:
      return [value.type, contentOf(value.bytes)];
  }
}

function pairsOf(items: readonly Value[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at < items.length; at += 2) pairs.push([notationOf(items[at]!), notationOf(items[at + 1]!)]);
  return pairs;
}
