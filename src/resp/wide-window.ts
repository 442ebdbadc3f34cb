import { Buffer } from 'node:buffer';

/** Bytes looked at at a time. A character takes two bytes of memory: this bounds what a kept text can pin. */
const WINDOW_BYTES = 512;

/** The units of the window that is being made, and the same memory as a Buffer. */
const units: Uint16Array = new Uint16Array(WINDOW_BYTES);
const unitBytes: Buffer & { ucs2Slice(from: number, to: number): string } = Buffer.from(units.buffer) as never;

/** Whether UTF-16 units lie in memory in the order in which `ucs2Slice` reads them. */
const IS_LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * A stretch of UTF-8 decoded at once, out of which short texts are cut: the engine takes twice as long for a stretch, and ten
 * times for its texts one by one.
 *
 *     bytes    $ 5 CR LF c a f C3 A9 CR LF
 *     before   0 1 2  3  4 5 6 7  .  8  9         how many UTF-16 units lie before a byte that begins a character
 *     window   $ 5 CR LF c a f é     CR LF        "café" is [4, 8) of it
 */
export class WideWindow {
  /** One past the last byte that was decoded; the first that is no UTF-8, where such a one comes first. */
  end = 0;
  #start = 0;
  #window = '';
  readonly #before: Uint16Array = new Uint16Array(WINDOW_BYTES + 1);

  /** The text in `[from, to)`, which lies in the window and begins and ends with a character. */
  text(from: number, to: number): string {
    const before = this.#before;
    return this.#window.substring(before[from - this.#start]!, before[to - this.#start]!);
  }

  /** Decodes what begins at `from` of the bytes, and ends before `limit`. */
  slide(bytes: Buffer, from: number, limit: number): void {
    const before = this.#before;
    const stop = IS_LITTLE_ENDIAN ? Math.min(from + WINDOW_BYTES, limit) : from;
    let count = 0;
    let at = from;
    while (at < stop) {
      before[at - from] = count;
      const byte = bytes[at]!;
      if (byte < 0x80) {
        units[count++] = byte;
        at++;
      } else if (byte < 0xe0) {
        const code = byte < 0xc2 || at + 2 > stop ? -1 : ((byte & 0x1f) << 6) | follower(bytes[at + 1]!);
        if (code < 0) break;
        units[count++] = code;
        at += 2;
      } else {
        const code = longCode(bytes, at, stop);
        if (code < 0) break;
        if (code >= 0x10000) units[count++] = 0xd7c0 + (code >> 10);
        units[count++] = code < 0x10000 ? code : 0xdc00 | (code & 0x3ff);
        at += code < 0x10000 ? 3 : 4;
      }
    }
    before[at - from] = count;
    this.#start = from;
    this.end = at;
    this.#window = unitBytes.ucs2Slice(0, count * 2);
  }
}

/** The code point of the three or four bytes at `at`; -1 where `[at, end)` begins with no such sequence. */
function longCode(bytes: Buffer, at: number, end: number): number {
  const first = bytes[at]!;
  if (at + 3 > end) return -1;
  const middle = (follower(bytes[at + 1]!) << 6) | follower(bytes[at + 2]!);
  if (first < 0xf0) {
    const code = ((first & 0x0f) << 12) | middle;
    return code < 0x800 || (code & 0xf800) === 0xd800 ? -1 : code;
  }
  if (first > 0xf4 || at + 4 > end) return -1;
  const code = ((first & 0x07) << 18) | (middle << 6) | follower(bytes[at + 3]!);
  return code < 0x10000 || code > 0x10ffff ? -1 : code;
}

/** The six bits of a byte that continues a sequence; any other byte makes the code point negative. */
function follower(byte: number): number {
  return (byte & 0xc0) === 0x80 ? byte & 0x3f : -1;
}
