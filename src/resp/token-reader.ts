import { Buffer } from 'node:buffer';
import { ErrorReply, type ProtocolError } from '../errors.ts';
import { BulkReader, TOLD_STRING } from './bulk-reader.ts';
import { CR, DIGIT_0, findByte, LF, MINUS, Type } from './bytes.ts';
import type { Cursor } from './cursor.ts';
import { readDecimal } from './digits.ts';
import { Form } from './form.ts';
import type { DecoderLimits } from './limits.ts';
import { type Line, NULL_LENGTH, STREAMED_LENGTH } from './line.ts';
import { LineReader } from './line-reader.ts';
import { NEED_DATA, type Reply } from './reply.ts';
import { MORE, type ReplyStack } from './reply-stack.ts';
import { TAIL_BYTES } from './tail.ts';
import { TextWindow } from './text-window.ts';
import { isLineType, isValueType } from './visitor.ts';

/** What the reader is in the middle of. */
const Partial = { None: 0, Line: 1, Bulk: 2, Streamed: 3, End: 4 } as const;
type Partial = (typeof Partial)[keyof typeof Partial];

/** A whole value; {@link MORE} after a header or a part of something; {@link NEED_DATA} at the end of the chunk. */
export type Token = Reply | typeof MORE | typeof NEED_DATA;

const NOTHING = Buffer.alloc(0);

const LETTER_O = 0x4f;
const LETTER_K = 0x4b;

/** What has more digits, or is longer, is read by the strict path. */
const SHORT_LENGTH_DIGITS = 9;
const SHORT_INTEGER_DIGITS = 15;
const SHORT_LINE_BYTES = 64;
/** Larger bulks are read by the path that looks at limits. */
const SMALL_BULK_BYTES = 64 * 1024;

/**
 * Reads one value or one header at a time.
 *
 * Two rules make it fast and strict at once. The short paths only ever accept: what they don't recognise is judged by
 * {@link Line} and {@link BulkReader}. And a line is judged when it is complete, so that what is delivered, and which
 * error comes, does not depend on where the stream was cut.
 */
export class TokenReader {
  readonly #cursor: Cursor;
  readonly #stack: ReplyStack;
  readonly #window: TextWindow = new TextWindow();
  readonly #lines: LineReader;
  readonly #bulk: BulkReader;
  readonly #smallBulkBytes: number;
  #partial: Partial = Partial.None;
  #mayLeaveTail = false;

  constructor(cursor: Cursor, stack: ReplyStack, options: { limits: DecoderLimits; keepsFormat: boolean }) {
    const { limits } = options;
    this.#cursor = cursor;
    this.#stack = stack;
    this.#lines = new LineReader(cursor, limits.maxLineBytes);
    this.#bulk = new BulkReader(cursor, stack, options);
    this.#smallBulkBytes = Math.min(SMALL_BULK_BYTES, limits.maxBulkBytes, limits.maxReplyBytes);
  }

  /** Whether the next byte begins a value. */
  get isAtStart(): boolean {
    return this.#partial === Partial.None;
  }

  /** The cursor has got another chunk, at whose end a short frame may be left unread. */
  attach(mayLeaveTail: boolean): void {
    this.#mayLeaveTail = mayLeaveTail;
    this.#window.attach(this.#cursor.bytes);
  }

  /**
   * The reply that begins at the cursor, where it is all here, short and plain, and nothing is open; else {@link MORE}.
   * It moves the cursor only when it returns a reply, and never throws.
   */
  shortReply(): Reply | typeof MORE {
    const cursor = this.#cursor;
    const { bytes, position, end } = cursor;
    if (position === end) return MORE;
    const type = bytes[position]!;
    if (type === Type.Integer) return this.#shortInteger(position);
    if (type === Type.BulkString) return this.#shortBulk(position);
    return type === Type.SimpleString ? this.#shortSimple(position) : MORE;
  }

  /** Reads the token that begins at the cursor. */
  token(): Token {
    const cursor = this.#cursor;
    const start = cursor.position;
    if (start === cursor.end) return NEED_DATA;
    const type = cursor.bytes[start]!;
    switch (type) {
      case Type.BulkString: {
        const text = this.#shortBulk(start);
        return text === MORE ? this.#bulkString(start) : text;
      }
      case Type.Integer: {
        const integer = this.#shortInteger(start);
        return integer === MORE ? this.#line() : integer;
      }
      case Type.SimpleString: {
        const text = this.#shortSimple(start);
        return text === MORE ? this.#line() : text;
      }
      case Type.SimpleError: {
        const text = this.#shortSimple(start);
        return text === MORE ? this.#line() : new ErrorReply(text);
      }
      case Type.Array:
      case Type.Map:
      case Type.Set:
      case Type.Attribute:
      case Type.Push:
        return this.#aggregate(type, start);
      case Type.Double:
        return this.#double(start);
      case Type.Null:
        return this.#null(start);
      case Type.Boolean:
      case Type.BigNumber:
      case Type.BulkError:
      case Type.VerbatimString:
        return this.#line();
      case Type.End:
        this.#stack.checkEnd(cursor.offset);
        return this.#line();
      default:
        throw unknownType(cursor, start);
    }
  }

