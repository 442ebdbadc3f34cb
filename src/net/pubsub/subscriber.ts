import { ConnectionError, type ErrorReply, type RedisError } from '../../errors.ts';
import type { Reply } from '../../resp/index.ts';
import type { Command } from '../command.ts';
import type { Listener } from '../connection-options.ts';
import { Link, type LinkOptions, type LinkOwner } from '../link.ts';
import type { TimerHandle } from '../runtime.ts';
import { type Heard, hear } from './hear.ts';
import { SubscriptionTable } from './subscription-table.ts';
import { type Topic, VERBS } from './topic.ts';

/** What a subscriber tells its owner, on the decoder's stack. */
export interface SubscriberOwner {
  onMessage(subscriber: Subscriber, message: Heard & { readonly kind: 'message' }): void;
  onTooLarge(subscriber: Subscriber): void;
  onSubscribed(topic: Topic): void;
  onLeft(topic: Topic): void;
  /** The server ended a subscription by itself; the topic is nobody's now. */
  onDropped(topic: Topic): void;
  /** The server would not; the topic is nobody's now. */
  onRefused(topic: Topic, error: ErrorReply): void;
  /** The connection ended, or could not be made. All its topics are nobody's now. */
  onLost(subscriber: Subscriber, topics: readonly Topic[], error: RedisError | undefined): void;
}

/** How long a connection without a topic is kept, for the next one. */
const LINGER_MS = 5000;

/**
 * The subscriptions at one server, over a connection that carries nothing else: replies to other commands would queue in
 * front of messages and, in the server's memory, count against its limit for subscribers.
 */
export class Subscriber implements Listener, LinkOwner {
  readonly #runtime: LinkOptions['settings']['runtime'];
  readonly #owner: SubscriberOwner;
  readonly #table: SubscriptionTable;
  readonly #link: Link;
  #isReconcileDue = false;
  #isClosed = false;
  #lingering: TimerHandle | undefined;

  constructor(options: Omit<LinkOptions, 'listener'>, owner: SubscriberOwner) {
    this.#runtime = options.settings.runtime;
    this.#owner = owner;
    this.#link = new Link({ ...options, kind: 'subscriber', listener: this }, this);
    this.#table = new SubscriptionTable({
      subscribed: (topic) => owner.onSubscribed(topic),
      left: (topic) => owner.onLeft(topic),
      dropped: (topic) => owner.onDropped(topic),
      refused: (topic, error) => {
        error.address = this.address;
        error.command = VERBS[topic.kind].subscribe;
        owner.onRefused(topic, error);
      },
    });
  }

  get address(): string {
    return this.#link.address;
  }

  /** Why it has no connection: as many as may be are in use. */
  get limit(): ConnectionError | undefined {
    return this.#link.limit;
  }

  get isListening(): boolean {
    return !this.#table.isEmpty;
  }

  want(topic: Topic): void {
    this.#table.want(topic);
    this.#reconcileSoon();
  }

  unwant(topic: Topic): void {
    this.#table.unwant(topic);
    this.#reconcileSoon();
  }

  /** Ends for good. */
  close(): void {
    this.#isClosed = true;
    this.#runtime.clearTimer(this.#lingering);
    this.#table.takeAll();
    this.#link.close();
  }

  heard(reply: Reply, head: Command | undefined): number {
    const heard = hear(reply);
    if (heard.kind === 'message') {
      this.#owner.onMessage(this, heard);
      return 0;
    }
    if (heard.kind === 'tooLarge') this.#owner.onTooLarge(this);
    const answered = this.#table.heard(heard, head);
    if (answered === undefined) throw unexpected(this.address, heard);
    this.#reconcileSoon();
    return answered;
  }

  onReady(): void {
    this.#reconcile();
  }

  onReply(): void {}

  onPush(): void {}

  onLost(_link: Link, _unanswered: readonly Command[], error: RedisError | undefined): void {
    this.#owner.onLost(this, this.#table.takeAll(), error);
  }

  /** Once for all that changes in this turn, so that a thousand channels leave in a few commands. */
  #reconcileSoon(): void {
    if (this.#isReconcileDue) return;
    this.#isReconcileDue = true;
    this.#runtime.scheduleFlush(() => {
      this.#isReconcileDue = false;
      this.#reconcile();
    });
  }

  #reconcile(): void {
    if (this.#isClosed) return;
    this.#runtime.clearTimer(this.#lingering);
    if (this.#table.isEmpty) this.#lingering = this.#runtime.setTimer(() => this.#leave(), LINGER_MS);
    else if (this.#link.isReady) for (const command of this.#table.requests()) this.#link.enqueue(command);
    else this.#link.open();
  }

  #leave(): void {
    if (this.#table.isEmpty) this.#link.retire();
  }
}

function unexpected(address: string, heard: Heard): ConnectionError {
  const what = heard.kind === 'error' ? heard.error.message : 'a confirmation that nobody asked for';
  const cause = heard.kind === 'error' ? heard.error : undefined;
  return new ConnectionError('ERR_CONNECTION_LOST', `connection to ${address} closed: ${what}`, { address, cause });
}
