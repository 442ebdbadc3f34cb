import { Buffer } from 'node:buffer';
import { ErrorReply, invalidArgument } from '../errors.ts';
import * as Bytes from './bytes.ts';
import { Cursor } from './cursor.ts';
import * as Forms from './form.ts';
import { formNumber, MAP_FORMS, oneOf, PUSH_FORMS, VERBATIM_FORMS } from './form.ts';
import { Inbox } from './inbox.ts';
import { type DecoderOptions, resolveLimits } from './limits.ts';
import { RawFrame } from './raw-frame.ts';
import { type MapForm, NEED_DATA, Push, type Reply, type ReplyForm } from './reply.ts';
import { MORE, ReplyStack } from './reply-stack.ts';
import type { ShortReader } from './short-reader.ts';
import { type Token, TokenReader } from './token-reader.ts';
import type { Visited, Visitor } from './visitor.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, LF, Type } = Bytes;
const { Form } = Forms;

/** Any number of so few digits fits into 32 bits. */
const WORD_DIGITS = 9;

/**
 * Reads replies out of a stream of bytes: RESP2 and RESP3, all of it, and nothing else.
 *
 *     decoder.feed(chunk);
 *     for (let reply; (reply = decoder.next()) !== NEED_DATA; ) use(reply);
 *
 * It stops at any byte and goes on there, and never reads a byte twice for having stopped.
 *
 * What values become: bulk strings as {@link ReplyForm} says; simple strings are JavaScript strings, but Buffers in the
 * `bytes` and `view` forms where they are not UTF-8; integers and doubles numbers, but integers past 2^53-1 and big
 * numbers bigints; arrays and sets arrays, maps as {@link MapForm} says; errors {@link ErrorReply} in every form.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export class Decoder {
  readonly #cursor: Cursor = new Cursor();
  readonly #stack: ReplyStack;
  readonly #reader: TokenReader;
  readonly #short: ShortReader;
  readonly #raw: RawFrame = new RawFrame();
  readonly #inbox: Inbox;
  /** Chunks that were fed before the ones before them were used up. */
  readonly #waiting: Buffer[] = [];
  #reply: ReplyForm;
  /** The form of the next reply; the stack has the form of the one that is being read. */
  #form: Forms.Form;
  #failure: { readonly error: unknown } | undefined;
  /** Whether the next byte begins a reply that is built, and nothing is open, refused or broken: the usual case. */
  #isPlain = false;
  /** Whether all that was fed has been looked at. */
  #isDrained = true;
  /** Whether the beginning of a short frame is left, and whether it begins a plain reply. */
  #isLeft = false;
  #isLeftPlain = false;
  /** Where less than so many bytes come, what is left stays as it is: see {@link TokenReader.missing}. */
  #missing = 0;
  /** Whether a visitor is being told of something right now. */
  #isTelling = false;

  /** @throws {InvalidArgumentError} for an option that is unknown in kind or out of range. */
  constructor(options: DecoderOptions = {}) {
    const limits = resolveLimits(options);
    const keepsFormat = oneOf('verbatim', options.verbatim ?? 'text', VERBATIM_FORMS) === 'typed';
    this.#stack = new ReplyStack(this.#cursor, limits);
    this.#reader = new TokenReader(this.#cursor, this.#stack, { limits, keepsFormat });
    this.#short = this.#reader.short;
    this.#inbox = new Inbox(this.#cursor, this.#reader);
    this.#stack.pushForm = formNumber(oneOf('pushes', options.pushes ?? 'string', PUSH_FORMS));
    this.maps = options.maps ?? 'pairs';
    this.#reply = options.reply ?? 'string';
    this.#form = formNumber(this.#reply);
    this.#begin();
  }

  /** The form of replies. A new one holds from the next reply on: one that has begun ends in its own. */
  get reply(): ReplyForm {
    return this.#reply;
  }

  set reply(form: ReplyForm) {
    if (form === this.#reply) return;
    this.#form = formNumber(form);
    this.#reply = form;
    if (this.#hasBegun) this.#isPlain = this.#isLeftPlain = false;
    else this.#begin();
  }

  /** The form of maps, for every map that ends from now on. */
  get maps(): MapForm {
    return this.#stack.maps;
  }

  set maps(form: MapForm) {
    this.#stack.maps = oneOf('maps', form, MAP_FORMS);
  }

  /**
   * Gives the decoder the next bytes of the stream.
   *
   * The chunk is borrowed: leave it unchanged until {@link next} has returned {@link NEED_DATA}. Then the decoder needs
   * it no more, and a socket may read into it again.
   */
  feed(chunk: Uint8Array): void {
    const bytes = asBuffer(chunk);
    const { length } = bytes;
    if (length < this.#missing && this.#inbox.add(bytes)) {
      this.#missing -= length;
      return;
    }
    if (this.#isTelling) throw calledByVisitor('feed');
    if (!this.#isDrained) {
      this.#waiting.push(bytes);
      return;
    }
    if (this.#reader.absorb(bytes)) return;
    this.#isDrained = this.#take(bytes) && this.#isLeft && this.#reader.isStillCutShort();
    this.#missing = this.#isDrained ? this.#reader.missing : 0;
    if (this.#isDrained) return;
    this.#isPlain = this.#isPlain || (this.#isLeft && this.#isLeftPlain);
    this.#isLeft = false;
  }

  /**
   * Reads the next reply from the bytes fed so far.
   *
   * Values are copies; in the `view` and `raw` forms bytes are valid until the next {@link feed}.
   *
   * @returns the reply, or {@link NEED_DATA} when the bytes end inside a frame.
   * @throws {ProtocolError} the stream position is lost: close the connection. Further calls throw the same error.
   * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#resp-protocol-description
   */
  next(): Reply | typeof NEED_DATA {
    if (this.#isPlain) {
      // Integers are the hard shape, of which the fastest peer needs 14 ns: they are read without a call.
      const cursor = this.#cursor;
      const { bytes, position, end } = cursor;
      if (position + 2 < end && bytes[position] === Type.Integer) {
        const limit = Math.min(position + 1 + WORD_DIGITS, end - 1);
        let at = position + 1;
        let integer = 0;
        for (; at < limit; at++) {
          const digit = bytes[at]! - DIGIT_0;
          if (digit < 0 || digit > 9) break;
          integer = (integer * 10 + digit) | 0;
        }
        if (at > position + 1 && at + 1 < end && bytes[at] === CR && bytes[at + 1] === LF) {
          cursor.position = at + 2;
          return integer;
        }
      }
      const reply = this.#short.read(0);
      if (reply !== MORE) return reply;
    }
    return this.#nextOther();
  }

  /** The next reply where the short reader has not all of it. */
  #nextOther(): Reply | typeof NEED_DATA {
    if (this.#isPlain && !this.#short.leave() && this.#waiting.length === 0 && this.#reader.isCutShort()) {
      this.#leaveRest(true);
      return NEED_DATA;
    }
    return this.#nextLong();
  }

  /** The next reply by the general path, which may end at any byte and go on there. */
  #nextLong(): Reply | typeof NEED_DATA {
    this.#expect(false);
    if (this.#isDrained) return NEED_DATA;
    try {
      return this.#read();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /**
   * Reads the next reply and builds nothing: a visitor is told what it is made of, while the bytes come.
   *
   *     decoder.feed(chunk);
   *     while (decoder.visit(visitor) !== NEED_DATA);
   *
   * For proxies and statistics, and for bulks that are too large to be held: their bytes are told piece by piece as
   * chunks bring them, and nothing of them is kept. Who can't take more just feeds no more (and reads no more from the
   * socket) until he can. It is as strict as {@link next}, and has the same limits: raise `maxBulkBytes` and
   * `maxReplyBytes` for what is larger than they are. A reply that one of the two has begun is finished by the same one.
   *
   * @returns what has ended: a reply, or a push, which may lie inside a reply that goes on; {@link NEED_DATA} when the
   * bytes end inside a frame.
   * @throws {ProtocolError} the stream position is lost: close the connection. Further calls throw the same error; so
   * they do with an error that the visitor threw.
   */
  visit(visitor: Visitor): Visited | typeof NEED_DATA {
    this.#expect(true);
    if (this.#isDrained) return NEED_DATA;
    const stack = this.#stack;
    if (!stack.isVisited) stack.begin(Form.Visit);
    stack.visitor = visitor;
    this.#isTelling = true;
    try {
      const visited = this.#read();
      // Where nothing has begun, the next reply may be for either.
      if (visited === NEED_DATA && !this.#hasBegun) this.#begin();
      if (visited === NEED_DATA) return NEED_DATA;
      return visited instanceof Push ? 'push' : 'reply';
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.#isTelling = false;
    }
  }

  /** Refuses to go on after a failure, from inside a visitor, or with a reply that was begun in the other way. */
  #expect(isVisited: boolean): void {
    if (this.#isTelling) throw calledByVisitor(isVisited ? 'visit' : 'next');
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#stack.isVisited === isVisited || (isVisited && !this.#hasBegun)) return;
    const [begun, called] = isVisited ? ['next', 'visit'] : ['visit', 'next'];
    throw invalidArgument(`a reply that ${begun}() has begun is not for ${called}()`);
  }

  /** Whether bytes of a reply were read, or seen and left for later, and its end was not. */
  get #hasBegun(): boolean {
    return this.#stack.depth > 0 || !this.#reader.isAtStart || this.#isLeft;
  }

  #read(): Reply | typeof NEED_DATA {
    const reader = this.#reader;
    const stack = this.#stack;
    this.#isPlain = false;
    for (;;) {
      const token = this.#token();
      if (token === MORE) continue;
      if (token === NEED_DATA) {
        if (this.#leave()) continue;
        this.#leaveRest(reader.isAtStart && stack.depth === 0 && stack.form < Form.Skip);
        return NEED_DATA;
      }
      if (stack.depth > 0) {
        const reply = stack.place(token);
        if (reply === MORE) continue;
        return stack.depth > 0 ? reply : this.#finish(reply);
      }
      return this.#finish(token);
    }
  }

  /** Elements that are short go straight into the innermost aggregate; the token is what comes behind them. */
  #token(): Token {
    const reader = this.#reader;
    const stack = this.#stack;
    if (!reader.isAtStart) return reader.resume();
    if (stack.isVisited) return reader.visited();
    if (stack.isFillable) {
      this.#short.fill(stack.innermost);
      if (this.#short.leave()) return MORE;
    }
    return reader.isCutShort() ? NEED_DATA : reader.token();
  }

  /** Goes on with the next chunk, behind what is left of the ones before; false when that has to be read first. */
  #take(chunk: Buffer): boolean {
    const isTaken = this.#inbox.take(chunk);
    if (!isTaken) this.#waiting.unshift(chunk);
    this.#reader.mayLeave = isTaken;
    return isTaken;
  }

  /** Leaves the chunk, which has been read; false when no other is waiting. */
  #leave(): boolean {
    const { bytes, base, position } = this.#cursor;
    const stack = this.#stack;
    if (stack.depth > 0 || !this.#reader.isAtStart) {
      if (stack.isRaw) this.#raw.keep(bytes, { base, end: position });
      stack.borrowed.own();
      stack.checkSize(base + position);
    }
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    if (stack.form === Form.View) this.#inbox.lend();
    this.#take(next);
    return true;
  }

  /** Keeps what is left of the chunk, and lets go of it: all that was fed has been looked at. */
  #leaveRest(isPlain: boolean): void {
    const { position, end } = this.#cursor;
    this.#isLeft = position < end && this.#reader.isAtStart;
    this.#isLeftPlain = isPlain;
    this.#isPlain = isPlain && !this.#isLeft;
    this.#isDrained = true;
    this.#inbox.leave();
  }

  /** Delivers a complete reply or push that no short path delivers. */
  #finish(reply: Reply): Reply {
    const { form, overload, borrowed } = this.#stack;
    const isBuilt = form < Form.Skip || reply instanceof Push;
    const delivered = isBuilt ? reply : (overload ?? this.#unbuilt(reply, form));
    borrowed.clear();
    this.#begin();
    return delivered;
  }

  /** What is delivered of a reply that is not built. A driver must see an error in whatever form it wants replies. */
  #unbuilt(reply: Reply, form: Forms.Form): Reply {
    if (reply instanceof ErrorReply) return reply;
    if (form !== Form.Raw) return null;
    const { bytes, base, position } = this.#cursor;
    return this.#raw.take(bytes, { base, end: position }, this.#stack.cuts);
  }

  /** Makes everything ready for the reply that begins at the cursor. */
  #begin(): void {
    this.#stack.begin(this.#form);
    this.#isPlain = this.#form < Form.Skip && this.#failure === undefined;
    if (this.#form === Form.Raw) this.#raw.begin(this.#cursor.offset);
  }
}

/** The same bytes as a Buffer, which is known by one of its methods: `Buffer.isBuffer` takes twice as long. */
function asBuffer(chunk: Uint8Array): Buffer {
  if ((chunk as Buffer).readUInt8 !== undefined) return chunk as Buffer;
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function calledByVisitor(method: string): Error {
  return invalidArgument(`${method}() must not be called by a visitor`);
}
