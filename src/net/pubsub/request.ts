import { Command, type Terms } from '../command.ts';
import { type Topic, type TopicKind, VERBS } from './topic.ts';

const TERMS: Terms = { form: 'bytes', retry: 'never', timeoutMs: 0 };

/** A command of a subscriber connection. Unlike every other it is answered once per topic, or by one error for all. */
export class Request extends Command {
  readonly kind: TopicKind;
  readonly topics: readonly Topic[];
  /** Keys of the topics that the server has not confirmed yet. */
  readonly missing: Set<string>;
  /**
   * The end of an unsubscription, which no counting can find: a server that gives a slot away says `sunsubscribe` by
   * itself, in the same words. So a PING with this token follows, and its answer ends what came before.
   */
  readonly token: string | undefined;

  constructor(kind: TopicKind, topics: readonly Topic[], token?: string) {
    const { subscribe, unsubscribe } = VERBS[kind];
    const name = token === undefined ? subscribe : unsubscribe;
    super([name, ...topics.map(({ bytes }) => bytes)], undefined, TERMS);
    this.kind = kind;
    this.topics = topics;
    this.missing = new Set(topics.map(({ key }) => key));
    this.token = token;
  }

  get isSubscribing(): boolean {
    return this.token === undefined;
  }
}

/** The PING behind an unsubscription. */
export function fence(token: string): Command {
  return new Command(['PING', token], undefined, TERMS);
}
