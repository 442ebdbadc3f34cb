import type { OverloadError } from '../errors.ts';
import { Type } from './bytes.ts';

/** Types whose value is one line. The nulls of RESP2, `$-1` and `*-1`, are `null` too. */
export type LineType = 'simpleString' | 'simpleError' | 'integer' | 'double' | 'bigNumber' | 'boolean' | 'null';

/** Types whose value is counted bytes. */
export type BulkType = 'bulkString' | 'bulkError' | 'verbatimString';

/** Types whose value is made of values. */
export type AggregateType = 'array' | 'map' | 'set' | 'attribute' | 'push';

/**
 * What {@link Decoder.visit} tells of a reply, in the order of the wire, without building it.
 *
 *     *2 CR LF :1 CR LF $5 CR LF hello CR LF      begin array 2, line integer 1,
 *                                                 begin bulkString 5, bytes hello, end bulkString, end array
 *
 * Every `begin` has its `end`, with two exceptions: where the reply turns out to be over a size limit `overload` stands
 * for all the rest of it, and where the stream is broken there is no rest. What a visitor leaves out it is not told.
 *
 * An attribute ends before the value it annotates. A push inside a reply comes between two elements and is none of them;
 * the attributes just before a push are the push's.
 *
 * Bytes are views of the chunk, valid until the method returns.
 */
export interface Visitor {
  /** A value of one line, judged: what stands between its type byte and its CRLF; of a null nothing. */
  line?(type: LineType, text: Buffer): void;
  /**
   * A bulk or an aggregate begins. `length` is what its header announces: bytes (of a verbatim string with its format and
   * the colon), or elements, of a map and of an attribute keys and values; undefined where it is streamed.
   */
  begin?(type: BulkType | AggregateType, length: number | undefined): void;
  /** The next bytes of the bulk that has begun, as they come: never empty, and no more than one chunk holds. */
  bytes?(piece: Buffer): void;
  /** What has begun last, and has not ended, ends. */
  end?(type: BulkType | AggregateType): void;
  /**
   * The reply, or push, is over a size limit: the rest of it is read, and not told. Where only attributes were too large,
   * and a push turns out to be what they annotate, the reply behind the push is a new one and is told.
   */
  overload?(error: OverloadError): void;
}

/** What {@link Decoder.visit} has come to the end of. */
export type Visited = 'reply' | 'push';

const LINES: { readonly [type: number]: LineType } = {
  [Type.SimpleString]: 'simpleString',
  [Type.SimpleError]: 'simpleError',
  [Type.Integer]: 'integer',
  [Type.Double]: 'double',
  [Type.BigNumber]: 'bigNumber',
  [Type.Boolean]: 'boolean',
  [Type.Null]: 'null',
};

const BULKS_AND_AGGREGATES: { readonly [type: number]: BulkType | AggregateType } = {
  [Type.BulkString]: 'bulkString',
  [Type.BulkError]: 'bulkError',
  [Type.VerbatimString]: 'verbatimString',
  [Type.Array]: 'array',
  [Type.Map]: 'map',
  [Type.Set]: 'set',
  [Type.Attribute]: 'attribute',
  [Type.Push]: 'push',
};

/** Whether a value of the type is one line. */
export function isLineType(type: number): boolean {
  return LINES[type] !== undefined;
}

/** Whether a value begins with the byte. */
export function isValueType(byte: number): boolean {
  return isLineType(byte) || BULKS_AND_AGGREGATES[byte] !== undefined;
}

/** The word for the type byte of a line. */
export function lineType(type: number): LineType {
  return LINES[type]!;
}

/** The word for the type byte of a bulk or an aggregate. */
export function partedType(type: number): BulkType | AggregateType {
  return BULKS_AND_AGGREGATES[type]!;
}
