import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot, SLOT_COUNT } from '../../src/cluster/hash-slot.ts';

const test = suite('hash slot');

/** The rules of the cluster specification as they are written: on bytes, bit by bit. */
function slowSlot(key: string | Uint8Array): number {
  const bytes = Buffer.from(key as string);
  const open = bytes.indexOf('{');
  const close = open < 0 ? -1 : bytes.indexOf('}', open + 1);
  return crc16(close > open + 1 ? bytes.subarray(open + 1, close) : bytes) % 16384;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

// Protocol 3.
const VECTORS: readonly (readonly [key: string, slot: number])[] = [
  ['', 0],
  ['123456789', 12739],
  ['foo', 12182],
  ['bar', 5061],
  ['hello', 866],
  ['somekey', 11058],
  ['foo{hash_tag}', 2515],
  ['bar{hash_tag}', 2515],
  ['hash_tag', 2515],
  ['{user1000}.following', 3443],
  ['user1000', 3443],
  ['foo{}{bar}', 8363],
  ['{}', 15257],
  ['{}x', 10595],
  ['foo{{bar}}zap', 4015],
  ['{bar', 4015],
  ['foo{bar}{zap}', 5061],
  ['{x', 11068],
  ['}{x}', 16287],
  ['a}b{c}d', 7365],
  ['{é}z', 10180],
  ['é', 10180],
];

test('there are 16384 slots', () => assert.is(SLOT_COUNT, 16384));

test('CRC-16/XMODEM of "123456789" is 0x31c3', () => {
  assert.is(crc16(Buffer.from('123456789')), 0x31c3);
  assert.is(hashSlot('123456789'), 0x31c3 & 0x3fff);
});

for (const [key, slot] of VECTORS) {
  test(`the slot of ${JSON.stringify(key)} is ${slot}, as text and as bytes`, () => {
    assert.is(hashSlot(key), slot);
    assert.is(hashSlot(Buffer.from(key)), slot);
    assert.is(slowSlot(key), slot);
  });
}

test('a lone surrogate hashes as it is sent, as U+FFFD', () => {
  for (const lone of ['\ud800', '\udfff', 'a\ud83d', '\ude00b', '\ud83d\ud83d\ude00', '{\udc00}x', '\ud83dx\ude00']) {
    assert.is(hashSlot(lone), slowSlot(lone), JSON.stringify(lone));
  }
  assert.is(hashSlot('\ud800'), hashSlot('\ufffd'));
});

test('the rules hold at every length, where long keys take other paths', () => {
  for (const alphabet of ['abcdefg', 'aé', '日', '😀y']) {
    for (let length = 0; length <= 1200; length += length < 80 ? 1 : 111) {
      const key = alphabet.repeat(length).slice(0, length);
      for (const spelling of [key, `{${key}`, `${key}{}`, `x{${key}}y`, `${key}{tag}`, `${key}}{`, `{t}${key}`]) {
        assert.is(hashSlot(spelling), slowSlot(spelling), `${alphabet} ${length}`);
        assert.is(hashSlot(Buffer.from(spelling)), slowSlot(spelling), `${alphabet} ${length}`);
      }
    }
  }
});

test('a key is hashed alike whatever made the string', () => {
  const text = 'user:{1000}:日本';
  const slot = slowSlot(text);
  assert.is(hashSlot(`${text}!`.slice(0, -1)), slot);
  assert.is(hashSlot(['user:', '{1000}', ':日本'].join('')), slot);
  assert.is(hashSlot(JSON.parse(JSON.stringify(text))), slot);
});

test('bytes are hashed within their own bounds, and need not be a Buffer', () => {
  const bytes = new Uint8Array(Buffer.from('..{user1000}.following..'));
  assert.is(hashSlot(bytes.subarray(2, -2)), 3443);
  assert.is(hashSlot(bytes.subarray(2, 11)), slowSlot('{user1000'));
});

// Few symbols, so that braces, surrogates and their neighbours meet often.
const nearBraces = fc
  .array(fc.constantFrom('{', '}', 'a', '|', '\u007f', 'é', '\u07ff', '\u0800', '\ud83d', '\ude00', '\uffff'))
  .map((units) => units.join(''));

const isRight = (key: string | Uint8Array): boolean => hashSlot(key) === slowSlot(key);

test('agrees with the specification read literally on text with braces and surrogates', () =>
  fc.assert(fc.property(nearBraces, isRight), { numRuns: 3000 }));

test('agrees with the specification read literally on any text', () =>
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 120 }), isRight)));

test('agrees with the specification read literally on binary keys', () => {
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0x7b, 0x7d));
  const keys = fc.array(byte, { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes));
  return fc.assert(fc.property(keys, isRight));
});

test.run();
