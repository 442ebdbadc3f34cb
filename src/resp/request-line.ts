import type { Buffer } from 'node:buffer';
import { CR, LF } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import { Gather } from './gather.ts';
import { RequestError } from './request-error.ts';
import { MAX_REQUEST_LINE_BYTES } from './request-limits.ts';

/** What a line is, and so what ends it and what a server says when it never ends. */
export interface LineKind {
  readonly end: number;
  readonly tooBig: string;
}

/** A command as people type it: up to the LF, with or without a CR before it. */
export const INLINE: LineKind = { end: LF, tooBig: 'too big inline request' };
/** `*<count>`: up to the CR, and whatever one byte comes after that. */
export const COUNT: LineKind = { end: CR, tooBig: 'too big mbulk count string' };
/** `$<length>`: ends as {@link COUNT} does. */
export const LENGTH: LineKind = { end: CR, tooBig: 'too big bulk count string' };

/**
 * The lines of requests, read as servers read them: they look for one byte that ends the line, with a C function that a
 * NUL stops. So a line with a NUL in it never ends, and is refused when it has become too long.
 *
 * No byte is looked at twice for having come in pieces.
 */
export class RequestLineReader {
  /** Offset in the stream of the line that is being read, or was read last. */
  offset = 0;
  /** Whether a line has begun and not ended. */
  hasBegun = false;
  readonly #cursor: Cursor;
  readonly #isStrict: boolean;
  /** The beginning of a line whose end is in a later chunk. */
  readonly #kept = new Gather();
  #hasNul = false;
  /** The CR has come, and the byte after it has not. */
  #isEnding = false;

  constructor(cursor: Cursor, isStrict: boolean) {
    this.#cursor = cursor;
    this.#isStrict = isStrict;
  }

  /**
   * The line at the cursor without its end, which is passed over: valid until the next call. Undefined when it goes on
   * in the next chunk; then call again with the same kind.
   */
  read(kind: LineKind): Buffer | undefined {
    const cursor = this.#cursor;
    if (!this.hasBegun) this.#begin();
    if (!this.#isEnding) {
      const end = this.#find(kind);
      if (end < 0) return undefined;
      this.#kept.append(cursor.bytes, cursor.position, end);
      cursor.position = end + 1;
      this.#isEnding = true;
    }
    if (kind.end === CR && !this.#passLineFeed()) return undefined;
    this.hasBegun = false;
    const line = this.#kept.bytes.subarray(0, this.#kept.length);
    return kind === INLINE && line.at(-1) === CR ? line.subarray(0, -1) : line;
  }

  #begin(): void {
    this.offset = this.#cursor.offset;
    this.#kept.start(0);
    this.hasBegun = true;
    this.#hasNul = false;
    this.#isEnding = false;
  }

  /** Where in the chunk the line ends; -1 when it does not, and then the rest of the chunk is kept. */
  #find(kind: LineKind): number {
    const cursor = this.#cursor;
    const from = cursor.position;
    const allowed = MAX_REQUEST_LINE_BYTES - this.#kept.length;
    const part = cursor.bytes.subarray(from, Math.min(cursor.end, from + allowed + 1));
    const found = part.indexOf(kind.end);
    if (!this.#hasNul) this.#hasNul = part.subarray(0, found < 0 ? part.length : found).includes(0);
    if (found >= 0 && !this.#hasNul) return from + found;
    if (part.length > allowed) {
      throw new RequestError('ERR_RESP_LIMIT', kind.tooBig, { offset: this.offset + MAX_REQUEST_LINE_BYTES });
    }
    this.#kept.append(cursor.bytes, from, cursor.end);
    cursor.position = cursor.end;
    return -1;
  }

  #passLineFeed(): boolean {
    const cursor = this.#cursor;
    if (cursor.position === cursor.end) return false;
    if (this.#isStrict && cursor.bytes[cursor.position] !== LF) {
      throw new RequestError('ERR_RESP_SYNTAX', 'expected LF after CR', { offset: cursor.offset });
    }
    cursor.position++;
    return true;
  }
}
