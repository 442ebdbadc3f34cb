import type { ErrorReply, RedisError } from '../../errors.ts';
import { backoffMs, REFUSAL_BACKOFF } from '../backoff.ts';
import type { ClientSettings } from '../options.ts';
import type { Heard } from './hear.ts';
import type { Inbox } from './inbox.ts';
import type { Payload, PubSubForm } from './messages.ts';
import { type SubscribeOptions, type SubscribeSettings, subscribeSettings } from './options.ts';
import { Reader } from './reader.ts';
import type { Subscriber, SubscriberOwner } from './subscriber.ts';
import { Subscription } from './subscription.ts';
import { aborted, closed, notConfirmed, tooSlow } from './subscription-errors.ts';
import { checkNames, type LossReason, TOPIC_KINDS, Topic, type TopicKind, type TopicName } from './topic.ts';

/** Which server brings which topic, and what its refusals mean: one server knows one answer, a cluster many. */
export interface SubscriberRouter {
  /** Completes a new topic. */
  prepare(topic: Topic): void;
  /** Who is to bring it; undefined when nobody can at the moment. */
  place(topic: Topic): Subscriber | undefined;
  /** What to do about a refusal: place it again, at once or after a back-off, or tell those who want it. */
  recover(topic: Topic, subscriber: Subscriber, error: ErrorReply): 'now' | 'later' | 'tell';
  /** A connection ended: the place of its topics may be another now. @returns the error as it is to be told. */
  lost(subscriber: Subscriber, error: RedisError | undefined): RedisError | undefined;
  /** Ends all subscribers. */
  close(): void;
}

/** How subscriptions stand. */
export interface PubSubStats {
  /** What `subscribe` and its like gave and that has not ended. */
  readonly subscriptions: number;
  /** Distinct channels and patterns of them all, and how many of those the servers have confirmed. */
  readonly topics: number;
  readonly confirmed: number;
}

/** Redirections followed at once; from there on a loop is suspected, and each waits. */
const PROMPT_ATTEMPTS = 3;

/**
 * Publish and subscribe for one client: topics, who reads them, and the way back after every loss.
 *
 *     subscribe -> Topic -> (router) -> Subscriber -> server
 *                    ^                      |
 *                    `--- dropped, lost ----'   then again, and a gap for each reader when it is confirmed
 */
