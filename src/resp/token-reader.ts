import { Buffer } from 'node:buffer';
import { ErrorReply, type ProtocolError } from '../errors.ts';
import { BulkReader, TOLD_STRING } from './bulk-reader.ts';
import * as Bytes from './bytes.ts';
import type { Cursor } from './cursor.ts';
import * as Forms from './form.ts';
import { LEFT_BYTES } from './inbox.ts';
import type { DecoderLimits } from './limits.ts';
import { type Line, NULL_LENGTH, STREAMED_LENGTH } from './line.ts';
import { LineReader } from './line-reader.ts';
import { NEED_DATA, type Reply } from './reply.ts';
import { MORE, type ReplyStack } from './reply-stack.ts';
import { ShortReader } from './short-reader.ts';
import { isLineType, isValueType } from './visitor.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, Type } = Bytes;
const { Form } = Forms;

/** What the reader is in the middle of. */
const Partial = { None: 0, Line: 1, Bulk: 2, Streamed: 3, End: 4 } as const;
type Partial = (typeof Partial)[keyof typeof Partial];

/** A whole value; {@link MORE} after a header or a part of something; {@link NEED_DATA} at the end of the chunk. */
export type Token = Reply | typeof MORE | typeof NEED_DATA;

const NOTHING = Buffer.alloc(0);

/** Longer lines are gathered as they come. */
const LEFT_LINE_BYTES = 64;

/**
 * Reads one value or one header at a time.
 *
 * Two rules make it fast and strict at once. {@link ShortReader} only ever accepts: what it doesn't recognise is judged
 * by {@link Line} and {@link BulkReader}. And a line is judged when it is complete, so that what is delivered, and which
 * error comes, does not depend on where the stream was cut.
 */
export class TokenReader {
  readonly short: ShortReader;
  readonly #cursor: Cursor;
  readonly #stack: ReplyStack;
  readonly #lines: LineReader;
  readonly #bulk: BulkReader;
  #partial: Partial = Partial.None;
  /** Whether the end of the chunk may be left. */
  #mayLeave = false;
  /** Of the frame that was left: the bytes it has at least, if they are known; else 0. */
  #leastBytes = 0;
  /** How many bytes of it were looked through for the end of its line. */
  #searched = 0;

