/** What a parser made of bytes, and whether it is what a vector wants. */
import { Buffer } from 'node:buffer';
import {
  type Nest,
  type Notation,
  type Pairs,
  type VectorBytes,
  type VectorOutcome,
  vectorBytes,
  writtenOut,
} from './vector.ts';

/** What a parser made of one stream. */
export interface Reading {
  /** Each value as JSON, as an adapter says it. */
  readonly values: readonly string[];
  /** Why the parser refused the stream; undefined when it did not. */
  readonly refusal?: string;
}

/**
 * A value as an adapter says it: the notation of the vectors, and for parsers that don't keep two types apart tags that
 * stand for several: `text` for simple, bulk and verbatim strings, `error`, `number` for integers, big numbers and
 * doubles, `list` for arrays and sets, `set` for a set without an order, `map` for pairs without an order.
 */
export type Said = readonly [tag: string, ...rest: unknown[]];

/** True when two streams were read alike: what an error says is the parser's own affair. */
export function isSameReading(first: Reading, second: Reading): boolean {
  if ((first.refusal === undefined) !== (second.refusal === undefined)) return false;
  return first.values.length === second.values.length && first.values.every((text, at) => text === second.values[at]);
}

/** True when a reading is the outcome. */
export function isOutcome(outcome: VectorOutcome, { values, refusal }: Reading): boolean {
  if ((outcome.end === 'error') !== (refusal !== undefined)) return false;
  const wanted = outcome.replies.flatMap((reply) => ('times' in reply ? writtenOut([reply]) : [reply]));
  return wanted.length === values.length && wanted.every((value, at) => isMeant(value, JSON.parse(values[at]!)));
}

function isMeant(wanted: Notation | Nest, said: unknown): boolean {
  if (!('nest' in wanted)) return isValue(wanted, said);
  // A loop, because some are nested deeper than JavaScript can recurse.
  let inner = said;
  for (let depth = 0; depth < wanted.nest; depth++) {
    if (!isSaid(inner) || !['*', 'list'].includes(inner[0]) || !Array.isArray(inner[1]) || inner[1].length !== 1)
      return false;
    inner = inner[1][0];
  }
  return isValue(wanted.value, inner);
}

function isSaid(said: unknown): said is Said {
  return Array.isArray(said) && typeof said[0] === 'string';
}

/** Tags that say less than the type does. */
const LOOSE: Readonly<Record<string, string>> = {
  ...{ '+': 'text', $: 'text', '=': 'text', '-': 'error', '!': 'error' },
  ...{ ':': 'number', '(': 'number', ',': 'number', '*': 'list', '~': 'list', '%': 'map' },
};

/** True when a value is what was said. */
export function isValue(wanted: Notation, said: unknown): boolean {
  if (!isSaid(said)) return false;
  const [tag, content] = said;
  // Many parsers know attributes and drop them.
  if (wanted[0] === '|' && tag !== '|') return isValue(wanted[2], said);
  if (wanted[0] === '~' && tag === 'set') return isSameSet(writtenOut(wanted[1]), content);
  if (tag !== wanted[0] && tag !== LOOSE[wanted[0]]) return false;
  switch (wanted[0]) {
    case '_':
      return true;
    case '#':
      return content === wanted[1];
    case ':':
    case '(':
      return content === wanted[1];
    case ',':
      return isDouble(wanted[1], content);
    case '=':
      return tag === 'text' ? isBytes(wanted[2], content) : content === wanted[1] && isBytes(wanted[2], said[2]);
    case '*':
    case '~':
    case '>':
      return isSameList(writtenOut(wanted[1]), content);
    case '%':
      return tag === '%' ? isSamePairs(wanted[1], content) : isSameMap(wanted[1], content);
    case '|':
      return isSamePairs(wanted[1], content) && isValue(wanted[2], said[2]);
    default:
      return isBytes(wanted[1], content);
  }
}

/** A text is compared with what the bytes are in UTF-8: a parser that gives texts can't give more. */
function isBytes(wanted: VectorBytes, said: unknown): boolean {
  const bytes = vectorBytes(wanted);
  if (typeof said === 'string') return bytes.toString() === said;
  if (typeof said !== 'object' || said === null) return false;
  if ('hex' in said) return bytes.equals(Buffer.from(String(said.hex), 'hex'));
  return 'base64' in said && bytes.equals(Buffer.from(String(said.base64), 'base64'));
}

function isDouble(wanted: string, said: unknown): boolean {
  return typeof said === 'string' && Object.is(doubleOf(wanted), doubleOf(said));
}

function doubleOf(text: string): number {
  return Number(
    text
      .toLowerCase()
      .replace(/^\+?inf(inity)?$/, 'Infinity')
      .replace(/^-inf(inity)?$/, '-Infinity'),
  );
}

function isSameList(wanted: readonly Notation[], said: unknown): boolean {
  if (!Array.isArray(said) || said.length !== wanted.length) return false;
  return wanted.every((value, at) => isValue(value, said[at]));
}

function isSamePairs(wanted: Pairs, said: unknown): boolean {
  const pairs = writtenOut(wanted);
  if (!Array.isArray(said) || said.length !== pairs.length) return false;
  return pairs.every(([key, value], at) => isValue(key, said[at]?.[0]) && isValue(value, said[at]?.[1]));
}

/** In any order, and keys by their texts: objects have no other keys. */
function isSameMap(wanted: Pairs, said: unknown): boolean {
  const pairs = writtenOut(wanted);
  if (!Array.isArray(said) || said.length !== pairs.length) return false;
  const left = said.map((pair): readonly unknown[] => (Array.isArray(pair) ? pair : []));
  return pairs.every(([key, value]) => {
    const at = left.findIndex((pair) => isKey(key, pair[0]) && isValue(value, pair[1]));
    return at >= 0 && left.splice(at, 1).length === 1;
  });
}

function isSameSet(wanted: readonly Notation[], said: unknown): boolean {
  if (!Array.isArray(said) || said.length !== wanted.length) return false;
  const left: unknown[] = [...said];
  return wanted.every((value) => {
    const at = left.findIndex((each) => isValue(value, each));
    return at >= 0 && left.splice(at, 1).length === 1;
  });
}

function isKey(wanted: Notation, said: unknown): boolean {
  if (isValue(wanted, said)) return true;
  if (!isSaid(said) || said[0] !== 'text') return false;
  if (wanted[0] === ',') return isDouble(wanted[1], said[1]);
  const isScalar = wanted[0] === ':' || wanted[0] === '(' || wanted[0] === '#';
  return isScalar && said[1] === String(wanted[1]);
}
