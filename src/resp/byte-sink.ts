import { Buffer } from 'node:buffer';

const INITIAL_BYTES = 256;
/** UTF-8 needs at most so many bytes for one UTF-16 code unit. */
const MAX_UNIT_BYTES = 3;
/** Shorter texts are written by a loop, which costs less than the call into the engine. */
const SHORT_CHARACTERS = 40;

/** Bytes written one after the other, in memory that grows with them. */
export class ByteSink {
  #bytes: Buffer = Buffer.allocUnsafe(INITIAL_BYTES);
  #length = 0;

  /** Text of which every character is one byte. */
  latin1(text: string): void {
    this.#reserve(text.length);
    if (text.length > SHORT_CHARACTERS) {
      this.#length += this.#bytes.write(text, this.#length, 'latin1');
      return;
    }
    for (let index = 0; index < text.length; index++) this.#bytes[this.#length + index] = text.charCodeAt(index);
    this.#length += text.length;
  }

  /** Text as UTF-8; a lone surrogate becomes U+FFFD. */
  utf8(text: string): void {
    this.#reserve(text.length * MAX_UNIT_BYTES);
    this.#length += this.#bytes.write(text, this.#length);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** What was written, as a Buffer that nobody else uses. */
  take(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
