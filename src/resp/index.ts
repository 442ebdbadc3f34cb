/** RESP2 and RESP3, bytes to values and values to bytes. No sockets, no timers, no promises. */
export { type Argument, argumentBytes, checkArguments } from './arguments.ts';
export { Decoder } from './decoder.ts';
export { type EncodeReplyOptions, encodeReply } from './encode-reply.ts';
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
export { type Request, RequestDecoder } from './request-decoder.ts';
export { RequestError } from './request-error.ts';
export { DEFAULT_REQUEST_LIMITS, type RequestDecoderOptions, type RequestLimits } from './request-limits.ts';
export type { AggregateType, BulkType, LineType, Visited, Visitor } from './visitor.ts';
export { type WireObject, type WirePairs, type WireReply, WireValue, wire } from './wire.ts';
