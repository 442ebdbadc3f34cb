import type { Buffer } from 'node:buffer';
import { isAscii } from 'node:buffer';
import { viewBytes } from './owned-bytes.ts';

/** What Node's Buffers have behind `toString`, without the look-up of the encoding by its name. */
interface Slices {
  latin1Slice(from: number, to: number): string;
  utf8Slice(from: number, to: number): string;
}

/** So few bytes are looked through by a loop, which costs less than a call into the engine. */
const LOOP_BYTES = 64;
/** From here on it is worth a look whether text is ASCII, because then it is only copied. */
const LARGE_BYTES = 256;

/** The UTF-8 text in `[from, to)`; an invalid byte becomes U+FFFD. */
export function decodeText(bytes: Buffer, from: number, to: number): string {
  const length = to - from;
  const isPlain =
    length <= LOOP_BYTES ? isAsciiRange(bytes, from, to) : length >= LARGE_BYTES && isAscii(viewBytes(bytes, from, to));
  return isPlain ? latin1Text(bytes, from, to) : utf8Text(bytes, from, to);
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
