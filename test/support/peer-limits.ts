/**
 * What released parsers are known to read otherwise than the specification says, and what is given to them instead: their
 * faults are counted by `npm run corpus -- --peers`, and must not hide new ones from the fuzzer.
 */
import { Buffer } from 'node:buffer';
import { renderValue, type Value } from './resp-value.ts';

/** A known disagreement. */
export interface PeerLimit {
  /** Names as their adapters say them; `*` for all. */
  readonly parsers: readonly string[];
  /** Its title in conformance/disagreements.json; none where no vector can show it, because it is a choice and no fault. */
  readonly title?: string;
  readonly why: string;
  /** The value itself, or one that is like it and read alike by all. What is inside has been changed before. */
  readonly change: (value: Value) => Value;
}

const CR = 13;
const LF = 10;

const JAVASCRIPT = ['redis-parser', '@redis/client'];

/** From here on `value * 10 + byte - 48` may be past 2^53 before 48 is taken away. */
const LEAST_UNSURE_INTEGER = 2n ** 53n - 48n;

export const PEER_LIMITS: readonly PeerLimit[] = [
  {
    parsers: ['*'],
    why: 'a Map or an object has a key once, and ours makes Maps here: pairs with equal keys are given as an array, and not as attributes',
    change: (value) => {
      if (value.type === '%' && hasEqualKeys(value.items)) return { ...value, type: '*' };
      return value.type === '|' && hasEqualKeys(value.attributes) ? value.value : value;
    },
  },
  {
    parsers: ['redis-parser'],
    why: 'it is from before RESP3: what that has besides is given to it as what servers say to a client of RESP2',
    change: (value) => inOldWords(value),
  },
  {
    parsers: ['@redis/client'],
    title: 'No attributes',
    why: '`|` ends the connection: what was annotated is given without',
    change: (value) => (value.type === '|' ? value.value : value),
  },
  {
    parsers: JAVASCRIPT,
    title: 'Integers are doubles',
    why: 'what is past 2^53 is another number',
    change: (value) => (value.type === ':' && !isSafe(value.value) ? { ...value, value: value.value >> 11n } : value),
  },
  {
    parsers: ['@redis/client'],
    title: '2^53-1 is read as 2^53',
    why: '24 of the last 47 integers before 2^53 come out off by one',
    change: (value) => (value.type === ':' && isUnsure(value.value) ? { ...value, value: value.value / 2n } : value),
  },
  {
    parsers: ['@redis/client'],
    title: 'A map is an object',
    why: 'keys are texts, and `__proto__` is no key: pairs with others are given as an array',
    change: (value) => (value.type === '%' && !hasPlainKeys(value.items) ? { ...value, type: '*' } : value),
  },
];

/** What a server says in RESP2: maps, sets and pushes are arrays, numbers and verbatim strings bulk strings. */
function inOldWords(value: Value): Value {
  switch (value.type) {
    case '%':
    case '~':
    case '>':
      return { type: '*', items: value.items };
    case '|':
      return value.value;
    case '=':
      return { type: '$', bytes: value.bytes };
    case '(':
    case ',':
      return { type: '$', bytes: Buffer.from(`${value.value}`) };
    case '#':
      return { type: ':', value: value.value ? 1n : 0n };
    case '!':
      return { type: '-', bytes: Buffer.from(value.bytes.filter((byte) => byte !== CR && byte !== LF)) };
    default:
      return value;
  }
}

function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

function isUnsure(value: bigint): boolean {
  return value >= LEAST_UNSURE_INTEGER || value <= -LEAST_UNSURE_INTEGER;
}

function keysOf(pairs: readonly Value[]): Value[] {
  return pairs.filter((_, at) => at % 2 === 0);
}

function hasEqualKeys(pairs: readonly Value[]): boolean {
  const keys = keysOf(pairs).map((key) => renderValue(key, 'string').replace(/^-0$/, '0'));
  return new Set(keys).size < keys.length;
}

function hasPlainKeys(pairs: readonly Value[]): boolean {
  return keysOf(pairs).every((key) => (key.type === '$' || key.type === '+') && key.bytes.toString() !== '__proto__');
}

/** A value without what a parser is known to read otherwise. */
export function readableBy(parser: string, value: Value): Value {
  const limits = PEER_LIMITS.filter(({ parsers }) => parsers.includes(parser) || parsers.includes('*'));
  return limits.reduce(
    (changed, { change }) => change(changed),
    withParts(value, (part) => readableBy(parser, part)),
  );
}

function withParts(value: Value, change: (part: Value) => Value): Value {
  if (value.type === '|') return { ...value, attributes: value.attributes.map(change), value: change(value.value) };
  return 'items' in value ? { ...value, items: value.items.map(change) } : value;
}
