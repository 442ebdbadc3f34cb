/** RESP2 and RESP3, bytes to values and values to bytes. No sockets, no timers, no promises. */
export { type Argument, argumentBytes, checkArguments } from './arguments.ts';
export { Decoder } from './decoder.ts';
export { type CommandBatch, CommandEncoder, encodeCommand } from './encoder.ts';
export { DEFAULT_LIMITS, type DecoderLimits, type DecoderOptions } from './limits.ts';
export {
  Attributed,
  type MapForm,
  NEED_DATA,
  Push,
  type Reply,
  type ReplyForm,
  type ReplyObject,
  unwrap,
  type VerbatimForm,
  VerbatimString,
} from './reply.ts';
