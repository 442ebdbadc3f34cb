import { isAscii } from 'node:buffer';
import type { Cursor } from './cursor.ts';
import { viewBytes } from './owned-bytes.ts';
import { decodeText, latin1Text } from './text.ts';
import { WideWindow } from './wide-window.ts';

/**
 * Bytes decoded at a time. A slice of 13 or more characters keeps the string it was cut from alive, so this bounds
 * what one short value that a caller keeps can pin.
 */
const WINDOW_BYTES = 1024;
/** Longer texts are decoded one by one: few of them share a window. Measured: bench/README.md. */
const MAX_SLICE_BYTES = 256;
/** Where less of the chunk is left a window would serve one text or two. */
const MIN_BYTES = 64;

/**
 * Short texts out of one chunk.
 *
 * A call into the engine for each of them costs several times what a short text costs by itself. So a stretch of the
 * chunk, the window, is decoded once, and the texts are cut out of it:
 *
 *     bytes   $ 3 CR LF c a f CR LF $ 5 CR LF h e l l o CR LF ...
 *     window            c a f CR LF $ 5 CR LF h e l l o CR LF ...       a character for each byte
 *
 * A window of ASCII alone is this one; any other is a {@link WideWindow}; and a text that has bytes that are no UTF-8 is
 * decoded by itself.
 */
export class TextWindow {
  readonly #cursor: Cursor;
  /** What texts are cut out of, and where in the chunk it lies. */
  #window = '';
  #start = 0;
  #end = 0;
  readonly #wide: WideWindow = new WideWindow();
  /** Whether the chunk is ASCII up to `#lookedAt`. */
  #isAscii = false;
  #lookedAt = 0;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  /** The cursor has got another chunk, or has been set back in its own. */
  reset(): void {
    this.#end = 0;
    this.#wide.end = 0;
    this.#lookedAt = 0;
  }

  /** The UTF-8 text in `[from, to)` of the chunk. Texts are asked for in the order they lie in. */
  text(from: number, to: number): string {
    // So little that the engine puts it into its callers.
    return to <= this.#end ? this.#window.substring(from - this.#start, to - this.#start) : this.#other(from, to);
  }

  #other(from: number, to: number): string {
    const { bytes, end } = this.#cursor;
    if (end - from < MIN_BYTES) return decodeText(bytes, from, to);
    if (to <= this.#wide.end) return this.#wide.text(from, to);
    if (end > this.#lookedAt) {
      this.#isAscii = isAscii(viewBytes(bytes, from, end));
      this.#lookedAt = end;
    }
    if (to - from > MAX_SLICE_BYTES) return this.#isAscii ? latin1Text(bytes, from, to) : decodeText(bytes, from, to);
    return this.#slide(from, to);
  }

  #slide(from: number, to: number): string {
    const { bytes } = this.#cursor;
    const end = Math.min(from + WINDOW_BYTES, this.#cursor.end);
    if (this.#isAscii || isAscii(viewBytes(bytes, from, end))) {
      this.#window = latin1Text(bytes, from, end);
      this.#start = from;
      this.#end = end;
      return this.text(from, to);
    }
    this.#wide.slide(bytes, from, this.#cursor.end);
    return to <= this.#wide.end ? this.#wide.text(from, to) : decodeText(bytes, from, to);
  }
}
