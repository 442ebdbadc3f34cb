import { Buffer } from 'node:buffer';
import { Gather } from './gather.ts';

/** The bytes of one frame, untouched: a view where they lie in one chunk, else put together from their chunks. */
export class RawFrame {
  /** Offset in the stream of the frame's first byte. */
  #start = 0;
  readonly #kept: Gather = new Gather();

  /** The next frame begins at this offset of the stream. */
  begin(offset: number): void {
    this.#start = offset;
    this.#kept.start(0);
  }

  /** Keeps what a chunk holds of the frame up to `end`, because the chunk goes; `base` is its offset in the stream. */
  keep(chunk: Buffer, span: { base: number; end: number }): void {
    const from = this.#next(span.base);
    if (from < span.end) this.#kept.append(chunk, from, span.end);
  }

  /**
   * The frame, which ends at `end` of the chunk, without the pushes that came inside it: `cuts` has the offset where
   * each begins, and where it ends.
   */
  take(chunk: Buffer, span: { base: number; end: number }, cuts: readonly number[]): Buffer {
    const from = this.#next(span.base);
    let frame = chunk.subarray(from, span.end);
    if (this.#kept.length > 0) {
      this.#kept.append(frame, 0, frame.length);
      frame = this.#kept.takeBytes(0);
    }
    return cuts.length === 0 ? frame : this.#without(frame, cuts);
  }

  /** Where in the chunk the first byte of the frame lies that is not kept yet. */
  #next(base: number): number {
    return this.#start + this.#kept.length - base;
  }

  #without(frame: Buffer, cuts: readonly number[]): Buffer {
    const pieces: Buffer[] = [];
    let from = 0;
    for (let index = 0; index < cuts.length; index += 2) {
      pieces.push(frame.subarray(from, cuts[index]! - this.#start));
      from = cuts[index + 1]! - this.#start;
    }
    pieces.push(frame.subarray(from));
    return Buffer.concat(pieces);
  }
}
