import { Buffer } from 'node:buffer';
import * as Bytes from './bytes.ts';
import { Cursor } from './cursor.ts';
import { Gather } from './gather.ts';
import { copyBytes } from './owned-bytes.ts';
import { NEED_DATA } from './reply.ts';
import { RequestError } from './request-error.ts';
import { parseRequestLength } from './request-length.ts';
import {
  ARGUMENT_OVERHEAD_BYTES,
  type RequestDecoderOptions,
  type RequestLimits,
  resolveRequestLimits,
  UNAUTHENTICATED,
} from './request-limits.ts';
import { COUNT, INLINE, LENGTH, RequestLineReader } from './request-line.ts';
import { splitArguments } from './split-arguments.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, LF, Type } = Bytes;

/** One command of a client. */
export interface Request {
  /** At least one. Copies, the caller's to keep. */
  readonly args: Buffer[];
  /** Offset in the stream of its first byte. */
  readonly start: number;
  /** Offset in the stream of the byte behind its last. */
  readonly end: number;
}

const EMPTY = Buffer.alloc(0);
/** Headers of more digits are left to the line reader. */
const SHORT_DIGITS = 9;

/** What comes next in the stream. */
const Part = { Start: 0, Inline: 1, Count: 2, Length: 3, Payload: 4, Trailer: 5 } as const;
type Part = (typeof Part)[keyof typeof Part];

/**
 * Reads commands out of what a client sends: arrays of bulk strings, and inline commands, as servers read them, with
 * their limits and with their words for what they refuse. For proxies, and for servers that tests play.
 *
 *     decoder.feed(chunk);
 *     for (let request; (request = decoder.next()) !== NEED_DATA; ) run(request.args);
 *
 * Like {@link Decoder} it stops at any byte and goes on there. Empty requests (`*0`, a blank line) are passed over, as
 * servers never answer them (protocol 25).
 *
 * What it leaves to its user: servers also close the connection on a command named `POST` or `Host:`.
 *
 * @see protocol 25-27 and https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
 */
export class RequestDecoder {
  /** Whether the client has authenticated: set it between two calls of {@link next}, when AUTH was answered. */
  isAuthenticated: boolean;
  readonly #cursor = new Cursor();
  readonly #lines: RequestLineReader;
  readonly #payload = new Gather();
  readonly #limits: RequestLimits;
  readonly #isStrict: boolean;
  /** Chunks that were fed before the ones before them were used up. */
  readonly #waiting: Buffer[] = [];
  #part: Part = Part.Start;
  #start = 0;
  #args: Buffer[] = [];
  /** Arguments still to come. */
  #remaining = 0;
  /** Bytes still to come of the payload, or of what ends it. */
  #missing = 0;
  #requestBytes = 0;
  #failure: { readonly error: unknown } | undefined;

  /** @throws {InvalidArgumentError} for a limit that is out of range. */
  constructor(options: RequestDecoderOptions = {}) {
    this.#limits = resolveRequestLimits(options);
    this.isAuthenticated = options.isAuthenticated ?? true;
    this.#isStrict = options.isStrict ?? false;
    this.#lines = new RequestLineReader(this.#cursor, this.#isStrict);
  }

  /** Gives the decoder the next bytes: leave them unchanged until {@link next} has returned {@link NEED_DATA}. */
  feed(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const isBusy = this.#cursor.position < this.#cursor.end || this.#waiting.length > 0;
    if (isBusy) this.#waiting.push(bytes);
    else this.#cursor.attach(bytes);
  }

