import { constants } from 'node:buffer';
import { ErrorReply, ProtocolError } from '../errors.ts';
import * as Bytes from './bytes.ts';
import type { Cursor } from './cursor.ts';
import * as Forms from './form.ts';
import { Gather } from './gather.ts';
import type { DecoderLimits } from './limits.ts';
import type { Line } from './line.ts';
import { copyBytes, copyView, HEAP_BYTES } from './owned-bytes.ts';
import { NEED_DATA, type Reply, VerbatimString } from './reply.ts';
import { MORE, type ReplyStack } from './reply-stack.ts';
import { decodeText } from './text.ts';
import { partedType } from './visitor.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { COLON, CR, LF, Type } = Bytes;
const { Form } = Forms;

/** `txt:` */
const FORMAT_BYTES = 4;
const CRLF_BYTES = 2;

/** Stands for a string that was told and not built: what a push begins with must be one. */
export const TOLD_STRING = '';

/**
 * Bulk strings, bulk errors and verbatim strings by the general path: any size, in any number of chunks, streamed, or
 * over a limit and only skipped.
 *
 * The CRLF after a payload is judged byte by byte as it comes, what the payload must contain when it is complete.
 */
export class BulkReader {
  /** Whether a streamed string is open: then only its pieces may come. */
  isStreamed = false;
  readonly #cursor: Cursor;
  readonly #stack: ReplyStack;
  readonly #limits: DecoderLimits;
  readonly #keepsFormat: boolean;
  readonly #payload: Gather = new Gather();
  #type: number = Type.BulkString;
  /** Bytes of payload still to come; of the current piece, in a streamed string. */
  #missing = 0;
  /** Bytes of the CRLF that have come: 0 or 1. */
  #trailer = 0;
  /** Bytes of payload that are wanted: all, none, or a verbatim string's format. */
  #wanted = 0;
  /** Whether the bulk is, or was, a streamed string. */
  #isOfPieces = false;
  /** Bytes that the pieces of a streamed string announced so far. */
  #announced = 0;
  /** Offset in the stream of the payload. */
  #offset = 0;

  constructor(cursor: Cursor, stack: ReplyStack, options: { limits: DecoderLimits; keepsFormat: boolean }) {
    this.#cursor = cursor;
    this.#stack = stack;
    this.#limits = options.limits;
    this.#keepsFormat = options.keepsFormat;
  }

  /** Begins a bulk whose payload of `length` bytes begins at the cursor. */
  begin(type: number, length: number, isStreamed: boolean = false): void {
    const { offset } = this.#cursor;
    if (type === Type.VerbatimString && length < FORMAT_BYTES) {
      throw new ProtocolError('ERR_RESP_SYNTAX', 'verbatim string shorter than its format', offset);
    }
    this.#refuseOver(type, length);
    this.#stack.checkSize(offset + length + CRLF_BYTES);
    const { form } = this.#stack;
    const isBuilt = form < Form.Skip || this.#isError(type);
    this.#type = type;
    this.#missing = length;
    this.#trailer = 0;
    this.#isOfPieces = isStreamed;
    this.#wanted = isBuilt ? length : type === Type.VerbatimString ? FORMAT_BYTES : 0;
    this.#offset = offset;
    this.#payload.start(this.#wanted);
    if (form === Form.Visit) this.#stack.visitor.begin?.(partedType(type), isStreamed ? undefined : length);
  }

  /** Begins a streamed string: pieces come until an empty one. */
  beginStreamed(): void {
    this.begin(Type.BulkString, 0, true);
    this.isStreamed = true;
    this.#announced = 0;
    this.#wanted = this.#stack.form < Form.Skip ? Infinity : 0;
  }

  /** Begins a piece of the streamed string; an empty one ends it, and gives its value. */
  beginPiece(line: Line): Reply | typeof MORE {
    const length = line.length();
    this.#stack.checkSize(this.#cursor.offset);
    if (length === 0) {
      this.isStreamed = false;
      return this.#gathered();
    }
    this.#announced += length;
    this.#refuseOver(Type.BulkString, this.#announced);
    this.#stack.checkSize(this.#cursor.offset + length + CRLF_BYTES);
    this.#missing = length;
    this.#trailer = 0;
    return MORE;
  }

