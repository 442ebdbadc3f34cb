import { Buffer } from 'node:buffer';
import type { Cursor } from './cursor.ts';
import { viewBytes } from './owned-bytes.ts';

/** The most that is left of a chunk to be read again, behind which the next one must have room. */
export const LEFT_BYTES = 2048;
const OWN_BYTES = 2 * LEFT_BYTES;
/** Our own memory grows from this: a decoder whose frames are hardly ever cut needs little. */
const FIRST_OWN_BYTES = 256;
/** Copying a chunk so small costs less than going over to it and back. */
const SMALL_BYTES = 256;
/** So few bytes are copied by a loop, which costs less than a call into the engine. */
const LOOP_BYTES = 32;

const EMPTY = Buffer.alloc(0);

/** Who looks into what the cursor is in, and must know when it is in something else. */
export interface Onlooker {
  /** The cursor has got other bytes. */
  attach(): void;
}

/**
 * Where the cursor's bytes lie: in the chunk, or in memory of our own.
 *
 * A frame that a chunk cuts costs more to read in parts than to copy. So what there is of it is left, goes into memory of
 * our own, and the next chunk goes behind it, as long as there is room:
 *
 *     chunk      ... :1 CR LF $5 CR LF he |
 *     own        | $5 CR LF he | llo CR LF :2 CR LF $10 CR | LF ...
 *                  ^ left        ^ the next chunk           ^ the one after that
 *
 * Nothing moves while there is room, so that each byte is copied once or twice, however small the chunks.
 */
export class Inbox {
  readonly #cursor: Cursor;
  readonly #onlooker: Onlooker;
  #own: Buffer = EMPTY;
  /** Whether views of our own memory may be in use. */
  #isLent = false;

  constructor(cursor: Cursor, onlooker: Onlooker) {
    this.#cursor = cursor;
    this.#onlooker = onlooker;
  }

  /** Gives the cursor a chunk, behind what is left; false when what is left must be read without it. */
  take(chunk: Buffer): boolean {
    const cursor = this.#cursor;
    const left = cursor.end - cursor.position;
    if (left === 0 && (chunk.length > SMALL_BYTES || cursor.bytes !== this.#own || this.#own === EMPTY)) {
      cursor.attach(chunk);
      this.#onlooker.attach();
      return true;
    }
    if (left + chunk.length > OWN_BYTES) return false;
    if (cursor.bytes !== this.#own || cursor.end + chunk.length > this.#own.length) this.#move(left + chunk.length);
    append(chunk, this.#own, cursor.end);
    cursor.end += chunk.length;
    return true;
  }

  /** The same where it is no more than copying: what is left lies in our own memory, and there is room. */
  add(chunk: Buffer): boolean {
    const cursor = this.#cursor;
    const own = this.#own;
    const end = cursor.end + chunk.length;
    if (cursor.bytes !== own || end > own.length) return false;
    append(chunk, own, cursor.end);
    cursor.end = end;
    return true;
  }

  /** Lets go of the chunk; what is left of it, at most {@link LEFT_BYTES}, is kept. */
  leave(): void {
    const cursor = this.#cursor;
    if (cursor.bytes === this.#own) return;
    const left = cursor.end - cursor.position;
    if (left > 0) this.#move(left);
    else this.#attach(0);
  }

  /** What lies in our own memory stays as it is: views of it are valid until the next `feed`, and there was none. */
  lend(): void {
    this.#isLent = true;
  }

  /** Moves what is left to the beginning of our own memory, which has room for `needed` bytes then. */
  #move(needed: number): void {
    const { bytes, position, end } = this.#cursor;
    if (needed > this.#own.length || this.#isLent) {
      this.#own = Buffer.allocUnsafeSlow(Math.min(OWN_BYTES, FIRST_OWN_BYTES + needed * 2));
      this.#isLent = false;
    }
    if (bytes === this.#own) bytes.copyWithin(0, position, end);
    else append(viewBytes(bytes, position, end), this.#own, 0);
    this.#attach(end - position);
  }

  /** Gives the cursor the first bytes of our own memory. */
  #attach(length: number): void {
    this.#cursor.attach(this.#own);
    this.#cursor.end = length;
    this.#onlooker.attach();
  }
}

function append(chunk: Buffer, own: Buffer, at: number): void {
  const { length } = chunk;
  if (length > LOOP_BYTES) own.set(chunk, at);
  else for (let index = 0; index < length; index++) own[at + index] = chunk[index]!;
}
