/** slotwire: a RESP protocol and cluster-routing engine. The layers are also entries of their own: slotwire/resp, /net, /cluster. */
export * from './cluster/index.ts';
export {
  ClusterError,
  ConnectionError,
  ErrorReply,
  OverloadError,
  ProtocolError,
  RedisError,
  type RedisErrorCode,
  TimeoutError,
} from './errors.ts';
export {
  Client,
  type ClientOptions,
  type ConnectOptions,
  connect,
  type Gap,
  type Message,
  type Outcome,
  type Payload,
  type PubSubEvent,
  type PubSubForm,
  type RetryPolicy,
  type ScanOptions,
  type SendOptions,
  type Session,
  type SubscribeHandlers,
  type SubscribeOptions,
  Subscription,
  type TopicName,
} from './net/index.ts';
export {
  type Argument,
  Attributed,
  Decoder,
  type DecoderOptions,
  encodeCommand,
  NEED_DATA,
  Push,
  type Reply,
  VerbatimString,
} from './resp/index.ts';
