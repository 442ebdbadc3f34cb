import { argumentOutOfRange, type ErrorReply, invalidArgument, type OverloadError } from '../errors.ts';
import { Type } from './bytes.ts';
import type { Attributed, Push, VerbatimString } from './reply.ts';

/**
 * What {@link encodeReply} takes: any {@link Reply}, and values of {@link wire} where a JavaScript value does not say
 * which RESP type is meant.
 */
export type WireReply =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ErrorReply
  | OverloadError
  | VerbatimString
  | Push
  | Attributed
  | WireValue
  | readonly WireReply[]
  | ReadonlyMap<WireReply, WireReply>
  | WireObject;

/** A map, by the names of its keys. */
export interface WireObject {
  readonly [key: string]: WireReply;
}

/** Keys and values of a map: a Map, or a list of entries, which may have duplicates. */
export type WirePairs = Iterable<readonly [WireReply, WireReply]>;

/** What a {@link WireValue} is made of. */
export type WireContent =
  | { readonly kind: 'line'; readonly type: number; readonly text: string }
  | { readonly kind: 'bulkError'; readonly text: string }
  | { readonly kind: 'pieces'; readonly pieces: readonly (string | Uint8Array)[] }
  | { readonly kind: 'aggregate'; readonly type: number; readonly items: readonly WireReply[]; isStreamed: boolean }
  | { readonly kind: 'attribute'; readonly pairs: readonly WireReply[]; readonly value: WireReply }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** One value of a certain RESP type: made by {@link wire}. */
export class WireValue {
  readonly content: WireContent;

  constructor(content: WireContent) {
    this.content = content;
  }
}

const INT64_MAX = 2n ** 63n - 1n;

/**
 * Values of a certain RESP type, for {@link encodeReply}.
 *
 * In RESP2, which lacks most types, each becomes what servers send instead: doubles and big numbers bulk strings, maps
 * and sets and pushes arrays, bulk errors simple errors; attributes are left out, and what is streamed is counted.
 *
 *     encodeReply(wire.simpleString('OK'));                        // +OK
 *     encodeReply(wire.map([['role', 'primary']]), { protocol: 2 });  // *2 $4 role $7 primary
 */
export const wire = {
  /** @throws {InvalidArgumentError} for a text of more than one line. */
  simpleString(text: string): WireValue {
    return line(Type.SimpleString, oneLine(text));
  },
  /** @throws {InvalidArgumentError} for a text of more than one line: that is a {@link wire.bulkError}. */
  simpleError(text: string): WireValue {
    return line(Type.SimpleError, oneLine(text));
  },
  bulkError(text: string): WireValue {
    return new WireValue({ kind: 'bulkError', text });
  },
  /** @throws {InvalidArgumentError} for what is no integer of signed 64 bits. */
  integer(value: number | bigint): WireValue {
    const isInteger = typeof value === 'bigint' || Number.isInteger(value);
    if (!isInteger) throw argumentOutOfRange(`an integer must be one, not ${value}`);
    const exact = BigInt(value);
    if (exact > INT64_MAX || exact < -INT64_MAX - 1n) throw argumentOutOfRange(`${value} is outside signed 64 bits`);
    return line(Type.Integer, `${exact}`);
  },
  double(value: number): WireValue {
    return line(Type.Double, doubleText(value));
  },
  bigNumber(value: bigint): WireValue {
    return line(Type.BigNumber, `${value}`);
  },
  /** `$-1`, the null of RESP2 for strings, whatever the protocol. */
  nullBulkString(): WireValue {
    return line(Type.BulkString, '-1');
  },
  /** `*-1`, the null of RESP2 for arrays, whatever the protocol. */
  nullArray(): WireValue {
    return line(Type.Array, '-1');
  },
  set(items: Iterable<WireReply>): WireValue {
    return aggregate(Type.Set, [...items]);
  },
  map(pairs: WirePairs): WireValue {
    return aggregate(Type.Map, flat(pairs));
  },
  /** The first element must be a string: the kind. Only between replies: {@link encodeReply} refuses it inside one. */
  push(kind: string, ...items: readonly WireReply[]): WireValue {
    return aggregate(Type.Push, [kind, ...items]);
  },
  /** The value, with an attribute before it. */
  attribute(pairs: WirePairs, value: WireReply): WireValue {
    return new WireValue({ kind: 'attribute', pairs: flat(pairs), value });
  },
  /** A bulk string in pieces; empty ones are left out, because an empty piece is the end. */
  streamedString(pieces: readonly (string | Uint8Array)[]): WireValue {
    return new WireValue({ kind: 'pieces', pieces: pieces.filter(({ length }) => length > 0) });
  },
  streamedArray(items: Iterable<WireReply>): WireValue {
    return aggregate(Type.Array, [...items], true);
  },
  streamedSet(items: Iterable<WireReply>): WireValue {
    return aggregate(Type.Set, [...items], true);
  },
  streamedMap(pairs: WirePairs): WireValue {
    return aggregate(Type.Map, flat(pairs), true);
  },
  /** Bytes that are the encoding of one value already, for example a reply in the `raw` form: sent as they are. */
  raw(bytes: Uint8Array): WireValue {
    return new WireValue({ kind: 'raw', bytes });
  },
} as const;

/** A double as RESP spells it: the shortest digits that give the same number again, or `inf`, `-inf`, `nan`. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

function line(type: number, text: string): WireValue {
  return new WireValue({ kind: 'line', type, text });
}

function aggregate(type: number, items: readonly WireReply[], isStreamed = false): WireValue {
  return new WireValue({ kind: 'aggregate', type, items, isStreamed });
}

function flat(pairs: WirePairs): readonly WireReply[] {
  const items: WireReply[] = [];
  for (const [key, value] of pairs) items.push(key, value);
  return items;
}

function oneLine(text: string): string {
  if (/[\r\n]/.test(text)) throw invalidArgument(`one line can't hold ${JSON.stringify(text)}`);
  return text;
}
