import { Buffer } from 'node:buffer';
import { ByteSink } from './byte-sink.ts';
import { Type } from './bytes.ts';
import { doubleText } from './wire.ts';

const CRLF = '\r\n';

/**
 * Writes the parts of replies in the words of one protocol.
 *
 * RESP2 has five types; where a value has none of its own this is the one place that says what stands for it, as
 * servers do it.
 */
export class ReplyWriter {
  readonly protocol: 2 | 3;
  readonly #sink: ByteSink = new ByteSink();

  constructor(protocol: 2 | 3) {
    this.protocol = protocol;
  }

  take(): Buffer {
    return this.#sink.take();
  }

  /** A type and one line of text, in which there is no CR and no LF. */
  line(type: number, text: string): void {
    if (this.protocol === 2 && (type === Type.Double || type === Type.BigNumber)) {
      this.bulk(Type.BulkString, text);
      return;
    }
    // Every type but these two holds digits, signs and letters of ASCII.
    const isText = type === Type.SimpleString || type === Type.SimpleError;
    this.#sink.latin1(String.fromCharCode(type));
    if (isText) this.#sink.utf8(text);
    else this.#sink.latin1(text);
    this.#sink.latin1(CRLF);
  }

  bulk(type: number, payload: string | Uint8Array): void {
    const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.byteLength;
    this.#sink.latin1(`${String.fromCharCode(type)}${length}${CRLF}`);
    if (typeof payload !== 'string') this.#sink.bytes(payload);
    // Where no character needs more than a byte, all of them are ASCII.
    else if (length === payload.length) this.#sink.latin1(payload);
    else this.#sink.utf8(payload);
    this.#sink.latin1(CRLF);
  }

  /** An error that takes the form its text needs. */
  error(text: string): void {
    if (/[\r\n]/.test(text)) this.bulkError(text);
    else this.line(Type.SimpleError, text);
  }

  bulkError(text: string): void {
    if (this.protocol === 3) this.bulk(Type.BulkError, text);
    else this.line(Type.SimpleError, text.replace(/[\r\n]/g, ' '));
  }

  verbatim(format: string, value: string | Uint8Array): void {
    if (this.protocol === 2) this.bulk(Type.BulkString, value);
    else this.bulk(Type.VerbatimString, Buffer.concat([Buffer.from(`${format}:`, 'latin1'), Buffer.from(value)]));
  }

  null(): void {
    this.#sink.latin1(this.protocol === 3 ? '_\r\n' : '$-1\r\n');
  }

  boolean(value: boolean): void {
    if (this.protocol === 3) this.line(Type.Boolean, value ? 't' : 'f');
    else this.line(Type.Integer, value ? '1' : '0');
  }

  /** What JavaScript can't tell from an integer is one. */
  number(value: number): void {
    const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
    this.line(isInteger ? Type.Integer : Type.Double, doubleText(value));
  }

  /** The decoder has integers past 2^53-1, and big numbers of any size, as bigints. */
  bigint(value: bigint): void {
    const isInteger = BigInt.asIntN(64, value) === value && !Number.isSafeInteger(Number(value));
    this.line(isInteger ? Type.Integer : Type.BigNumber, `${value}`);
  }

  /** A streamed string; in RESP2 a plain one. */
  pieces(pieces: readonly (string | Uint8Array)[]): void {
    if (this.protocol === 2) {
      this.bulk(Type.BulkString, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
      return;
    }
    this.#sink.latin1('$?\r\n');
    for (const piece of pieces) this.bulk(Type.Piece, piece);
    this.#sink.latin1(';0\r\n');
  }

  /**
   * The header of an aggregate of so many elements, keys and values counted one by one.
   *
   * @returns whether {@link end} must follow the elements.
   */
  header(type: number, { elements, isStreamed }: { elements: number; isStreamed: boolean }): boolean {
    const isOpenEnded = isStreamed && this.protocol === 3;
    if (this.protocol === 2) {
      this.line(Type.Array, `${elements}`);
    } else {
      const count = isPaired(type) ? elements / 2 : elements;
      this.line(type, isOpenEnded ? '?' : `${count}`);
    }
    return isOpenEnded;
  }

  /** The end of a streamed aggregate. */
  end(): void {
    this.#sink.latin1('.\r\n');
  }

  /** Bytes that are RESP already. */
  raw(bytes: Uint8Array): void {
    this.#sink.bytes(bytes);
  }
}

/** Whether a count is one of pairs. */
export function isPaired(type: number): boolean {
  return type === Type.Map || type === Type.Attribute;
}
