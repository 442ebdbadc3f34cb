import type { Argument } from '../resp/index.ts';

/**
 * The hash slot of a key: CRC-16/XMODEM of its hash tag, or of the whole key, modulo 16384.
 *
 * On the path of every command, so a string is hashed from its code units, as they would be encoded, without an array
 * or a Buffer of its own.
 */

/** How many hash slots a cluster has; slots are numbered 0 to 16383. */
export const SLOT_COUNT = 16_384;

const SLOT_MASK: number = SLOT_COUNT - 1;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const NO_MARK = -1;

// CRC-16/XMODEM: poly 0x1021, init 0, no reflection; "123456789" gives 0x31c3.
// AFTER_n[byte] is what a byte leaves in the CRC once n more bytes have followed it: the traces of up to four bytes
// are looked up side by side, where one table would have each wait for the one before. Only the low 16 bits of a CRC
// mean anything, and indices are masked, which is cheaper than the engine's check that they are in bounds.
const AFTER_0: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0);
  return crc;
});
const AFTER_1: Uint16Array = AFTER_0.map(followedByZero);
const AFTER_2: Uint16Array = AFTER_1.map(followedByZero);
const AFTER_3: Uint16Array = AFTER_2.map(followedByZero);

function followedByZero(crc: number): number {
  return (crc << 8) ^ AFTER_0[crc >> 8]!;
}

// Reading a string costs 2 ns a unit, encoding it into one reused buffer 60 ns: from this length on that is cheaper.
const ENCODED_FROM_LENGTH = 56;
const encoder = new TextEncoder();
const encoded: Uint8Array = Buffer.allocUnsafeSlow(3 * 1024);

/**
 * The hash slot of a key, 0 to 16383.
 *
 * A string hashes as its UTF-8 bytes and a lone surrogate as U+FFFD: exactly the bytes that the encoder sends. Where
 * the key has a `{` and, after it, a `}`, with at least one byte between the first of each, only these bytes (the hash
 * tag) are hashed.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags
 */
export function hashSlot(key: string | Uint8Array): number {
  if (typeof key !== 'string') return slotOfBytes(key);
  const { length } = key;
  const isLong = length >= ENCODED_FROM_LENGTH && length * 3 <= encoded.length;
  if (isLong && !key.includes('{')) return slotOfLongText(key);
  // Most keys are short, ASCII and without braces: units below `{` need no closer look.
  let crc = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const first = key.charCodeAt(i);
    const second = key.charCodeAt(i + 1);
    const third = key.charCodeAt(i + 2);
    const last = key.charCodeAt(i + 3);
    if (first >= OPENING_BRACE || second >= OPENING_BRACE || third >= OPENING_BRACE || last >= OPENING_BRACE)
      return slotOfText(key);
    crc = AFTER_3[((crc >> 8) ^ first) & 0xff]! ^ AFTER_2[(crc ^ second) & 0xff]! ^ AFTER_1[third]! ^ AFTER_0[last]!;
  }
  for (; i < length; i++) {
    const unit = key.charCodeAt(i);
    if (unit >= OPENING_BRACE) return slotOfText(key);
    crc = (crc << 8) ^ AFTER_0[((crc >> 8) ^ unit) & 0xff]!;
  }
  return crc & SLOT_MASK;
}

/** The hash slot of a key as it is given in a command: a number is its decimal text. */
export function slotOfKey(key: Argument): number {
  return hashSlot(typeof key === 'string' || typeof key === 'object' ? key : String(key));
}

/** Where {@link crcOfText} stopped: at its mark, or at the end of the text. */
let stop = 0;

/** For any text, with or without a tag. */
function slotOfText(key: string): number {
  const beforeBrace = crcOfText(key, 0, OPENING_BRACE);
  if (stop === key.length) return beforeBrace & SLOT_MASK;
  const tagStart = stop + 1;
  const tag = crcOfText(key, tagStart, CLOSING_BRACE);
  const hasTag = stop > tagStart && stop < key.length;
  return (hasTag ? tag : crcOfText(key, 0, NO_MARK)) & SLOT_MASK;
}

