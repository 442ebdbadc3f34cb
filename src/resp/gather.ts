import { Buffer, isAscii } from 'node:buffer';
import { copyBytes, MAX_SHARED_BYTES, viewBytes } from './owned-bytes.ts';
import { decodeText, LARGE_BYTES, latin1Text } from './text.ts';

const INITIAL_BYTES = 256;
/** More is given back after use, so that one large reply does not stay behind as memory of the decoder. */
const KEPT_BYTES = 64 * 1024;
/** Memory for the announced length is taken when one part in so many is there; until then it grows with what comes. */
const TRUSTED_PART = 16;
/** Behind one large chunk so much is taken at once: that saves copying what came before. */
const TRUSTED_CHUNK_BYTES = 32 * 1024;
const TRUSTED_BYTES = 16 * 1024 * 1024;

/** So few bytes are copied by a loop, which costs less than a call into the engine. */
const LOOP_BYTES = 32;

const EMPTY = Buffer.alloc(0);

/**
 * Bytes that come in several chunks, put together.
 *
 * Each byte is copied a bounded number of times, however small the pieces, and memory is bounded by what has come, not
 * by what was announced.
 */
export class Gather {
  /** Valid up to {@link length}. */
  bytes: Buffer = EMPTY;
  length = 0;
  #expected = 0;
  /** What {@link lendBytes} lent last. */
  #spare: Buffer = EMPTY;

  /** Begins anew; `expected` is the announced number of bytes, 0 when unknown. */
  start(expected: number): void {
    if (this.bytes.length > KEPT_BYTES) this.bytes = EMPTY;
    this.length = 0;
    this.#expected = expected;
  }

  append(bytes: Buffer, from: number, to: number): void {
    const needed = this.length + to - from;
    if (needed > this.bytes.length) this.#grow(needed);
    if (to - from <= LOOP_BYTES) {
      const { bytes: gathered, length } = this;
      for (let at = from; at < to; at++) gathered[length + at - from] = bytes[at]!;
    } else {
      this.bytes.set(to - from === bytes.length ? bytes : viewBytes(bytes, from, to), this.length);
    }
    this.length = needed;
  }

  /** The bytes from `from` on as UTF-8 text; begins anew. */
  takeText(from: number): string {
    const { bytes, length } = this;
    // A look at all of the memory needs no view of a part of it; what older bytes there are hardly ever misleads.
    const isPlain = length >= LARGE_BYTES && bytes.length <= length * 2 && isAscii(bytes);
    const text = isPlain ? latin1Text(bytes, from, length) : decodeText(bytes, from, length);
    this.start(0);
    return text;
  }

  /** The bytes from `from` on as a Buffer that nobody else uses; begins anew. */
  takeBytes(from: number): Buffer {
    const { bytes, length } = this;
    // A block that fits exactly is handed over, because copying a large one costs more than a new one does.
    const isExact = from === 0 && length === bytes.length && length > MAX_SHARED_BYTES;
    const taken = isExact ? bytes : copyBytes(bytes, from, length);
    if (isExact) this.bytes = EMPTY;
    this.start(0);
    return taken;
  }

  /**
   * The bytes, in place; begins anew elsewhere. They stay what they are until it has begun anew twice, which for the
   * decoder's bulks is not before the next chunk but one.
   */
  lendBytes(): Buffer {
    const lent = viewBytes(this.bytes, 0, this.length);
    const spare = this.#spare;
    this.#spare = this.bytes.length > KEPT_BYTES ? EMPTY : this.bytes;
    this.bytes = spare;
    this.start(0);
    return lent;
  }

  /** Keeps the first bytes only, and no memory for more. */
  truncate(length: number): void {
    const head = Buffer.from(this.bytes.subarray(0, Math.min(length, this.length)));
    this.bytes = EMPTY;
    this.start(0);
    this.append(head, 0, head.length);
  }

  #grow(needed: number): void {
    const expected = this.#expected;
    const isLarge = needed >= TRUSTED_CHUNK_BYTES && expected <= TRUSTED_BYTES;
    const isTrusted = expected >= needed && (isLarge || expected <= needed * TRUSTED_PART);
    const grown = Buffer.allocUnsafeSlow(Math.max(isTrusted ? expected : needed * 2, INITIAL_BYTES));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