export class PubSub implements SubscriberOwner {
  readonly #settings: ClientSettings;
  readonly #router: SubscriberRouter;
  readonly #topics: { readonly [K in TopicKind]: Map<string, Topic> } = {
    message: new Map(),
    pmessage: new Map(),
    smessage: new Map(),
  };
  readonly #readers = new Set<Reader>();
  /** Who waits for a topic to have left its server. */
  readonly #leaving = new Map<Topic, () => void>();
  #isClosed = false;

  constructor(settings: ClientSettings, router: SubscriberRouter) {
    this.#settings = settings;
    this.#router = router;
  }

  /** Nobody is subscribed to anything. */
  get isIdle(): boolean {
    return this.#readers.size === 0;
  }

  get stats(): PubSubStats {
    const topics = TOPIC_KINDS.flatMap((kind) => [...this.#topics[kind].values()]);
    const confirmed = topics.filter(({ isOn }) => isOn).length;
    return { subscriptions: this.#readers.size, topics: topics.length, confirmed };
  }

  /** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously. */
  subscribe<F extends PubSubForm>(
    kind: TopicKind,
    names: TopicName | readonly TopicName[],
    options: SubscribeOptions<F> = {},
  ): Promise<Subscription<Payload<F>>> {
    const settings = subscribeSettings(options as SubscribeOptions<PubSubForm>, this.#settings.timeoutMs);
    const list = checkNames(names);
    const refusal = this.#refusal(options.signal);
    if (refusal !== undefined) return Promise.reject(refusal);
    const reader = this.#join(kind, list, settings);
    this.#watch(reader, settings, options.signal);
    return new Promise((resolve, reject) => {
      reader.onSettled = (error) => {
        if (error !== undefined) reject(error);
        else resolve(new Subscription(reader.inbox as Inbox<Payload<F>>, () => this.#release(reader), options));
      };
      this.#begin(reader);
    });
  }

  /** Ends all subscriptions; what waits is still delivered. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const reader of this.#readers) this.#end(reader, reader.isSettled ? undefined : closed());
    this.#router.close();
    for (const left of this.#leaving.values()) left();
    this.#leaving.clear();
  }

  /** Topics whose place is another now, by the router's word, go there. */
  review(): void {
    const topics = TOPIC_KINDS.flatMap((kind) => [...this.#topics[kind].values()]);
    for (const topic of topics) {
      const { subscriber } = topic;
      if (subscriber === undefined || this.#router.place(topic) === subscriber) continue;
      subscriber.unwant(topic);
      this.#lose(topic, 'moved');
      this.#place(topic);
    }
  }

  onMessage(subscriber: Subscriber, { topicKind, key, channel, payload }: Heard & { readonly kind: 'message' }): void {
    const topic = this.#topics[topicKind].get(key);
    // Unsubscribed meanwhile, or moved: then it comes from elsewhere. Not confirmed yet: then it is the rest of a subscription
    // that is being given up, and what follows it may be missing.
    if (topic?.subscriber !== subscriber || !topic.isOn) return;
    for (const reader of topic.readers) {
      if (!reader.message(topic, channel, payload)) this.#end(reader, tooSlow(reader));
    }
  }

  onTooLarge(subscriber: Subscriber): void {
    for (const reader of this.#readers) {
      const topics = reader.topics.filter((topic) => topic.subscriber === subscriber && topic.isOn);
      if (topics.length > 0) reader.gap(topics, { reason: 'tooLarge', durationMs: 0 });
    }
  }

  onSubscribed(topic: Topic): void {
    const { loss } = topic;
    topic.isOn = true;
    topic.loss = undefined;
    topic.refusals = 0;
    const durationMs = loss === undefined ? 0 : this.#settings.runtime.now() - loss.at;
    for (const reader of topic.readers) {
      if (!reader.awaiting.delete(topic)) {
        reader.gap([topic], { reason: loss?.reason ?? 'connection', durationMs });
      } else if (reader.awaiting.size === 0) reader.settle(undefined);
    }
  }

  onLeft(topic: Topic): void {
    this.#leaving.get(topic)?.();
    this.#leaving.delete(topic);
  }

  onDropped(topic: Topic): void {
    this.#lose(topic, 'moved');
    this.#place(topic);
  }

  onRefused(topic: Topic, error: ErrorReply): void {
    const subscriber = topic.subscriber!;
    this.#lose(topic, 'moved');
    const verdict = this.#router.recover(topic, subscriber, error);
    if (verdict === 'tell') {
      for (const reader of topic.readers) this.#end(reader, error);
      return;
    }
    for (const reader of topic.readers) reader.lastRefusal = error;
    if (verdict === 'now' && topic.refusals++ < PROMPT_ATTEMPTS) this.#place(topic);
    else this.#placeLater(topic);
  }

  onLost(subscriber: Subscriber, topics: readonly Topic[], error: RedisError | undefined): void {
    if (this.#isClosed) return;
    const told = this.#router.lost(subscriber, error);
    for (const topic of topics) {
      const wasOn = topic.isOn;
      this.#lose(topic, 'connection');
      for (const reader of topic.readers) {
        reader.lastRefusal = told;
        // Who is subscribed already waits for the mistake to be mended; who is not need not begin.
        if (this.#isRefused(error) && !reader.isSettled) this.#end(reader, told);
      }
      if (topic.readers.size === 0) continue;
      // A server that could not be reached has a back-off of its own; to go on to another at once would be none.
      if (wasOn || this.#router.place(topic) === subscriber) this.#place(topic);
      else this.#placeLater(topic);
    }
  }

  /** Credentials that do not change will not be better next time. */
  #isRefused(error: RedisError | undefined): boolean {
    return error?.code === 'ERR_AUTH' && this.#settings.credentials === undefined;
  }

  #join(kind: TopicKind, names: readonly TopicName[], settings: SubscribeSettings): Reader {
    const topics = names.map((name) => {
      const topic = new Topic(kind, name);
      return this.#topics[kind].get(topic.key) ?? this.#add(topic);
    });
    const reader = new Reader([...new Set(topics)], { ...settings, isText: settings.reply === 'string' });
    this.#readers.add(reader);
    return reader;
  }

  #add(topic: Topic): Topic {
    this.#router.prepare(topic);
    this.#topics[topic.kind].set(topic.key, topic);
    return topic;
  }

  /** Topics that nobody read before are placed; of the others, those that are on are confirmed already. */
  #begin(reader: Reader): void {
    for (const topic of reader.topics) {
      const isNew = topic.readers.size === 0;
      topic.readers.add(reader);
      if (topic.isOn) reader.awaiting.delete(topic);
      else if (isNew) this.#place(topic);
    }
    if (reader.awaiting.size === 0) reader.settle(undefined);
  }

  /** The first confirmation has a budget; the signal holds for the whole life. */
  #watch(reader: Reader, { timeoutMs }: SubscribeSettings, signal: AbortSignal | undefined): void {
    const { runtime } = this.#settings;
    const timer = runtime.setTimer(() => this.#end(reader, notConfirmed(reader, timeoutMs)), timeoutMs);
    const abort = (): void => {
      reader.inbox.clear();
      this.#end(reader, reader.isSettled ? undefined : aborted(signal!));
    };
    signal?.addEventListener('abort', abort, { once: true });
    reader.stopBudget = () => runtime.clearTimer(timer);
    reader.forgetSignal = () => signal?.removeEventListener('abort', abort);
  }

  /** Why a subscription can't begin. */
  #refusal(signal: AbortSignal | undefined): RedisError | undefined {
    if (signal?.aborted === true) return aborted(signal);
    return this.#isClosed ? closed() : undefined;
  }

  #place(topic: Topic): void {
    const subscriber = this.#router.place(topic);
    topic.subscriber = subscriber;
    if (subscriber === undefined) this.#placeLater(topic);
    else subscriber.want(topic);
  }

  #placeLater(topic: Topic): void {
    const { runtime } = this.#settings;
    const delayMs = backoffMs(topic.refusals++, REFUSAL_BACKOFF, runtime.random());
    topic.timer = runtime.setTimer(() => this.#place(topic), delayMs);
  }

  /** It is nobody's now. When it is on again, its readers are told of the gap. */
  #lose(topic: Topic, reason: LossReason): void {
    topic.subscriber = undefined;
    if (!topic.isOn) return;
    topic.isOn = false;
    topic.loss = { reason, at: this.#settings.runtime.now() };
  }

  /** The caller's own end. @returns resolves when no server has a subscription that was for this reader alone. */
  #release(reader: Reader): Promise<unknown> {
    const last = reader.topics.filter(({ readers, subscriber }) => {
      return subscriber !== undefined && readers.size === 1 && readers.has(reader);
    });
    const left = last.map((topic) => new Promise<void>((resolve) => this.#leaving.set(topic, resolve)));
    this.#end(reader, undefined);
    return Promise.all(left);
  }

  #end(reader: Reader, error: RedisError | undefined): void {
    this.#readers.delete(reader);
    reader.end(error);
    for (const topic of reader.topics) {
      if (topic.readers.delete(reader) && topic.readers.size === 0) this.#drop(topic);
    }
  }

  #drop(topic: Topic): void {
    this.#topics[topic.kind].delete(topic.key);
    this.#settings.runtime.clearTimer(topic.timer);
    topic.subscriber?.unwant(topic);
  }
}
