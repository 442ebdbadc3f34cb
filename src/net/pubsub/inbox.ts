import type { RedisError } from '../../errors.ts';
import { Fifo } from '../fifo.ts';
import type { Gap, Message, PubSubEvent } from './messages.ts';

type Value = string | Buffer;

/** What may wait for a consumer, at most. */
export interface InboxLimits {
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
}

/** A gap that waits: what is lost next to it joins it, so that there is never more than one between two messages. */
interface WaitingGap<P extends Value> extends Omit<Gap<P>, 'reason' | 'channels' | 'durationMs' | 'dropped'> {
  reason: Gap['reason'];
  readonly channels: Set<P>;
  durationMs: number;
  dropped: number | undefined;
}

/** What a waiting message costs beside its payload. */
const MESSAGE_OVERHEAD_BYTES = 64;

/**
 * What came for one subscription and was not consumed yet. It is bounded, whatever the consumer does, because the
 * connection is read in any case: others share it, and a server kills a subscriber that does not read.
 *
 *     | overflow | messages and gaps, oldest first |
 *       ^ the gap where the oldest ones were
 */
export class Inbox<P extends Value> {
  /** Something came, or the end; called on the decoder's stack. */
  onArrival: () => void = () => undefined;
  readonly #limits: InboxLimits;
  readonly #queue = new Fifo<Message<P> | WaitingGap<P>>();
  /** The gap at the end of the queue. */
  #newestGap: WaitingGap<P> | undefined;
  #overflow: WaitingGap<P> | undefined;
  #messages = 0;
  #bytes = 0;
  #end: { readonly error: RedisError | undefined } | undefined;

  constructor(limits: InboxLimits) {
    this.#limits = limits;
  }

  /** Set: nothing more will come; the error says why, where it was not the consumer's wish. */
  get end(): { readonly error: RedisError | undefined } | undefined {
    return this.#end;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#messages;
  }

  get isOverLimit(): boolean {
    return this.exceededLimit !== undefined;
  }

  /** The limit that more than is allowed waits for. */
  get exceededLimit(): number | undefined {
    const { maxQueuedMessages, maxQueuedBytes } = this.#limits;
    if (this.#messages > maxQueuedMessages) return maxQueuedMessages;
    return this.#bytes > maxQueuedBytes ? maxQueuedBytes : undefined;
  }

  message(message: Message<P>): void {
    this.#queue.push(message);
    this.#newestGap = undefined;
    this.#messages++;
    this.#bytes += bytesOf(message);
    this.onArrival();
  }

  /** Gaps that follow each other are one, with the latest reason. */
  gap({ reason, channels, durationMs }: Pick<Gap<P>, 'reason' | 'channels' | 'durationMs'>): void {
    if (this.#newestGap === undefined) {
      this.#newestGap = { kind: 'gap', reason, channels: new Set(), durationMs: 0, dropped: undefined };
      this.#queue.push(this.#newestGap);
    }
    const gap = this.#newestGap;
    gap.reason = reason;
    gap.durationMs = Math.max(gap.durationMs, durationMs);
    for (const channel of channels) gap.channels.add(channel);
    this.onArrival();
  }

  /** Gives up the oldest messages until what waits is within the limits; a gap takes their place. */
  dropOldest(): void {
    while (this.isOverLimit) {
      const event = this.#shift()!;
      this.#overflow ??= { kind: 'gap', reason: 'overflow', channels: new Set(), durationMs: 0, dropped: 0 };
      if (event.kind !== 'gap') this.#overflow.dropped!++;
      const names = event.kind === 'gap' ? event.channels : [event.pattern ?? event.channel];
      for (const name of names) this.#overflow.channels.add(name);
    }
  }

  /** The oldest event that waits. */
  take(): PubSubEvent<P> | undefined {
    const event = this.#overflow ?? this.#shift();
    this.#overflow = undefined;
    return event?.kind === 'gap' ? { ...event, channels: [...event.channels] } : event;
  }

  /** Nothing more comes; what waits can still be taken. Only the first call counts. */
  finish(error: RedisError | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.onArrival();
  }

  /** Forgets what waits: nobody wants it any more. */
  clear(): void {
    this.#queue.takeAll();
    this.#overflow = undefined;
    this.#newestGap = undefined;
    this.#messages = 0;
    this.#bytes = 0;
  }

  #shift(): Message<P> | WaitingGap<P> | undefined {
    const event = this.#queue.shift();
    if (this.#queue.length === 0) this.#newestGap = undefined;
    if (event !== undefined && event.kind !== 'gap') {
      this.#messages--;
      this.#bytes -= bytesOf(event);
    }
    return event;
  }
}

/** As with arguments, a string counts two bytes a code unit, whatever it holds. */
function bytesOf({ payload }: Message<Value>): number {
  return MESSAGE_OVERHEAD_BYTES + (typeof payload === 'string' ? payload.length * 2 : payload.length);
}