  /** Goes on with the payload; {@link MORE} when a piece of a streamed string is complete. */
  resume(): Reply | typeof MORE | typeof NEED_DATA {
    if (this.#stack.overload !== undefined) this.#drop();
    if (this.#isAllHere()) return this.#inPlace();
    this.#take();
    if (this.#missing > 0 || !this.#passTrailer()) return NEED_DATA;
    return this.isStreamed ? MORE : this.#gathered();
  }

  /** Takes a whole chunk of payload, without a look at it; false when the payload ends in it, or is not gathered. */
  absorb(chunk: Buffer): boolean {
    const { length } = chunk;
    if (this.#missing <= length || this.#stack.form >= Form.Skip || this.#stack.isRaw) return false;
    this.#payload.append(chunk, 0, length);
    this.#missing -= length;
    this.#cursor.pass(length);
    return true;
  }

  /** The bulk string whose payload is `[from, to)` of the chunk. */
  value(from: number, to: number): Reply {
    const { bytes } = this.#cursor;
    const { form } = this.#stack;
    if (form >= Form.Skip) return form === Form.Visit ? this.#told(from, to) : null;
    if (form === Form.View) return this.#cursor.view(from, to);
    if (form === Form.String) return decodeText(bytes, from, to);
    return to - from > HEAP_BYTES ? copyView(this.#cursor.view(from, to)) : copyBytes(bytes, from, to);
  }

  /** Whether an untouched bulk string that is wanted lies in the chunk with its CRLF. */
  #isAllHere(): boolean {
    const { position, end } = this.#cursor;
    if (this.isStreamed || this.#type !== Type.BulkString) return false;
    if (this.#stack.form === Form.Visit) return false;
    const isUntouched = this.#missing === this.#wanted && this.#trailer === 0;
    return isUntouched && position + this.#missing + 2 <= end;
  }

  #inPlace(): Reply {
    const cursor = this.#cursor;
    const from = cursor.position;
    cursor.position += this.#missing;
    this.#passTrailer();
    return this.value(from, from + this.#missing);
  }

  #take(): void {
    const cursor = this.#cursor;
    const from = cursor.position;
    const to = Math.min(cursor.end, from + this.#missing);
    const kept = Math.min(to - from, this.#wanted - this.#payload.length);
    if (kept > 0) this.#payload.append(cursor.bytes, from, from + kept);
    if (to > from && this.#stack.form === Form.Visit) this.#stack.visitor.bytes?.(cursor.view(from, to));
    this.#missing -= to - from;
    cursor.position = to;
  }

  #passTrailer(): boolean {
    const cursor = this.#cursor;
    for (; this.#trailer < 2; this.#trailer++) {
      const at = cursor.position;
      if (at === cursor.end) return false;
      if (cursor.bytes[at] !== (this.#trailer === 0 ? CR : LF)) throw notTerminated(cursor, at);
      cursor.position++;
    }
    return true;
  }

  #gathered(): Reply {
    const payload = this.#payload;
    const { form } = this.#stack;
    if (this.#type === Type.VerbatimString) return this.#verbatim();
    if (this.#isError(this.#type)) return new ErrorReply(payload.takeText(0));
    if (form >= Form.Skip) return this.#unbuilt();
    if (form === Form.String) return payload.takeText(0);
    // Only one bulk that is not streamed can end in a chunk without lying whole in it, so what is lent lasts long enough.
    return form === Form.View && !this.#isOfPieces ? payload.lendBytes() : payload.takeBytes(0);
  }

  #verbatim(): Reply {
    const payload = this.#payload;
    const { form } = this.#stack;
    if (payload.bytes[FORMAT_BYTES - 1] !== COLON) {
      const offset = this.#offset + FORMAT_BYTES - 1;
      throw new ProtocolError('ERR_RESP_SYNTAX', 'verbatim string without a colon after its format', offset);
    }
    if (form >= Form.Skip) return this.#unbuilt();
    const format = payload.bytes.toString('latin1', 0, FORMAT_BYTES - 1);
    const value = form === Form.String ? payload.takeText(FORMAT_BYTES) : payload.takeBytes(FORMAT_BYTES);
    return this.#keepsFormat ? new VerbatimString(format, value) : value;
  }

  /** An error is built in every form, because a driver must see it; a visitor sees it anyway. */
  #isError(type: number): boolean {
    return type === Type.BulkError && this.#stack.overload === undefined && !this.#stack.isVisited;
  }

  #unbuilt(): Reply {
    if (this.#stack.form !== Form.Visit) return null;
    this.#stack.visitor.end?.(partedType(this.#type));
    return this.#type === Type.BulkError ? null : TOLD_STRING;
  }

  /** Tells the visitor of a whole bulk string at once. */
  #told(from: number, to: number): Reply {
    const stack = this.#stack;
    stack.checkSize(this.#cursor.base + to + CRLF_BYTES);
    if (stack.form !== Form.Visit) return null;
    const { visitor } = stack;
    visitor.begin?.('bulkString', to - from);
    if (to > from) visitor.bytes?.(this.#cursor.view(from, to));
    visitor.end?.('bulkString');
    return TOLD_STRING;
  }

  /** Nobody wants the payload any more; what must be judged of it is kept. */
  #drop(): void {
    const kept = this.#type === Type.VerbatimString ? FORMAT_BYTES : 0;
    if (this.#wanted <= kept) return;
    this.#wanted = kept;
    this.#payload.truncate(kept);
  }

  #refuseOver(type: number, length: number): void {
    const { maxBulkBytes, maxReplyBytes } = this.#limits;
    const stack = this.#stack;
    const isText = stack.form === Form.String || type === Type.BulkError;
    const limit = Math.min(maxBulkBytes, isText ? constants.MAX_STRING_LENGTH : constants.MAX_LENGTH);
    if (length > limit) stack.refuse(`bulk string of ${length} bytes`, 'maxBulkBytes', limit);
    else if (length > maxReplyBytes) stack.refuse(`bulk string of ${length} bytes`, 'maxReplyBytes');
  }
}

/** The error for a payload with something other than CRLF behind it, at `at` of the chunk. */
export function notTerminated(cursor: Cursor, at: number): ProtocolError {
  return cursor.fault('bulk string that no CRLF follows', at);
}