  /**
   * Reads the next command from the bytes fed so far.
   *
   * @returns the command, or {@link NEED_DATA} when the bytes end inside one.
   * @throws {RequestError} send its `answer` and close the connection. Further calls throw the same error.
   */
  next(): Request | typeof NEED_DATA {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return this.#read();
    } catch (error) {
      this.#failure = { error };
      this.#payload.start(0);
      this.#args = [];
      throw error;
    }
  }

  #read(): Request | typeof NEED_DATA {
    for (;;) {
      if (this.#cursor.position === this.#cursor.end) {
        this.#cursor.attach(this.#waiting.shift() ?? EMPTY);
        if (this.#cursor.end === 0 && this.#waiting.length === 0) return NEED_DATA;
        continue;
      }
      const args = this.#step();
      if (args !== undefined && args.length > 0) return { args, start: this.#start, end: this.#cursor.offset };
    }
  }

  /** Reads one part as far as the chunk goes; the arguments when that completes a command. */
  #step(): Buffer[] | undefined {
    switch (this.#part) {
      case Part.Start:
        this.#begin();
        return undefined;
      case Part.Inline:
        return this.#inline();
      case Part.Count:
        return this.#count();
      case Part.Length:
        return this.#length();
      case Part.Payload:
        return this.#take();
      case Part.Trailer:
        return this.#trailer();
    }
  }

  #begin(): void {
    this.#start = this.#cursor.offset;
    this.#args = [];
    this.#requestBytes = 0;
    this.#part = this.#cursor.bytes[this.#cursor.position] === Type.Array ? Part.Count : Part.Inline;
  }

  #inline(): Buffer[] | undefined {
    const line = this.#lines.read(INLINE);
    if (line === undefined) return undefined;
    const args = splitArguments(line);
    if (args === undefined) throw this.#invalid('unbalanced quotes in request');
    this.#part = Part.Start;
    return args;
  }

  #count(): undefined {
    let count = this.#shortLength(Type.Array);
    if (count < 0) {
      const line = this.#lines.read(COUNT);
      if (line === undefined) return;
      count = parseRequestLength(line) ?? Infinity;
    }
    if (count > this.#limits.maxArguments) throw this.#invalid('invalid multibulk length');
    if (!this.isAuthenticated && count > UNAUTHENTICATED.maxArguments) {
      throw this.#limited('unauthenticated multibulk length');
    }
    this.#remaining = count;
    this.#part = count > 0 ? Part.Length : Part.Start;
  }

  #length(): Buffer[] | undefined {
    let length = this.#shortLength(Type.BulkString);
    if (length < 0) {
      const line = this.#lines.read(LENGTH);
      if (line === undefined) return undefined;
      if (line[0] !== Type.BulkString) throw this.#invalid(`expected '$', got '${printed(line[0])}'`);
      length = parseRequestLength(line) ?? -1;
    }
    if (length < 0 || length > this.#limits.maxBulkBytes) throw this.#invalid('invalid bulk length');
    if (!this.isAuthenticated && length > UNAUTHENTICATED.maxBulkBytes) {
      throw this.#limited('unauthenticated bulk length');
    }
    this.#countBytes(length);
    this.#payload.start(length);
    this.#missing = length;
    this.#part = Part.Payload;
    return length === 0 ? this.#take() : undefined;
  }

  /**
   * The number in a header that is all here, short and plain, else -1; moves behind it. It only ever accepts: what it
   * does not recognise is judged by the line reader.
   */
  #shortLength(type: number): number {
    const { bytes, position, end } = this.#cursor;
    if (this.#lines.hasBegun || bytes[position] !== type) return -1;
    const first = position + 1;
    let at = first;
    let length = 0;
    for (; at < end; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const isPlain = at > first && at - first <= SHORT_DIGITS && (bytes[first] !== DIGIT_0 || at - first === 1);
    if (!isPlain || !this.#cursor.isCrlf(at)) return -1;
    this.#lines.offset = this.#cursor.offset;
    this.#cursor.position = at + 2;
    return length;
  }

  #take(): undefined {
    const cursor = this.#cursor;
    const payload = this.#payload;
    const from = cursor.position;
    const to = Math.min(cursor.end, from + this.#missing);
    cursor.position = to;
    this.#missing -= to - from;
    const isAllHere = this.#missing === 0 && payload.length === 0;
    if (!isAllHere) payload.append(cursor.bytes, from, to);
    if (this.#missing > 0) return;
    this.#args.push(isAllHere ? copyBytes(cursor.bytes, from, to) : payload.takeBytes(0));
    this.#missing = 2;
    this.#part = Part.Trailer;
  }

  /** Passes over the two bytes behind a payload, whatever they are: servers don't look at them. */
  #trailer(): Buffer[] | undefined {
    const cursor = this.#cursor;
    for (; this.#missing > 0; this.#missing--) {
      if (cursor.position === cursor.end) return undefined;
      const wanted = this.#missing === 2 ? CR : LF;
      if (this.#isStrict && cursor.bytes[cursor.position] !== wanted) {
        throw new RequestError('ERR_RESP_SYNTAX', 'expected CRLF after a bulk string', { offset: cursor.offset });
      }
      cursor.position++;
    }
    this.#remaining--;
    this.#part = this.#remaining > 0 ? Part.Length : Part.Start;
    return this.#remaining > 0 ? undefined : this.#args;
  }

  #countBytes(length: number): void {
    const { maxRequestBytes } = this.#limits;
    this.#requestBytes += length + ARGUMENT_OVERHEAD_BYTES;
    if (this.#requestBytes <= maxRequestBytes) return;
    const message = `request of more than ${maxRequestBytes} bytes`;
    throw new RequestError('ERR_RESP_LIMIT', undefined, { message, offset: this.#lines.offset });
  }

  #invalid(text: string): RequestError {
    return new RequestError('ERR_RESP_SYNTAX', text, { offset: this.#lines.offset });
  }

  #limited(text: string): RequestError {
    return new RequestError('ERR_RESP_LIMIT', text, { offset: this.#lines.offset });
  }
}

/** A byte as it stands in a server's error, which is one line; an empty line's first byte is its CR. */
function printed(byte: number | undefined): string {
  return byte === undefined || byte === LF ? ' ' : String.fromCharCode(byte);
}