/** The CRC from `start` to the first `mark`, or to the end. */
function crcOfText(text: string, start: number, mark: number): number {
  const { length } = text;
  let crc = 0;
  let i = start;
  for (; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === mark) break;
    if (unit < 0x80) {
      crc = (crc << 8) ^ AFTER_0[((crc >> 8) ^ unit) & 0xff]!;
    } else if (unit < 0x800) {
      crc = AFTER_1[((crc >> 8) ^ (unit >> 6) ^ 0xc0) & 0xff]! ^ AFTER_0[(crc ^ trail(unit)) & 0xff]!;
    } else {
      crc = afterWideUnit(crc, text, i);
    }
  }
  stop = i;
  return crc;
}

/** For a text without a brace that surely fits into {@link encoded}. */
function slotOfLongText(key: string): number {
  const length = encoder.encodeInto(key, encoded).written;
  let crc = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    crc =
      AFTER_3[((crc >> 8) ^ encoded[i]!) & 0xff]! ^
      AFTER_2[(crc ^ encoded[i + 1]!) & 0xff]! ^
      AFTER_1[encoded[i + 2]!]! ^
      AFTER_0[encoded[i + 3]!]!;
  }
  for (; i < length; i++) crc = afterByte(crc, encoded[i]!);
  return crc & SLOT_MASK;
}

function slotOfBytes(key: Uint8Array): number {
  const { length } = key;
  let crc = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    const first = key[i]!;
    const second = key[i + 1]!;
    const third = key[i + 2]!;
    const last = key[i + 3]!;
    if (first === OPENING_BRACE || second === OPENING_BRACE || third === OPENING_BRACE || last === OPENING_BRACE) break;
    crc = AFTER_3[((crc >> 8) ^ first) & 0xff]! ^ AFTER_2[(crc ^ second) & 0xff]! ^ AFTER_1[third]! ^ AFTER_0[last]!;
  }
  for (; i < length; i++) {
    const byte = key[i]!;
    if (byte === OPENING_BRACE) return slotOfTaggedBytes(key, i + 1);
    crc = afterByte(crc, byte);
  }
  return crc & SLOT_MASK;
}

/** For bytes that have their first opening brace just before `tagStart`. */
function slotOfTaggedBytes(key: Uint8Array, tagStart: number): number {
  let tagEnd = tagStart;
  while (tagEnd < key.length && key[tagEnd] !== CLOSING_BRACE) tagEnd++;
  const hasTag = tagEnd > tagStart && tagEnd < key.length;
  const end = hasTag ? tagEnd : key.length;
  let crc = 0;
  for (let i = hasTag ? tagStart : 0; i < end; i++) crc = afterByte(crc, key[i]!);
  return crc & SLOT_MASK;
}

/** The CRC continued by one byte. */
function afterByte(crc: number, byte: number): number {
  return (crc << 8) ^ AFTER_0[((crc >> 8) ^ byte) & 0xff]!;
}

/** The CRC continued by a unit of three UTF-8 bytes; of a surrogate pair the first half counts for both. */
function afterWideUnit(crc: number, text: string, i: number): number {
  let unit = text.charCodeAt(i);
  if (isSurrogate(unit)) {
    if (isPair(unit, text.charCodeAt(i + 1))) return afterPair(crc, unit, text.charCodeAt(i + 1));
    if (isPair(text.charCodeAt(i - 1), unit)) return crc;
    unit = 0xfffd;
  }
  return (
    AFTER_2[((crc >> 8) ^ (unit >> 12) ^ 0xe0) & 0xff]! ^
    AFTER_1[(crc ^ trail(unit >> 6)) & 0xff]! ^
    AFTER_0[trail(unit)]!
  );
}

function afterPair(crc: number, high: number, low: number): number {
  const point = 0x1_0000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
  return (
    AFTER_3[((crc >> 8) ^ (point >> 18) ^ 0xf0) & 0xff]! ^
    AFTER_2[(crc ^ trail(point >> 12)) & 0xff]! ^
    AFTER_1[trail(point >> 6)]! ^
    AFTER_0[trail(point)]!
  );
}

/** A UTF-8 byte after the first, of the low six bits. */
function trail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}

function isPair(high: number, low: number): boolean {
  return (high & 0xfc00) === 0xd800 && (low & 0xfc00) === 0xdc00;
}
