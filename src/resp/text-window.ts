import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { viewBytes } from './owned-bytes.ts';
import { decodeText, isAsciiRange, latin1Text, utf8Text } from './text.ts';

/**
 * Bytes decoded at a time. A slice of 13 or more characters keeps the string it was cut from alive, so this bounds
 * what one short value that a caller keeps can pin.
 */
const WINDOW_BYTES = 1024;
/** The same where a character takes two bytes of memory. */
const WIDE_WINDOW_BYTES = 512;
/** Longer texts are decoded one by one: few of them share a window. Measured: bench/README.md. */
const MAX_SLICE_BYTES = 256;
/** A smaller chunk has no use for a window: it would serve one text or two. */
const MIN_CHUNK_BYTES = 64;

/** What a chunk holds, from the first text in it on. */
const Content = { Unknown: 0, Ascii: 1, Utf8: 2, Other: 3 } as const;
type Content = (typeof Content)[keyof typeof Content];

const EMPTY = Buffer.alloc(0);

/**
 * Short texts out of one chunk.
 *
 * A call into the engine for each of them costs several times what a short text costs by itself. So a stretch of the
 * chunk, the window, is decoded once, and the texts are cut out of it:
 *
 *     bytes   $ 3 CR LF c a f CR LF $ 5 CR LF c a f C3 A9 CR LF       ^ #byteAt, as far as texts were asked for
 *     window            c a f CR LF $ 5 CR LF c a f    é  CR LF       ^ #unitAt, the same place in the window
 *
 * Where all is ASCII both run alike. In other UTF-8 the units are counted on the way; in anything else texts that are
 * ASCII are cut out of a window that has a character for each byte, and the others are decoded by themselves.
 */
export class TextWindow {
  #bytes: Buffer = EMPTY;
  #content: Content = Content.Unknown;
  #window = '';
  #start = 0;
  #end = 0;
  #byteAt = 0;
  #unitAt = 0;

  /** Goes on with another chunk. */
  attach(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#end = 0;
    this.#content = Content.Unknown;
  }

  /** The UTF-8 text in `[from, to)` of the chunk. Texts are asked for in the order they lie in. */
  text(from: number, to: number): string {
    if (to > this.#end) {
      if (this.#bytes.length < MIN_CHUNK_BYTES) return decodeText(this.#bytes, from, to);
      if (this.#content === Content.Unknown) this.#content = contentOf(this.#bytes, from);
      if (to - from > MAX_SLICE_BYTES) return this.#longText(from, to);
      this.#slide(from);
    }
    if (this.#content === Content.Utf8) return this.#counted(from, to);
    const isPlain = this.#content === Content.Ascii || isAsciiRange(this.#bytes, from, to);
    return isPlain ? this.#window.substring(from - this.#start, to - this.#start) : utf8Text(this.#bytes, from, to);
  }

  #longText(from: number, to: number): string {
    return this.#content === Content.Ascii ? latin1Text(this.#bytes, from, to) : decodeText(this.#bytes, from, to);
  }

  #slide(from: number): void {
    const bytes = this.#bytes;
    const isWide = this.#content === Content.Utf8;
    let end = Math.min(from + (isWide ? WIDE_WINDOW_BYTES : WINDOW_BYTES), bytes.length);
    if (isWide) while (isContinuation(bytes[end])) end--;
    this.#window = isWide ? utf8Text(bytes, from, end) : latin1Text(bytes, from, end);
    this.#start = this.#byteAt = from;
    this.#end = end;
    this.#unitAt = 0;
  }

  #counted(from: number, to: number): string {
    const begin = this.#unitAt + countUnits(this.#bytes, this.#byteAt, from);
    const end = begin + countUnits(this.#bytes, from, to);
    this.#byteAt = to;
    this.#unitAt = end;
    return this.#window.substring(begin, end);
  }
}

function contentOf(bytes: Buffer, from: number): Content {
  if (isAscii(bytes)) return Content.Ascii;
  // The bytes before may be the end of a character that began in the last chunk.
  const rest = viewBytes(bytes, from, bytes.length);
  return isUtf8(viewBytes(rest, 0, wholeCharacters(rest))) ? Content.Utf8 : Content.Other;
}

/** The bytes without those of a character, at the end, that goes on in the next chunk. */
function wholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  let lead = length - 1;
  while (lead > length - 4 && lead >= 0 && isContinuation(bytes[lead])) lead--;
  const first = bytes[lead] ?? 0;
  const size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return lead + size > length ? lead : length;
}

/** The UTF-16 units of valid UTF-8: one for each character, two where it takes four bytes. */
function countUnits(bytes: Buffer, from: number, to: number): number {
  let units = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    units += byte < 0x80 || byte >= 0xc0 ? (byte >= 0xf0 ? 2 : 1) : 0;
  }
  return units;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
