import { Buffer } from 'node:buffer';
import type { Cursor } from './cursor.ts';
import { copyBytes, FastBuffer, MAX_SHARED_BYTES, viewBytes } from './owned-bytes.ts';

/** Bytes copied at a time: with the objects around it a kept value keeps no more than 1.5 KiB beside itself. */
const WINDOW_BYTES = 1152;
/** Where less of the chunk is left a window would serve one value or two. */
const MIN_WINDOW_BYTES = 384;

const EMPTY = Buffer.alloc(0);

/**
 * Short values out of one chunk, as Buffers of their own.
 *
 * Memory for each of them would cost ten times the copying. So a stretch of the chunk, the window, is copied at once, with
 * the framing in it, and the values are views of the copy:
 *
 *     chunk    ... | $ 3 CR LF a b c CR LF $ 2 CR LF d e CR LF ... | ...
 *     window         $ 3 CR LF a b c CR LF $ 2 CR LF d e CR LF ...        memory that only these values share
 */
export class BytesWindow {
  readonly #cursor: Cursor;
  #start = 0;
  #end = 0;
  #copy: Buffer = EMPTY;
  #memory: ArrayBufferLike = EMPTY.buffer;
  /** A shorter value would keep too much beside itself. */
  #leastBytes = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** The cursor has got another chunk, or has been set back in its own. */
  reset(): void {
    this.#end = 0;
  }

  /** The bytes `[from, to)` of the chunk. Values are asked for in the order they lie in. */
  copy(from: number, to: number): Buffer {
    const length = to - from;
    // A copy that a caller has transferred to another thread has no length any more.
    if (to > this.#end || length < this.#leastBytes || this.#copy.length === 0) {
      const { bytes, end } = this.#cursor;
      if (length > MAX_SHARED_BYTES || end - from < MIN_WINDOW_BYTES) return copyBytes(bytes, from, to);
      this.#slide(from, length);
    }
    return new FastBuffer(this.#memory, from - this.#start, length);
  }

  #slide(from: number, length: number): void {
    const end = Math.min(from + WINDOW_BYTES + length, this.#cursor.end);
    this.#copy = Buffer.allocUnsafeSlow(end - from);
    this.#copy.set(viewBytes(this.#cursor.bytes, from, end));
    this.#memory = this.#copy.buffer;
    this.#start = from;
    this.#end = end;
    this.#leastBytes = end - from - WINDOW_BYTES;
  }
}
