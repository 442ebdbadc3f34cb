import { Buffer } from 'node:buffer';
import { ErrorReply } from '../errors.ts';
import { Cursor } from './cursor.ts';
import { Form, formNumber, MAP_FORMS, oneOf, PUSH_FORMS, VERBATIM_FORMS } from './form.ts';
import { type DecoderOptions, resolveLimits } from './limits.ts';
import { RawFrame } from './raw-frame.ts';
import { type MapForm, NEED_DATA, Push, type Reply, type ReplyForm } from './reply.ts';
import { MORE, ReplyStack } from './reply-stack.ts';
import { TokenReader } from './token-reader.ts';

const EMPTY = Buffer.alloc(0);

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
  readonly #raw: RawFrame = new RawFrame();
  /** Chunks that were fed before the ones before them were used up. */
  readonly #waiting: Buffer[] = [];
  #reply: ReplyForm;
  /** The form of the next reply; the stack has the form of the one that is being read. */
  #form: Form;
  #failure: { readonly error: unknown } | undefined;

  /** @throws {InvalidArgumentError} for an option that is unknown in kind or out of range. */
  constructor(options: DecoderOptions = {}) {
    const limits = resolveLimits(options);
    const keepsFormat = oneOf('verbatim', options.verbatim ?? 'text', VERBATIM_FORMS) === 'typed';
    this.#stack = new ReplyStack(this.#cursor, limits);
    this.#reader = new TokenReader(this.#cursor, this.#stack, { limits, keepsFormat });
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
    this.#form = formNumber(form);
    this.#reply = form;
    if (this.#stack.depth === 0 && this.#reader.isAtStart) this.#begin();
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
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const isBusy = this.#cursor.position < this.#cursor.end || this.#waiting.length > 0;
    if (isBusy) this.#waiting.push(bytes);
    else this.#attach(bytes);
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
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return this.#read();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #read(): Reply | typeof NEED_DATA {
    const reader = this.#reader;
    const stack = this.#stack;
    for (;;) {
      const isAtStart = reader.isAtStart;
      const token = isAtStart ? reader.token() : reader.resume();
      if (token === MORE) continue;
      if (token === NEED_DATA) {
        if (this.#leave()) continue;
        return NEED_DATA;
      }
      if (stack.depth > 0) {
        const reply = stack.place(token);
        if (reply === MORE) continue;
        return stack.depth > 0 ? reply : this.#finish(reply);
      }
      return isAtStart && stack.form < Form.Skip ? token : this.#finish(token);
    }
  }

  #attach(bytes: Buffer): void {
    this.#cursor.attach(bytes);
    this.#reader.attach();
  }

  /** Leaves the chunk, which has been read; false when no other is waiting. */
  #leave(): boolean {
    const { bytes, base, offset } = this.#cursor;
    const stack = this.#stack;
    if (stack.depth > 0 || !this.#reader.isAtStart) {
      if (stack.isRaw) this.#raw.keep(bytes, base);
      stack.borrowed.own();
      stack.checkSize(offset);
    }
    const next = this.#waiting.shift();
    this.#attach(next ?? EMPTY);
    return next !== undefined;
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
  #unbuilt(reply: Reply, form: Form): Reply {
    if (reply instanceof ErrorReply) return reply;
    if (form !== Form.Raw) return null;
    const { bytes, base, position } = this.#cursor;
    return this.#raw.take(bytes, { base, end: position }, this.#stack.cuts);
  }

  /** Makes everything ready for the reply that begins at the cursor. */
  #begin(): void {
    this.#stack.begin(this.#form);
    if (this.#form === Form.Raw) this.#raw.begin(this.#cursor.offset);
  }
}
