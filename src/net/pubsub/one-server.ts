import type { ErrorReply, RedisError } from '../../errors.ts';
import type { LinkOptions } from '../link.ts';
import { PubSub, type SubscriberRouter } from './pub-sub.ts';
import { Subscriber } from './subscriber.ts';

/** Refusals of a server that will do what it is asked a little later. */
const PASSING: ReadonlySet<string> = new Set(['LOADING', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN']);

/** All topics of a client of one server come from that server. */
export class OneServer implements SubscriberRouter {
  readonly pubSub: PubSub;
  readonly #subscriber: Subscriber;

  constructor(options: Omit<LinkOptions, 'listener'>) {
    this.pubSub = new PubSub(options.settings, this);
    this.#subscriber = new Subscriber(options, this.pubSub);
  }

  prepare(): void {}

  place(): Subscriber {
    return this.#subscriber;
  }

  recover(_topic: unknown, _subscriber: unknown, error: ErrorReply): 'later' | 'tell' {
    return PASSING.has(error.prefix) ? 'later' : 'tell';
  }

  lost(_subscriber: unknown, error: RedisError | undefined): RedisError | undefined {
    return error;
  }

  close(): void {
    this.#subscriber.close();
  }
}
