import { Buffer } from 'node:buffer';
import { ProtocolError } from '../errors.ts';
import { CR, LF, NEAR_BYTES } from './bytes.ts';
import { FastBuffer } from './owned-bytes.ts';

const EMPTY = Buffer.alloc(0);

/** Where a decoder is: in which chunk, and where in it. */
export class Cursor {
  bytes: Buffer = EMPTY;
  /** Index of the next byte to read. */
  position = 0;
  /** One past the last byte. */
  end = 0;
  /** Offset in the stream of the chunk's first byte. */
  base = 0;
  /** The chunk's memory, once it was asked for: asking a Buffer costs as much as making a view of it. */
  #memory: ArrayBufferLike | undefined;
  #memoryOffset = 0;

  /** Goes on with another chunk, which begins with the next byte to read. */
  attach(bytes: Buffer): void {
    this.base += this.position;
    this.bytes = bytes;
    this.position = 0;
    this.end = bytes.length;
    this.#memory = undefined;
  }

  /** Goes on behind a chunk of so many bytes that was read without it. */
  pass(length: number): void {
    this.base += length;
  }

  /** The bytes `[from, to)` of the chunk, in place. */
  view(from: number, to: number): Buffer {
    if (this.#memory === undefined) {
      this.#memory = this.bytes.buffer;
      this.#memoryOffset = this.bytes.byteOffset;
    }
    return new FastBuffer(this.#memory, this.#memoryOffset + from, to - from);
  }

  /** The index of the first line feed at `from` or behind, -1 where there is none. */
  findLineFeed(from: number): number {
    const { bytes, end } = this;
    const near = Math.min(from + NEAR_BYTES, end);
    for (let at = from; at < near; at++) if (bytes[at] === LF) return at;
    if (near >= end) return -1;
    if (end === bytes.length) return bytes.indexOf(LF, near);
    const found = bytes.subarray(near, end).indexOf(LF, 0);
    return found < 0 ? -1 : near + found;
  }

  /** Offset in the stream of the next byte to read. */
  get offset(): number {
    return this.base + this.position;
  }

  /** Whether a whole CRLF lies at `at`. */
  isCrlf(at: number): boolean {
    return at + 1 < this.end && this.bytes[at] === CR && this.bytes[at + 1] === LF;
  }

  /** The error that says that the byte at `at` of the chunk is not what it must be. */
  fault(message: string, at: number): ProtocolError {
    return new ProtocolError('ERR_RESP_SYNTAX', message, this.base + at);
  }
}
