import { ErrorReply } from '../../src/errors.ts';
import type { Command } from '../../src/net/index.ts';
import type { Heard } from '../../src/net/pubsub/hear.ts';
import { Request } from '../../src/net/pubsub/request.ts';
import { SubscriptionTable } from '../../src/net/pubsub/subscription-table.ts';
import { Topic } from '../../src/net/pubsub/topic.ts';

/** A server as a subscriber connection sees it: commands go in, words come out, both in order. */
export class ModelServer {
  readonly subscribed: Set<Topic> = new Set();
  /** Sharded channels whose slot is elsewhere. */
  readonly away: Set<Topic> = new Set();
  readonly forbidden: Set<Topic> = new Set();
  /** As Valkey 8.0.1: UNSUBSCRIBE is an error where nothing at all is subscribed. */
  refusesNothing = false;
  readonly incoming: Command[] = [];
  readonly outgoing: Heard[] = [];

  /** Carries out the next command. */
  serve(): void {
    const command = this.incoming.shift();
    if (command === undefined) return;
    if (!(command instanceof Request)) this.outgoing.push({ kind: 'pong', token: String(command.args[1]) });
    else if (command.isSubscribing) this.#subscribe(command);
    else this.#unsubscribe(command);
  }

  /** The slot goes elsewhere: the server says so by itself, in the words of a confirmation. */
  giveAway(topic: Topic): void {
    this.away.add(topic);
    if (this.subscribed.delete(topic)) this.#say('unsubscribed', topic);
  }

  /** Everything that was on its way is lost. */
  reset(): void {
    this.subscribed.clear();
    this.incoming.length = 0;
    this.outgoing.length = 0;
  }

  #subscribe({ topics }: Request): void {
    const error = topics.some((topic) => this.forbidden.has(topic))
      ? 'NOPERM no permissions to access a channel'
      : topics.some((topic) => this.away.has(topic))
        ? 'MOVED 1 10.0.0.2:7000'
        : undefined;
    if (error !== undefined) {
      this.outgoing.push({ kind: 'error', error: new ErrorReply(error) });
      return;
    }
    for (const topic of topics) {
      this.subscribed.add(topic);
      this.#say('subscribed', topic);
    }
  }

  #unsubscribe({ topics }: Request): void {
    if (this.refusesNothing && this.subscribed.size === 0) {
      this.outgoing.push({ kind: 'error', error: new ErrorReply('NOSUB not in subscribed mode') });
      return;
    }
    for (const topic of topics) {
      this.subscribed.delete(topic);
      this.#say('unsubscribed', topic);
    }
  }

  #say(kind: 'subscribed' | 'unsubscribed', { kind: topicKind, key }: Topic): void {
    this.outgoing.push({ kind, topicKind, key });
  }
}

/** The table, its pipeline, and an owner that wants again what it lost. */
export class ModelClient {
  readonly topics: readonly Topic[];
  readonly desired: Set<Topic> = new Set();
  /** What the owner was told is there. */
  readonly on: Set<Topic> = new Set();
  /** Dropped or refused: to be wanted again. */
  readonly astray: Set<Topic> = new Set();
  readonly owed: Command[] = [];
  readonly table: SubscriptionTable;
  readonly server: ModelServer;
  readonly log: string[] = [];

  constructor(server: ModelServer, topics: readonly Topic[]) {
    this.server = server;
    this.topics = topics;
    const stray = (word: string, topic: Topic): void => {
      this.log.push(`${word} ${topic.text}`);
      this.on.delete(topic);
      this.astray.add(topic);
    };
    this.table = new SubscriptionTable({
      subscribed: (topic) => {
        this.log.push(`subscribed ${topic.text}`);
        if (!this.desired.has(topic)) throw new Error(`${topic.text} was not wanted`);
        this.on.add(topic);
      },
      left: (topic) => {
        this.log.push(`left ${topic.text}`);
        if (this.desired.has(topic)) throw new Error(`${topic.text} is wanted`);
        this.on.delete(topic);
      },
      dropped: (topic) => stray('dropped', topic),
      refused: (topic) => stray('refused', topic),
    });
  }

  want(topic: Topic): void {
    if (this.desired.has(topic)) return;
    this.desired.add(topic);
    this.table.want(topic);
  }

  unwant(topic: Topic): void {
    if (!this.desired.delete(topic)) return;
    if (!this.astray.delete(topic)) this.table.unwant(topic);
  }

  retry(): void {
    for (const topic of [...this.astray]) {
      this.astray.delete(topic);
      this.table.want(topic);
    }
  }

  flush(): void {
    for (const command of this.table.requests()) {
      this.owed.push(command);
      this.server.incoming.push(command);
    }
  }

  hear(): void {
    const heard = this.server.outgoing.shift();
    if (heard === undefined) return;
    const answered = this.table.heard(heard, this.owed[0]);
    if (answered === undefined) throw new Error(`nobody was waiting for ${heard.kind}`);
    this.owed.splice(0, answered);
  }

  lose(): void {
    this.server.reset();
    this.owed.length = 0;
    this.on.clear();
    for (const topic of this.table.takeAll()) this.astray.add(topic);
  }

  /** Until nothing happens any more. */
  settle(): void {
    for (let round = 0; round < 50; round++) {
      this.retry();
      this.flush();
      while (this.server.incoming.length > 0) this.server.serve();
      while (this.server.outgoing.length > 0) this.hear();
    }
  }
}

export function modelTopics(): Topic[] {
  const topics = ['a', 'b', 'c'].map((name) => new Topic('message', name));
  for (const name of ['s0', 's1', 't0']) {
    const topic = new Topic('smessage', name);
    topic.group = name.startsWith('s') ? 1 : 2;
    topics.push(topic);
  }
  return topics;
}
