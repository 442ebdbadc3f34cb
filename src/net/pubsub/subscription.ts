import { invalidArgument } from '../../errors.ts';
import { callUser } from '../call-user.ts';
import { Fifo } from '../fifo.ts';
import type { Inbox } from './inbox.ts';
import type { PubSubEvent } from './messages.ts';
import type { SubscribeHandlers } from './options.ts';

type Result<P extends string | Buffer> = IteratorResult<PubSubEvent<P>, undefined>;

/** Ends a subscription; resolves when its server has confirmed it. */
export type Release = () => Promise<unknown>;

/**
 * What `subscribe` gives: messages and gaps, in the order in which they came.
 *
 *     for await (const event of subscription) {
 *       if (event.kind === 'gap') await readStateAnew();
 *       else await use(event.payload);
 *     }
 *
 * The loop ends with {@link unsubscribe}, with `break`, with the client's `close()`, and throws when the server takes the
 * subscription away (`ErrorReply`, as after a change of its ACL) or when it was to end when full (`ERR_QUEUE_FULL`).
 */
export class Subscription<P extends string | Buffer = string> implements AsyncIterableIterator<PubSubEvent<P>> {
  readonly #inbox: Inbox<P>;
  readonly #release: Release;
  readonly #consumers = new Fifo<{ resolve: (result: Result<P>) => void; reject: (error: unknown) => void }>();
  readonly #handlers: SubscribeHandlers<P>;
  #released: Promise<unknown> | undefined;
  #isServingDue = false;
  #isOver = false;

  /** Made by `subscribe`. */
  constructor(inbox: Inbox<P>, release: Release, handlers: SubscribeHandlers<P>) {
    this.#inbox = inbox;
    this.#release = release;
    this.#handlers = handlers;
    inbox.onArrival = () => this.#serveSoon();
    this.#serveSoon();
  }

  /** Messages that wait to be consumed. */
  get queued(): number {
    return this.#inbox.length;
  }

  /**
   * Ends the subscription: nothing more is delivered, not even what waits.
   *
   * @returns resolves when the server has confirmed that nobody of this client is subscribed; never rejects.
   */
  async unsubscribe(): Promise<void> {
    this.#inbox.clear();
    this.#released ??= this.#release();
    await this.#released;
  }

  [Symbol.asyncIterator](): this {
    if (this.#handlers.onMessage === undefined) return this;
    throw invalidArgument('this subscription calls onMessage: there is nothing to iterate over');
  }

  next(): Promise<Result<P>> {
    return new Promise((resolve, reject) => {
      this.#consumers.push({ resolve, reject });
      this.#serve();
    });
  }

  /** What a loop calls that is left early. */
  async return(): Promise<Result<P>> {
    await this.unsubscribe();
    return { done: true, value: undefined };
  }

  /** When the decoder's stack is gone: handlers are the user's code, and gaps that arrive together become one. */
  #serveSoon(): void {
    if (this.#isServingDue) return;
    this.#isServingDue = true;
    queueMicrotask(() => {
      this.#isServingDue = false;
      if (this.#handlers.onMessage === undefined) this.#serve();
      else this.#deliver();
    });
  }

  #serve(): void {
    while (this.#consumers.length > 0) {
      const value = this.#inbox.take();
      const end = value === undefined ? this.#inbox.end : undefined;
      if (value === undefined && end === undefined) return;
      const consumer = this.#consumers.shift()!;
      // The error is thrown once; after it the iteration is over, as after any.
      if (value !== undefined) consumer.resolve({ done: false, value });
      else if (end?.error !== undefined && !this.#isOver) consumer.reject(end.error);
      else consumer.resolve({ done: true, value: undefined });
      if (end !== undefined) this.#isOver = true;
    }
  }

  #deliver(): void {
    const { onMessage, onGap, onEnd } = this.#handlers;
    for (let event = this.#inbox.take(); event !== undefined; event = this.#inbox.take()) {
      const taken = event;
      callUser(() => (taken.kind === 'gap' ? onGap?.(taken) : onMessage?.(taken)));
    }
    const { end } = this.#inbox;
    if (end === undefined || this.#isOver) return;
    this.#isOver = true;
    callUser(() => onEnd?.(end.error));
  }
}
