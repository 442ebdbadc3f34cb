import type { Buffer } from 'node:buffer';
import { argumentOutOfRange, ErrorReply, invalidArgument, OverloadError } from '../errors.ts';
import { Type } from './bytes.ts';
import { Attributed, Push, VerbatimString } from './reply.ts';
import { isPaired, ReplyWriter } from './reply-writer.ts';
import { type WireContent, type WireReply, WireValue } from './wire.ts';

export interface EncodeReplyOptions {
  /** The protocol of the connection that the reply goes to. Default 3. */
  protocol?: 2 | 3;
}

/** No decoder here reads deeper; a value that contains itself goes on for ever. */
const MAX_DEPTH = 2 ** 16;

/**
 * Encodes one reply or push: the server's side of the protocol, for proxies and for servers that tests play.
 *
 * Strings and bytes become bulk strings; safe integers integers, other numbers doubles; bigints past 2^53-1 within 64
 * bits integers, other bigints big numbers; arrays arrays, Maps and plain objects maps; an {@link ErrorReply} a simple
 * error, or where it has several lines a bulk error; an {@link OverloadError} an error with its message. So what a
 * {@link Decoder} delivered becomes bytes that mean the same; for other types there is {@link wire}.
 *
 * @returns a Buffer of its own.
 * @throws {InvalidArgumentError} for anything else, for a push inside a reply, and for a value inside itself.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#resp-protocol-description
 */
export function encodeReply(reply: WireReply, options: EncodeReplyOptions = {}): Buffer {
  const { protocol = 3 } = options;
  if (protocol !== 2 && protocol !== 3) throw argumentOutOfRange(`protocol must be 2 or 3, not ${protocol}`);
  return new ReplyEncoder(protocol).encode(reply);
}

/** An aggregate of which some elements are written; an attribute's last one is the value it annotates. */
interface OpenAggregate {
  readonly type: number;
  readonly items: readonly WireReply[];
  readonly isStreamed: boolean;
  /** Of the next element. */
  index: number;
}

class ReplyEncoder {
  readonly #writer: ReplyWriter;
  /** Outermost first: a list instead of recursion, because replies may be nested deeper than JavaScript's stack. */
  readonly #open: OpenAggregate[] = [];

  constructor(protocol: 2 | 3) {
    this.#writer = new ReplyWriter(protocol);
  }

  encode(reply: WireReply): Buffer {
    this.#value(reply);
    for (let inner = this.#open.at(-1); inner !== undefined; inner = this.#open.at(-1)) {
      if (inner.index < inner.items.length) this.#value(inner.items[inner.index++]!);
      else this.#close(inner);
    }
    return this.#writer.take();
  }

  #value(value: WireReply): void {
    const writer = this.#writer;
    switch (typeof value) {
      case 'string':
        writer.bulk(Type.BulkString, value);
        break;
      case 'number':
        writer.number(value);
        break;
      case 'bigint':
        writer.bigint(value);
        break;
      case 'boolean':
        writer.boolean(value);
        break;
      case 'object':
        if (value === null) writer.null();
        else this.#object(value);
        break;
      default:
        throw invalidArgument(`no reply can be ${typeof value}`);
    }
  }

  #object(value: WireReply & object): void {
    const writer = this.#writer;
    if (value instanceof WireValue) this.#wireValue(value.content);
    else if (value instanceof Uint8Array) writer.bulk(Type.BulkString, value);
    else if (Array.isArray(value)) this.#begin(Type.Array, value);
    else if (value instanceof ErrorReply) writer.error(value.message);
    else if (value instanceof OverloadError) writer.error(`ERR ${value.message}`);
    else if (value instanceof VerbatimString) writer.verbatim(value.format, value.value);
    else if (value instanceof Attributed) this.#annotated(pairsOf(value.attributes), value.value);
    else if (value instanceof Push) this.#push(value);
    else this.#begin(Type.Map, pairsOf(value));
  }

  #wireValue(content: WireContent): void {
    const writer = this.#writer;
    switch (content.kind) {
      case 'line':
        writer.line(content.type, content.text);
        break;
      case 'bulkError':
        writer.bulkError(content.text);
        break;
      case 'pieces':
        writer.pieces(content.pieces);
        break;
      case 'raw':
        writer.raw(content.bytes);
        break;
      case 'attribute':
        this.#annotated(content.pairs, content.value);
        break;
      case 'aggregate':
        this.#begin(content.type, content.items, content.isStreamed);
        break;
    }
  }

  /** What is annotated comes behind the pairs and is not counted (protocol 34); RESP2 has no attributes. */
  #annotated(pairs: readonly WireReply[], value: WireReply): void {
    if (this.#writer.protocol === 2) this.#enter({ type: Type.Attribute, items: [value], isStreamed: false, index: 0 });
    else this.#begin(Type.Attribute, [...pairs, value]);
  }

  #push({ kind, elements, attributes }: Push): void {
    const [outermost, ...others] = attributes;
    // A push over a size limit has lost its kind, which the wire must have.
    const items = elements[0] instanceof OverloadError ? [kind, ...elements] : elements;
    if (outermost === undefined) this.#begin(Type.Push, items);
    else this.#annotated(pairsOf(outermost), new Push(kind, elements, others));
  }

  #begin(type: number, items: readonly WireReply[], isStreamed = false): void {
    if (type === Type.Push) this.#checkBetweenReplies(items);
    const elements = type === Type.Attribute ? items.length - 1 : items.length;
    if (isPaired(type) && elements % 2 === 1) throw invalidArgument('a map with a key that has no value');
    const isOpenEnded = this.#writer.header(type, { elements, isStreamed });
    this.#enter({ type, items, isStreamed: isOpenEnded, index: 0 });
  }

  #enter(aggregate: OpenAggregate): void {
    if (this.#open.length === MAX_DEPTH) {
      throw argumentOutOfRange(`reply nested deeper than ${MAX_DEPTH}, or inside itself`);
    }
    this.#open.push(aggregate);
  }

  #close(aggregate: OpenAggregate): void {
    if (aggregate.isStreamed) this.#writer.end();
    this.#open.pop();
  }

  /** Inside a reply a push would be counted as an element, and all that follows would be misread. */
  #checkBetweenReplies(items: readonly WireReply[]): void {
    const isAnnotated = ({ type, items, index }: OpenAggregate) => type === Type.Attribute && index === items.length;
    if (!this.#open.every(isAnnotated)) throw invalidArgument('a push inside a reply');
    if (items.length === 0) throw invalidArgument('a push without a kind');
  }
}

/** The keys and values of a map, one after the other; an array is taken to be that already, as the decoder has it. */
function pairsOf(map: WireReply): readonly WireReply[] {
  if (Array.isArray(map)) return map;
  if (map instanceof Map) return [...map].flat(1) as WireReply[];
  if (!isPlainObject(map)) throw invalidArgument(`no reply can be ${Object.prototype.toString.call(map)}`);
  return Object.entries(map).flat(1) as WireReply[];
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
