import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { Choose, Value } from './resp-value.ts';

const BOUNDARIES: readonly bigint[] = [31n, 53n, 63n].flatMap((bits) => {
  const power = 2n ** bits;
  return [power - 48n, power - 2n, power - 1n, power, power + 1n, power + 47n];
});
const INT64_MAX = 2n ** 63n - 1n;
const INTEGERS: readonly bigint[] = BOUNDARIES.flatMap((value) => [value, -value]).filter(
  (value) => value <= INT64_MAX && value >= -INT64_MAX - 1n,
);

/** Payloads that look like framing, more often than chance would have it. */
const payload: fc.Arbitrary<Buffer> = fc
  .oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(...Buffer.from('\r\n$*:0123456789;.?')), { maxLength: 30 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ minLength: 200, maxLength: 1500 }),
  )
  .map((bytes) => Buffer.from(bytes));

const line: fc.Arbitrary<Buffer> = payload
  .map((bytes) => bytes.filter((byte) => byte !== 13 && byte !== 10))
  .map(toBuffer);

const int64: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(...INTEGERS),
  fc.integer().map(BigInt),
  fc.bigInt({ min: -INT64_MAX - 1n, max: INT64_MAX }),
);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ type: fc.constantFrom('+' as const, '-' as const), bytes: line }),
  fc.record({ type: fc.constantFrom('$' as const, '!' as const), bytes: payload }),
  fc.record({ type: fc.constant('$' as const), bytes: payload }),
  fc.record({ type: fc.constant('=' as const), format: fc.constantFrom('txt', 'mkd', 'a:b'), bytes: payload }),
  fc.record({ type: fc.constant(':' as const), value: int64 }),
  fc.record({ type: fc.constant('(' as const), value: fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }) }),
  fc.record({ type: fc.constant(',' as const), value: fc.double() }),
  fc.record({ type: fc.constant('#' as const), value: fc.boolean() }),
  fc.constant<Value>({ type: '_' }),
);

const mapKey: fc.Arbitrary<Value> = fc
  .constantFrom('a', '__proto__', 'constructor', 'toString', '1')
  .map((key) => ({ type: '$', bytes: Buffer.from(key) }));

const { value } = fc.letrec<{ value: Value; items: Value[]; pairs: Value[] }>((tie) => ({
  items: fc.array(tie('value'), { maxLength: 6, depthIdentifier: 'resp' }),
  pairs: fc
    .array(fc.tuple(fc.oneof({ weight: 4, arbitrary: mapKey }, tie('value')), tie('value')), {
      maxLength: 3,
      depthIdentifier: 'resp',
    })
    .map((pairs) => pairs.flat()),
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'resp' },
    scalar,
    fc.record({ type: fc.constantFrom('*' as const, '~' as const), items: tie('items') }),
    fc.record({ type: fc.constant('%' as const), items: tie('pairs') }),
    fc.record({ type: fc.constant('|' as const), attributes: tie('pairs'), value: tie('value') }),
  ),
}));

const push: fc.Arbitrary<Value> = fc
  .tuple(fc.constantFrom('message', 'invalidate'), fc.array(value, { maxLength: 3 }))
  .map(([kind, items]) => ({ type: '>', items: [{ type: '+', bytes: Buffer.from(kind) }, ...items] }));

/** A stream: replies, with pushes between them. */
export const anyStream: fc.Arbitrary<Value[]> = fc.array(fc.oneof({ weight: 4, arbitrary: value }, push), {
  maxLength: 6,
});

/** Any way to write a value down. */
export const anyStyle: fc.Arbitrary<Choose> = fc.array(fc.nat(999), { minLength: 1, maxLength: 40 }).map((numbers) => {
  let next = 0;
  return (count) => numbers[next++ % numbers.length]! % count;
});

/** Lengths of chunks, to be used round and round. */
export const anyChunking: fc.Arbitrary<number[]> = fc.oneof(
  fc.constant<number[]>([1]),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 8 }).map((lengths) => [...lengths, 1]),
);

/** Cuts bytes into chunks of the given lengths. */
export function* cut(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const to = Math.min(bytes.length, from + lengths[index % lengths.length]!);
    yield bytes.subarray(from, to);
    from = to;
  }
}

/** A change to bytes, of the kinds that find faults in parsers. */
export type Mutation = (bytes: Buffer) => Buffer;

const place: fc.Arbitrary<number> = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

export const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([at, byte]) => splice(at, 1, Buffer.of(byte))),
  fc.tuple(place, fc.nat(255)).map(([at, byte]) => splice(at, 0, Buffer.of(byte))),
  fc.tuple(place, fc.constantFrom('\r', '\n', '\r\n', '?', '-', '+', '.\r\n', '|1\r\n', '>1\r\n+x\r\n')).map(insert),
  fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([at, count]) => splice(at, count, Buffer.alloc(0))),
  fc.tuple(place, fc.constantFrom('0', '9', '-', '+', ' ', 'e', '?', '9999999999', '4294967296')).map(replaceDigit),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  fc.tuple(place, place).map(
    ([from, to]): Mutation =>
      (bytes) =>
        duplicate(bytes, from, to),
  ),
);

function insert([at, text]: [number, string]): Mutation {
  return splice(at, 0, Buffer.from(text));
}

function splice(at: number, count: number, put: Buffer): Mutation {
  return (bytes) => {
    const index = Math.floor(at * bytes.length);
    return Buffer.concat([bytes.subarray(0, index), put, bytes.subarray(index + count)]);
  };
}

/** Replaces the first digit from a place on. */
function replaceDigit([at, text]: [number, string]): Mutation {
  return (bytes) => {
    const from = Math.floor(at * bytes.length);
    const index = bytes.findIndex((byte, position) => position >= from && byte >= 0x30 && byte <= 0x39);
    if (index < 0) return bytes;
    return Buffer.concat([bytes.subarray(0, index), Buffer.from(text), bytes.subarray(index + 1)]);
  };
}

function duplicate(bytes: Buffer, from: number, to: number): Buffer {
  const [low, high] = [Math.floor(from * bytes.length), Math.floor(to * bytes.length)].sort((a, b) => a - b);
  return Buffer.concat([bytes.subarray(0, high), bytes.subarray(low, high), bytes.subarray(high)]);
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes);
}
