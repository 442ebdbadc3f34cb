import type { Buffer } from 'node:buffer';
import { isAscii } from 'node:buffer';
import { viewBytes } from './owned-bytes.ts';

/** What Node's Buffers have behind `toString`, without the look-up of the encoding by its name. */
interface Slices {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

/** So few characters are put together from their codes, at half the cost of a call into the engine. */
const SHORT_BYTES = 16;
/** So few bytes are looked through by a loop, which costs less than a call into the engine. */
const LOOP_BYTES = 64;
/** From here on it is worth a look whether text is ASCII, because then it is only copied. */
export const LARGE_BYTES = 256;

/** The UTF-8 text in `[from, to)`; an invalid byte becomes U+FFFD. */
export function decodeText(bytes: Buffer, from: number, to: number): string {
  const length = to - from;
  if (length <= SHORT_BYTES && isAsciiRange(bytes, from, to)) return shortText(bytes, from, length);
  const isPlain =
    length <= LOOP_BYTES ? isAsciiRange(bytes, from, to) : length >= LARGE_BYTES && isAscii(viewBytes(bytes, from, to));
  return isPlain ? latin1Text(bytes, from, to) : utf8Text(bytes, from, to);
}

/** Text of at most {@link SHORT_BYTES} characters, each a byte; what is read behind its end, or the chunk's, is cut off. */
function shortText(b: Buffer, at: number, length: number): string {
  const text =
    length <= 8
      ? String.fromCharCode(
          byte(b, at),
          byte(b, at + 1),
          byte(b, at + 2),
          byte(b, at + 3),
          byte(b, at + 4),
          byte(b, at + 5),
          byte(b, at + 6),
          byte(b, at + 7),
        )
      : String.fromCharCode(
          byte(b, at),
          byte(b, at + 1),
          byte(b, at + 2),
          byte(b, at + 3),
          byte(b, at + 4),
          byte(b, at + 5),
          byte(b, at + 6),
          byte(b, at + 7),
          byte(b, at + 8),
          byte(b, at + 9),
          byte(b, at + 10),
          byte(b, at + 11),
          byte(b, at + 12),
          byte(b, at + 13),
          byte(b, at + 14),
          byte(b, at + 15),
        );
  return text.substring(0, length);
}

/** The byte at an index that may lie behind the end. */
function byte(bytes: Buffer, at: number): number {
  return (bytes[at] as number) | 0;
}

export function latin1Text(bytes: Buffer, from: number, to: number): string {
  return (bytes as Buffer & Slices).latin1Slice(from, to);
}

export function utf8Text(bytes: Buffer, from: number, to: number): string {
  return (bytes as Buffer & Slices).utf8Slice(from, to);
}

export function isAsciiRange(bytes: Buffer, from: number, to: number): boolean {
  let all = 0;
  for (let at = from; at < to; at++) all |= bytes[at]!;
  return all < 0x80;
}
