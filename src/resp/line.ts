import type { Buffer } from 'node:buffer';
import { isUtf8 } from 'node:buffer';
import { ProtocolError } from '../errors.ts';
import * as Bytes from './bytes.ts';
import { readDecimal, readDigits, SAFE_DIGITS } from './digits.ts';
import { copyBytes, viewBytes } from './owned-bytes.ts';
import { decodeText } from './text.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, MINUS, PLUS, QUESTION_MARK, Type } = Bytes;

/** The length of `$-1` and `*-1`. */
export const NULL_LENGTH = -1;
/** The length of `$?`, `*?`, `~?` and `%?`. */
export const STREAMED_LENGTH = -2;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
/** The largest length, so that twice as many elements, and an offset behind so many bytes, are exact too. */
const MAX_LENGTH = 2 ** 52;

/** Digits, fraction, exponent, and the `+` that RESP allows (protocol 31). */
const DOUBLE = /^[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;
const INFINITE = /^[+-]?inf$/i;
/** `nan`, and as servers before 7.2 and their C libraries print it. */
const NOT_A_NUMBER = /^[+-]?nan(?:\([0-9a-z_]*\))?$/i;

/**
 * One whole line, judged strictly.
 *
 * The decoder reads short, plain lines by itself; whatever it does not recognise at once comes here, so that one place
 * says what is wrong, and where.
 */
export class Line {
  readonly type: number;
  /** Offset in the stream of the type byte. */
  readonly offset: number;
  readonly #bytes: Buffer;
  readonly #start: number;
  /** Where the CRLF begins. */
  readonly #end: number;

  /** The line that begins in `bytes` at `start` and has its line feed at `lineFeed`. */
  constructor(bytes: Buffer, span: { start: number; lineFeed: number }, offset: number) {
    this.type = bytes[span.start]!;
    this.offset = offset;
    this.#bytes = bytes;
    this.#start = span.start;
    this.#end = span.lineFeed - 1;
    // An empty line's only candidate for a CR would be the type byte.
    const carriageReturn = Bytes.findByte(bytes, CR, span.start + 1);
    if (carriageReturn === this.#end) return;
    const isInside = carriageReturn >= 0 && carriageReturn < this.#end;
    if (isInside) throw this.#fault('carriage return that no line feed follows', carriageReturn + 1);
    throw this.#fault('line feed without a carriage return', span.lineFeed);
  }

  /** A signed 64-bit integer, with an optional sign; `-0` is 0 (protocol 29). */
  integer(): number | bigint {
    const isNegative = this.#bytes[this.#start + 1] === MINUS;
    const short = readDigits(this.#bytes, this.#start + (isNegative ? 2 : 1), this.#end);
    if (short >= 0) return isNegative ? 0 - short : short;
    const digits = this.#digits('integer');
    if (this.#end - digits <= SAFE_DIGITS) return Number(this.#latin1()) + 0;
    const value = this.#bigint();
    if (value > INT64_MAX || value < INT64_MIN) throw this.#fault('integer outside signed 64 bits', digits);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  /** An integer of any size, with an optional sign. */
  bigNumber(): bigint {
    this.#digits('big number');
    return this.#bigint();
  }

  /** A double: digits with fraction and exponent, or `inf`, or `nan` in its older spellings too (protocol 31). */
  double(): number {
    const short = readDecimal(this.#bytes, this.#start + 1, this.#end);
    if (short !== undefined) return short;
    const text = this.#latin1();
    if (DOUBLE.test(text)) return Number(text);
    if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
    if (NOT_A_NUMBER.test(text)) return NaN;
    throw this.#fault('not a double', this.#start + 1);
  }

  boolean(): boolean {
    const letter = this.#latin1();
    if (letter !== 't' && letter !== 'f') throw this.#fault('boolean that is neither t nor f', this.#start + 1);
    return letter === 't';
  }

  /** The line has a type and nothing else, as `_` and `.` have. */
  nothing(): null {
    if (this.#end !== this.#start + 1) throw this.#fault('content where there must be none', this.#start + 1);
    return null;
  }

  text(): string {
    return decodeText(this.#bytes, this.#start + 1, this.#end);
  }

  /** The bytes of the text, in place. */
  view(): Buffer {
    return viewBytes(this.#bytes, this.#start + 1, this.#end);
  }

  /** The text, or a copy of the bytes where the text would lose some because they are not UTF-8. */
  textOrBytes(): string | Buffer {
    const isText = isUtf8(this.#bytes.subarray(this.#start + 1, this.#end));
    return isText ? this.text() : copyBytes(this.#bytes, this.#start + 1, this.#end);
  }

  /** A length or count: digits alone, or {@link NULL_LENGTH} or {@link STREAMED_LENGTH} where the type has them. */
  length(): number {
    const short = readDigits(this.#bytes, this.#start + 1, this.#end);
    if (short >= 0) return short;
    const { type } = this;
    const first = this.#bytes[this.#start + 1];
    if (first === QUESTION_MARK && isStreamable(type) && this.#end === this.#start + 2) return STREAMED_LENGTH;
    if (first === MINUS && isNullable(type) && this.#latin1() === '-1') return NULL_LENGTH;
    if (first === MINUS || first === PLUS) throw this.#fault('length with a sign', this.#start + 1);
    const digits = this.#digits('length');
    const length = Number(this.#latin1());
    if (length > MAX_LENGTH) throw this.#fault('length out of range', digits);
    return length;
  }

  /** Checks that there are digits, and nothing else but a sign before them; returns where they begin. */
  #digits(what: string): number {
    const sign = this.#bytes[this.#start + 1];
    const first = this.#start + (sign === MINUS || sign === PLUS ? 2 : 1);
    if (first >= this.#end) throw this.#fault(`${what} without digits`, first);
    for (let at = first; at < this.#end; at++) {
      const digit = this.#bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) throw this.#fault(`${what} with a byte that is no digit`, at);
    }
    return first;
  }

  /** `BigInt` knows no plus sign. */
  #bigint(): bigint {
    const text = this.#latin1();
    return BigInt(text.startsWith('+') ? text.slice(1) : text);
  }

  #latin1(): string {
    return this.#bytes.toString('latin1', this.#start + 1, this.#end);
  }

  #fault(message: string, at: number): ProtocolError {
    return new ProtocolError('ERR_RESP_SYNTAX', message, this.offset + at - this.#start);
  }
}

function isStreamable(type: number): boolean {
  return type === Type.BulkString || type === Type.Array || type === Type.Set || type === Type.Map;
}

function isNullable(type: number): boolean {
  return type === Type.BulkString || type === Type.Array;
}
