import type { RedisError } from '../../errors.ts';
import { Inbox, type InboxLimits } from './inbox.ts';
import type { Gap, Message } from './messages.ts';
import type { Topic } from './topic.ts';

/** One subscription, as the machinery sees it: what it reads, and where that goes. */
export class Reader {
  readonly topics: readonly Topic[];
  /** Those that have not been confirmed yet: it is told of no gap in what has not begun. */
  readonly awaiting: Set<Topic>;
  readonly inbox: Inbox<string | Buffer>;
  readonly isText: boolean;
  readonly whenFull: 'dropOldest' | 'end';
  /** The last reason why it is not confirmed yet. */
  lastRefusal: RedisError | undefined;
  /** Tells the caller of `subscribe`: confirmed, or why not. */
  onSettled: ((error: RedisError | undefined) => void) | undefined;
  stopBudget: (() => void) | undefined;
  forgetSignal: (() => void) | undefined;
  #isSettled = false;

  constructor(topics: readonly Topic[], options: ReaderOptions) {
    this.topics = topics;
    this.awaiting = new Set(topics);
    this.inbox = new Inbox(options);
    this.isText = options.isText;
    this.whenFull = options.whenFull;
  }

  /** Its caller has been told. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** @returns false when it does not fit, and the consumer wanted the end rather than a gap. */
  message(topic: Topic, channel: Buffer, payload: Buffer): boolean {
    const { inbox } = this;
    inbox.message(this.isText ? textMessage(topic, channel, payload) : bytesMessage(topic, channel, payload));
    if (!inbox.isOverLimit) return true;
    if (this.whenFull === 'end') return false;
    inbox.dropOldest();
    return true;
  }

  gap(topics: readonly Topic[], gap: Pick<Gap, 'reason' | 'durationMs'>): void {
    this.inbox.gap({ ...gap, channels: topics.map((topic) => (this.isText ? topic.text : topic.bytes)) });
  }

  /** Only the first call counts. */
  settle(error: RedisError | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.stopBudget?.();
    this.onSettled?.(error);
  }

  /** Nothing more comes. */
  end(error: RedisError | undefined): void {
    this.settle(error);
    this.forgetSignal?.();
    this.inbox.finish(error);
  }
}

export interface ReaderOptions extends InboxLimits {
  readonly isText: boolean;
  readonly whenFull: 'dropOldest' | 'end';
}

// The names that were asked for come back as they are: only a channel that a pattern matched is new.
function textMessage({ kind, text }: Topic, channel: Buffer, payload: Buffer): Message<string> {
  if (kind !== 'pmessage') return { kind, channel: text, payload: payload.toString() };
  return { kind, channel: channel.toString(), pattern: text, payload: payload.toString() };
}

function bytesMessage({ kind, bytes }: Topic, channel: Buffer, payload: Buffer): Message<Buffer> {
  if (kind !== 'pmessage') return { kind, channel: bytes, payload };
  return { kind, channel, pattern: bytes, payload };
}