  /**
   * The same for a reply that a visitor is told of: no text is made. Sizes are judged with every token, so that what is
   * told before an overload does not depend on where the stream was cut.
   */
  visited(): Token {
    const cursor = this.#cursor;
    const start = cursor.position;
    if (start === cursor.end) return NEED_DATA;
    const type = cursor.bytes[start]!;
    if (type === Type.BulkString) {
      const string = this.#shortBulk(start);
      if (string === null) this.#stack.tellLine(Type.Null, NOTHING);
      return string === MORE ? this.#line() : string;
    }
    if (type === Type.Integer && this.#shortInteger(start) !== MORE) {
      this.#stack.tellLine(type, cursor.view(start + 1, cursor.position - 2));
      return null;
    }
    if (type === Type.End) this.#stack.checkEnd(cursor.offset);
    else if (!isValueType(type)) throw unknownType(cursor, start);
    return this.#line();
  }

  /** Goes on with what the last chunk, or the last token, left unfinished. */
  resume(): Token {
    switch (this.#partial) {
      case Partial.Line:
        return this.#resumeLine();
      case Partial.Bulk:
        return this.#resumeBulk();
      case Partial.Streamed:
        return this.#piece();
      case Partial.End:
        this.#partial = Partial.None;
        return this.#stack.end();
      case Partial.None:
        return this.token();
    }
  }

