import { Buffer } from 'node:buffer';
import { viewBytes } from './owned-bytes.ts';

/** Only the beginning of a frame so short is kept to be read again: each of its bytes at most 16 times. */
export const TAIL_BYTES = 64;
/** In smaller chunks nothing is read twice. */
const MIN_CHUNK_BYTES = 4;
/** A larger chunk costs more to copy than its first frame costs to read in two parts. */
const MAX_CHUNK_BYTES = 2048;

const MAX_VIEW_BYTES = 2 * TAIL_BYTES;

const EMPTY = Buffer.alloc(0);

/**
 * The end of a chunk that is the beginning of a short frame.
 *
 * In small chunks nearly every frame is cut, and reading one in parts costs more than reading it anew. So what there
 * is of it is kept, and put before the next chunk:
 *
 *     | ...   $5 CR LF he |   chunk             | $5 CR LF he | llo CR LF ... |   read as one
 *             ^ tail                              tail          next chunk
 */
export class Tail {
  length = 0;
  #bytes: Buffer = EMPTY;
  /** What {@link join} or {@link take} returned last. */
  #joined: Buffer = EMPTY;
  /** The first n bytes, by n: in the smallest chunks making a view would cost more than all else. */
  readonly #views: (Buffer | undefined)[] = [];

  /** Whether a short frame may be left unread at the end of this chunk. */
  static isFor(chunk: Buffer): boolean {
    return chunk.length >= MIN_CHUNK_BYTES;
  }

  /** Keeps `[from, to)` of a chunk, which may be what {@link join} returned. */
  keep(chunk: Buffer, from: number, to: number): void {
    if (this.#bytes === EMPTY) this.#bytes = Buffer.allocUnsafeSlow(TAIL_BYTES + MAX_CHUNK_BYTES);
    // A frame that is cut again and again lies here already.
    const isHere = from === 0 && chunk === this.#joined;
    if (!isHere) for (let at = from; at < to; at++) this.#bytes[at - from] = chunk[at]!;
    this.length = to - from;
  }

  /** Whether the tail goes before this chunk; otherwise {@link take} it, and read it in parts. */
  joins(chunk: Buffer): boolean {
    return chunk.length >= MIN_CHUNK_BYTES && chunk.length <= MAX_CHUNK_BYTES;
  }

  /** The tail and the chunk as one, valid until the next {@link keep}. */
  join(chunk: Buffer): Buffer {
    const { length } = this;
    const to = length + chunk.length;
    if (chunk.length > TAIL_BYTES) this.#bytes.set(chunk, length);
    else for (let at = length; at < to; at++) this.#bytes[at] = chunk[at - length]!;
    return this.#first(to);
  }

  /** The tail alone. */
  take(): Buffer {
    return this.#first(this.length);
  }

  #first(length: number): Buffer {
    this.length = 0;
    this.#joined = length > MAX_VIEW_BYTES ? viewBytes(this.#bytes, 0, length) : this.#cachedView(length);
    return this.#joined;
  }

  #cachedView(length: number): Buffer {
    this.#views[length] ??= viewBytes(this.#bytes, 0, length);
    return this.#views[length]!;
  }
}
