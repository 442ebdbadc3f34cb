import type { Buffer } from 'node:buffer';
import type { ErrorReply, OverloadError } from '../errors.ts';

/** What {@link Decoder.next} returns when the bytes fed so far end inside a frame, or are used up. */
export const NEED_DATA: unique symbol = Symbol('NEED_DATA');

/**
 * In which form replies are delivered. Errors are {@link ErrorReply} values in every form.
 *
 * - `string`: bulk strings as JavaScript strings (UTF-8; an invalid byte becomes U+FFFD).
 * - `bytes`: bulk strings as Buffers that keep no chunk alive, and at most 1.5 KiB beyond their own bytes. They share
 *   memory with each other as the Buffers of `Buffer.allocUnsafe` do: copy one before transferring its `buffer`.
 * - `view`: bulk strings as Buffers that may lie inside the chunk: valid until the next `feed`.
 * - `raw`: the whole frame as one Buffer, untouched, for forwarding: valid until the next `feed`.
 * - `skip`: nothing is built; a reply that is no error is delivered as `null`.
 */
export type ReplyForm = 'string' | 'bytes' | 'view' | 'raw' | 'skip';

/** How maps are delivered; sets are arrays in every form, duplicates included. */
export type MapForm = 'pairs' | 'map' | 'object';

/** Whether a verbatim string is its text alone (as servers answer in RESP2), or text and format. */
export type VerbatimForm = 'text' | 'typed';

/** One reply, or one element of a reply. Integers and doubles are numbers; past 2^53-1 integers are bigints. */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | Buffer
  | ErrorReply
  | OverloadError
  | VerbatimString
  | Push
  | Attributed
  | Reply[]
  | Map<Reply, Reply>
  | ReplyObject;

/** A map in the `object` form: no prototype, the last of duplicate keys wins. */
export interface ReplyObject {
  [key: string]: Reply;
}

/** A verbatim string, in the `typed` form. */
export class VerbatimString {
  /** Three characters: `txt`, `mkd`, or what the server says. */
  readonly format: string;
  /** The text after the format and its colon; a Buffer where the reply form asks for bytes. */
  readonly value: string | Buffer;

  constructor(format: string, value: string | Buffer) {
    this.format = format;
    this.value = value;
  }
}

/** A push: sent by the server out of band, never the reply to a command. */
export class Push {
  /** The first element, for example `message` or `invalidate`. */
  readonly kind: string;
  /** All elements, the kind included; one {@link OverloadError} when the push was over a size limit. */
  readonly elements: Reply[];
  /** The attributes that preceded the push, as {@link Attributed} has them, outermost first; mostly empty. */
  readonly attributes: readonly Reply[];

  constructor(kind: string, elements: Reply[], attributes: readonly Reply[] = NO_ATTRIBUTES) {
    this.kind = kind;
    this.elements = elements;
    this.attributes = attributes;
  }
}

/** The attributes of nearly every push. */
export const NO_ATTRIBUTES: readonly Reply[] = Object.freeze([]);

/** A value, and the attribute that preceded it on the wire. */
export class Attributed {
  /** In the map form that was asked for: a flat array of pairs, a Map or an object. */
  readonly attributes: Reply;
  /** The annotated value; itself `Attributed` where several attributes came in a row. */
  readonly value: Reply;

  constructor(attributes: Reply, value: Reply) {
    this.attributes = attributes;
    this.value = value;
  }
}

/** The value without the attributes that may surround it: what a driver looks at for errors and redirections. */
export function unwrap(reply: Reply): Reply {
  let value = reply;
  while (value instanceof Attributed) value = value.value;
  return value;
}