  #shortInteger(start: number): number | typeof MORE {
    const { bytes, end } = this.#cursor;
    const isNegative = bytes[start + 1] === MINUS;
    const first = isNegative ? start + 2 : start + 1;
    const limit = Math.min(first + SHORT_INTEGER_DIGITS, end - 1);
    let at = first;
    let value = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === first || at + 1 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) return MORE;
    this.#cursor.position = at + 2;
    return isNegative ? 0 - value : value;
  }

  #shortSimple(start: number): string | typeof MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[start + 1] === LETTER_O && bytes[start + 2] === LETTER_K && cursor.isCrlf(start + 3)) {
      cursor.position = start + 5;
      return 'OK';
    }
    const limit = Math.min(cursor.end, start + SHORT_LINE_BYTES);
    let at = start + 1;
    while (at < limit && bytes[at]! >= 0x20 && bytes[at]! < 0x80) at++;
    if (!cursor.isCrlf(at)) return MORE;
    cursor.position = at + 2;
    return this.#window.text(start + 1, at);
  }

  // $ 1 6 CR LF payload CR LF
  //   ^ at, until it is behind the digits
  #shortBulk(start: number): Reply | typeof MORE {
    const { bytes, end } = this.#cursor;
    let at = start + 1;
    let length = 0;
    for (const limit = Math.min(at + SHORT_LENGTH_DIGITS, end); at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const from = at + 2;
    const to = from + length;
    if (at === start + 1) return this.#nullBulk(start);
    if (to + 2 > end || length > this.#smallBulkBytes) return MORE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF || bytes[to] !== CR || bytes[to + 1] !== LF) return MORE;
    this.#cursor.position = to + 2;
    return this.#stack.form === Form.String ? this.#window.text(from, to) : this.#bulk.value(from, to);
  }

  #double(start: number): Token {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const limit = Math.min(cursor.end, start + SHORT_LINE_BYTES);
    let at = start + 1;
    while (at < limit && bytes[at] !== CR) at++;
    const value = cursor.isCrlf(at) ? readDecimal(bytes, start + 1, at) : undefined;
    if (value === undefined) return this.#line();
    cursor.position = at + 2;
    return value;
  }

  /** `$-1`, which a server says for every key that is not there. */
  #nullBulk(start: number): null | typeof MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[start + 1] !== MINUS || bytes[start + 2] !== DIGIT_0 + 1 || !cursor.isCrlf(start + 3)) return MORE;
    cursor.position = start + 5;
    return null;
  }

  #null(start: number): Token {
    const cursor = this.#cursor;
    if (!cursor.isCrlf(start + 1)) return this.#line();
    cursor.position = start + 3;
    return null;
  }

  #aggregate(type: number, start: number): Token {
    const count = this.#shortLength(start);
    return count < 0 ? this.#line() : this.#stack.open(type, count, this.#cursor.base + start);
  }

  #bulkString(start: number): Token {
    const length = this.#shortLength(start);
    if (length < 0) return this.#line();
    const cursor = this.#cursor;
    if (!this.#isTail(start, cursor.position + length)) return this.#beginBulk(Type.BulkString, length);
    cursor.position = start;
    return NEED_DATA;
  }

  /** Whether the short frame from `start` is to be left as it is, its payload ending at `to`. A wrong byte is judged at once. */
  #isTail(start: number, to: number): boolean {
    const { bytes, end } = this.#cursor;
    if (!this.#mayLeaveTail || to + 2 - start > TAIL_BYTES) return false;
    return to >= end || (to + 1 === end && bytes[to] === CR);
  }

  /** The length in a header that is all here, short and plain, else -1; moves behind it. */
  #shortLength(start: number): number {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    let at = start + 1;
    let length = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    if (at === start + 1 || at - start > SHORT_LENGTH_DIGITS || !cursor.isCrlf(at)) return -1;
    cursor.position = at + 2;
    return length;
  }

  #line(): Token {
    const { bytes, position, end } = this.#cursor;
    if (this.#mayLeaveTail && end - position <= TAIL_BYTES && findByte(bytes, LF, position) < 0) return NEED_DATA;
    return this.#judged(this.#lines.read());
  }

  #resumeLine(): Token {
    return this.#judged(this.#lines.resume());
  }

  #judged(line: Line | undefined): Token {
    this.#partial = line === undefined ? Partial.Line : Partial.None;
    if (line === undefined) return NEED_DATA;
    if (this.#bulk.isStreamed) return this.#beginPiece(line);
    return this.#stack.isVisited ? this.#told(line) : this.#value(line);
  }

  /** The meaning of a line that is no piece of a streamed string. */
  #value(line: Line): Token {
    switch (line.type) {
      case Type.Integer:
        return line.integer();
      case Type.SimpleString:
        return this.#stack.form === Form.Bytes || this.#stack.form === Form.View ? line.textOrBytes() : line.text();
      case Type.SimpleError:
        return new ErrorReply(line.text());
      case Type.Double:
        return line.double();
      case Type.BigNumber:
        return line.bigNumber();
      case Type.Boolean:
        return line.boolean();
      case Type.Null:
        return line.nothing();
      case Type.End:
        line.nothing();
        this.#partial = Partial.End;
        return MORE;
      case Type.BulkString:
      case Type.BulkError:
      case Type.VerbatimString:
        return this.#header(line);
      default: {
        const count = line.length();
        return count === NULL_LENGTH ? null : this.#stack.open(line.type, count, line.offset);
      }
    }
  }

  /** What the line says, told. */
  #told(line: Line): Token {
    const { type } = line;
    this.#stack.checkSize(this.#cursor.offset);
    const isNullable = type === Type.BulkString || type === Type.Array;
    const isNull = isNullable && line.length() === NULL_LENGTH;
    if (!isNull && !isLineType(type)) return this.#value(line);
    const isText = type === Type.SimpleString || type === Type.SimpleError;
    if (!isText) this.#value(line);
    this.#stack.tellLine(isNull ? Type.Null : type, isNull ? NOTHING : line.view());
    return type === Type.SimpleString ? TOLD_STRING : null;
  }

  #header(line: Line): Token {
    const length = line.length();
    if (length === NULL_LENGTH) return null;
    if (length !== STREAMED_LENGTH) return this.#beginBulk(line.type, length);
    this.#bulk.beginStreamed();
    this.#partial = Partial.Streamed;
    return MORE;
  }

  #beginBulk(type: number, length: number): Token {
    this.#bulk.begin(type, length);
    this.#partial = Partial.Bulk;
    return MORE;
  }

  #resumeBulk(): Token {
    const token = this.#bulk.resume();
    if (token === MORE) this.#partial = Partial.Streamed;
    else if (token !== NEED_DATA) this.#partial = Partial.None;
    return token;
  }

  /** Reads the header of a piece of a streamed string. */
  #piece(): Token {
    const cursor = this.#cursor;
    if (cursor.position === cursor.end) return NEED_DATA;
    const type = cursor.bytes[cursor.position]!;
    if (type !== Type.Piece)
      throw cursor.fault('streamed string with something else among its pieces', cursor.position);
    return this.#line();
  }

  #beginPiece(line: Line): Token {
    const token = this.#bulk.beginPiece(line);
    if (token === MORE) this.#partial = Partial.Bulk;
    return token;
  }
}

function unknownType(cursor: Cursor, at: number): ProtocolError {
  const byte = cursor.bytes[at]!.toString(16).padStart(2, '0');
  return cursor.fault(`no RESP type begins with the byte 0x${byte}`, at);
}
