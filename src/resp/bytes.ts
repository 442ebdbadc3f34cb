import type { Buffer } from 'node:buffer';

/** The bytes that RESP gives a meaning to. */

export const CR = 0x0d;
export const LF = 0x0a;
export const DIGIT_0 = 0x30;
export const MINUS = 0x2d;
export const PLUS = 0x2b;
export const QUESTION_MARK = 0x3f;
export const COLON = 0x3a;
export const DOT = 0x2e;

/** The first byte of a frame (protocol 28). */
export const Type = {
  SimpleString: 0x2b, // +
  SimpleError: 0x2d, // -
  Integer: 0x3a, // :
  BulkString: 0x24, // $
  Array: 0x2a, // *
  Null: 0x5f, // _
  Boolean: 0x23, // #
  Double: 0x2c, // ,
  BigNumber: 0x28, // (
  BulkError: 0x21, // !
  VerbatimString: 0x3d, // =
  Map: 0x25, // %
  Set: 0x7e, // ~
  Attribute: 0x7c, // |
  Push: 0x3e, // >
  Piece: 0x3b, // ; a piece of a streamed string
  End: 0x2e, // . the end of a streamed aggregate
} as const;

/** Near bytes are looked for by a loop, which costs less than a call into the engine. */
export const NEAR_BYTES = 32;

/** The index of the first `byte` at `from` or behind, -1 where there is none. */
export function findByte(bytes: Buffer, byte: number, from: number): number {
  const near = Math.min(from + NEAR_BYTES, bytes.length);
  for (let at = from; at < near; at++) if (bytes[at] === byte) return at;
  return near === bytes.length ? -1 : bytes.indexOf(byte, near);
}