  constructor(cursor: Cursor, stack: ReplyStack, options: { limits: DecoderLimits; keepsFormat: boolean }) {
    const { limits } = options;
    this.#cursor = cursor;
    this.#stack = stack;
    this.#lines = new LineReader(cursor, limits.maxLineBytes);
    this.#bulk = new BulkReader(cursor, stack, options);
    this.short = new ShortReader(cursor, stack, { bulk: this.#bulk, limits });
  }

  /** Whether the next byte begins a value. */
  get isAtStart(): boolean {
    return this.#partial === Partial.None;
  }

  /** The cursor has got other bytes. */
  attach(): void {
    this.short.attach();
  }

  /** Whether the beginning of a short frame at the end of a chunk may be left, to be read with the next one. */
  set mayLeave(mayLeave: boolean) {
    this.#mayLeave = mayLeave;
  }

  /** Reads the token that begins at the cursor. */
  token(): Token {
    const value = this.short.read(this.#stack.depth);
    return value !== MORE || this.short.leave() ? value : this.#longToken();
  }

  #longToken(): Token {
    const cursor = this.#cursor;
    const start = cursor.position;
    if (start === cursor.end) return NEED_DATA;
    const type = cursor.bytes[start]!;
    switch (type) {
      case Type.BulkString:
        return this.#bulkString(start);
      case Type.SimpleError: {
        const text = this.short.simple(start);
        return text === MORE ? this.#line() : new ErrorReply(text);
      }
      case Type.Array:
      case Type.Map:
      case Type.Set:
      case Type.Push:
      case Type.Attribute:
        return this.#aggregate(type, start);
      case Type.End:
        this.#stack.checkEnd(cursor.offset);
        return this.#line();
      default:
        if (!isValueType(type)) throw unknownType(cursor, start);
        return this.#line();
    }
  }

  /**
   * Whether all that is left, from the beginning of a value on, is to be left for the next chunk: nothing, or the beginning
   * of a short frame.
   */
  isCutShort(): boolean {
    const { bytes, position, end } = this.#cursor;
    const left = end - position;
    if (left === 0) return true;
    if (!this.#mayLeave || left > LEFT_BYTES) return false;
    if (bytes[position] === Type.BulkString && this.#isCutBulk(position)) return true;
    return this.#isCutLine(position) && isValueType(bytes[position]!);
  }

  /** How many bytes of what was left are to come, up to the first that is to be judged; 0 where nobody knows. */
  get missing(): number {
    const { position, end } = this.#cursor;
    return Math.max(0, this.#leastBytes - (end - position) - 1);
  }

  /** Whether what was left is still to be left, with what came behind it. */
  isStillCutShort(): boolean {
    const { bytes, position, end } = this.#cursor;
    const missing = this.#leastBytes - (end - position);
    if (this.#leastBytes > 0) return missing > 1 || (missing === 1 && bytes[end - 1] === CR);
    return this.#isCutLine(position + this.#searched);
  }

  /** Whether all that is left is the beginning of a short line. The bytes before `from` are known not to end it. */
  #isCutLine(from: number): boolean {
    const { position, end } = this.#cursor;
    this.#leastBytes = 0;
    this.#searched = end - position;
    return this.#searched <= LEFT_LINE_BYTES && this.#cursor.findLineFeed(from) < 0;
  }

  /** Whether the header of a short bulk string is here, and the payload is not. A wrong byte behind it is judged at once. */
  #isCutBulk(start: number): boolean {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    const length = this.short.length(start);
    if (length < 0) return false;
    const to = cursor.position + length;
    cursor.position = start;
    const frameBytes = to + 2 - start;
    if (frameBytes > LEFT_BYTES || length > this.short.maxBulkBytes) return false;
    this.#leastBytes = to + 1 < end ? 0 : frameBytes;
    return to >= end || (to + 1 === end && bytes[to] === CR);
  }

  /**
   * Reads the token that begins at the cursor, of a reply that a visitor is told of: no text is made. Sizes are judged with
   * every token, so that what is told before an overload does not depend on where the stream was cut.
   */
  visited(): Token {
    const cursor = this.#cursor;
    const start = cursor.position;
    if (start === cursor.end) return NEED_DATA;
    const type = cursor.bytes[start]!;
    if (type === Type.BulkString) {
      const string = this.short.read(0);
      if (string === null) this.#stack.tellLine(Type.Null, NOTHING);
      return string === MORE ? this.#line() : string;
    }
    if (type === Type.Integer && this.short.read(0) !== MORE) {
      this.#stack.tellLine(type, cursor.view(start + 1, cursor.position - 2));
      return null;
    }
    if (type === Type.End) this.#stack.checkEnd(cursor.offset);
    else if (!isValueType(type)) throw unknownType(cursor, start);
    return this.#line();
  }

  /** Takes a whole chunk that is nothing but payload of a bulk that is gathered; false when it is anything else. */
  absorb(chunk: Buffer): boolean {
    return this.#partial === Partial.Bulk && this.#bulk.absorb(chunk);
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

  #aggregate(type: number, start: number): Token {
    const count = this.short.length(start);
    return count < 0 ? this.#line() : this.#stack.open(type, count, this.#cursor.base + start);
  }

  #bulkString(start: number): Token {
    const length = this.short.length(start);
    return length < 0 ? this.#line() : this.#beginBulk(Type.BulkString, length);
  }

  #line(): Token {
    if (this.#mayLeave && this.#isCutLine(this.#cursor.position)) return NEED_DATA;
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
