/** The form of names and payloads: text, or the bytes as they are. */
export type PubSubForm = 'string' | 'bytes';

/** What a form delivers. Buffers are shared by all subscriptions of a client to one channel: read them, don't write. */
export type Payload<F extends PubSubForm> = F extends 'bytes' ? Buffer : string;

/** One message. */
export interface Message<P extends string | Buffer = string> {
  /** `pmessage` came through a pattern, `smessage` through a sharded channel. */
  readonly kind: 'message' | 'pmessage' | 'smessage';
  readonly channel: P;
  /** Of a `pmessage`: the pattern that matched. */
  readonly pattern?: P;
  readonly payload: P;
}

/**
 * Messages may have been missed between the last event and this one; from here on nothing is, until the next gap. Who
 * keeps a state by messages reads it anew. Gaps with no message between them are one.
 */
export interface Gap<P extends string | Buffer = string> {
  readonly kind: 'gap';
  /**
   * The latest, where there was more than one:
   *
   * - `connection`: the connection was lost; the channels are subscribed again.
   * - `moved`: the channels went to another node, by migration, failover or a change of the topology; they are subscribed
   *   there.
   * - `overflow`: the consumer was too slow, and its oldest messages were dropped.
   * - `tooLarge`: a message over `maxReplyBytes` was skipped; the server does not say of which channel.
   */
  readonly reason: 'connection' | 'moved' | 'overflow' | 'tooLarge';
  /** Channels or patterns, as subscribed. */
  readonly channels: readonly P[];
  /** How long they were not subscribed, in milliseconds, from when it was noticed; 0 where they were. */
  readonly durationMs: number;
  /** Of `overflow`: how many messages were dropped. What never came here nobody can count. */
  readonly dropped: number | undefined;
}

/** What a subscription delivers, in the order in which it came. */
export type PubSubEvent<P extends string | Buffer = string> = Message<P> | Gap<P>;
