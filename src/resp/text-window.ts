import { Buffer, isAscii } from 'node:buffer';

/**
 * Bytes decoded at a time. A slice of 13 or more characters keeps the string it was cut from alive, so this bounds
 * what one short value that a caller keeps can pin.
 */
const WINDOW_BYTES = 1024;
/** Longer texts are decoded one by one: few of them share a window. Measured: bench/README.md. */
const MAX_SLICE_BYTES = 256;

const EMPTY = Buffer.alloc(0);

/**
 * Short texts out of one chunk.
 *
 * A call into the engine for each of them costs several times what a short text costs by itself. So a stretch of the
 * chunk is decoded once, byte by character, and the texts are cut out of it, which is right wherever they are ASCII.
 */
export class TextWindow {
  #bytes: Buffer = EMPTY;
  #window = '';
  #start = 0;
  #end = 0;
  /** Whether the whole chunk is ASCII; undefined until somebody wants to know. */
  #isAscii: boolean | undefined = undefined;

  /** Goes on with another chunk. */
  attach(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#end = 0;
    this.#isAscii = undefined;
  }

  /** The UTF-8 text in `[from, to)` of the chunk. Texts are asked for in the order they lie in. */
  text(from: number, to: number): string {
    if (to - from > MAX_SLICE_BYTES) return this.#bytes.toString('utf8', from, to);
    if (to > this.#end) this.#slide(from);
    if (this.#isAscii !== true && !isAsciiRange(this.#bytes, from, to)) return this.#bytes.toString('utf8', from, to);
    return this.#window.substring(from - this.#start, to - this.#start);
  }

  #slide(from: number): void {
    this.#isAscii ??= isAscii(this.#bytes);
    this.#start = from;
    this.#end = Math.min(from + WINDOW_BYTES, this.#bytes.length);
    this.#window = this.#bytes.toString('latin1', from, this.#end);
  }
}

function isAsciiRange(bytes: Buffer, from: number, to: number): boolean {
  let all = 0;
  for (let index = from; index < to; index++) all |= bytes[index]!;
  return all < 0x80;
}
