import type { ErrorReply } from '../../errors.ts';
import type { Command } from '../command.ts';
import type { Heard } from './hear.ts';
import { fence, Request } from './request.ts';
import { TOPIC_KINDS, type Topic, type TopicKind } from './topic.ts';

/** What becomes of the topics of one subscriber connection. */
export interface TableEvents {
  /** The server has confirmed it: from now on its messages come. */
  subscribed(topic: Topic): void;
  /** It was unwanted, and the server has it no more. */
  left(topic: Topic): void;
  /** The server ended it by itself, as for a slot that moved away. It is out of the table. */
  dropped(topic: Topic): void;
  /** The server would not. It is out of the table. */
  refused(topic: Topic, error: ErrorReply): void;
}

/**
 * How far a topic is at the server:
 *
 *     off --SUBSCRIBE--> asking --confirmed--> on --UNSUBSCRIBE--> leaving --fence--> off
 */
type Stage = 'off' | 'asking' | 'on' | 'leaving';

interface Entry {
  topic: Topic;
  stage: Stage;
  isWanted: boolean;
  /** Asked for in a command of its own: in company it was refused for what may be another's fault. */
  isAlone: boolean;
}

type Entries = Map<string, Entry>;

/** Topics in one command: one that is refused costs the others another attempt. */
const MAX_TOPICS = 256;

/**
 * Desired against actual, for the topics of one connection: which commands make what is there into what is wanted, and
 * which answer confirms which of them. Knows no socket; commands leave and are answered in one order.
 */
export class SubscriptionTable {
  readonly #events: TableEvents;
  readonly #entries: { readonly [K in TopicKind]: Entries } = {
    message: new Map(),
    pmessage: new Map(),
    smessage: new Map(),
  };
  /** Entries that may need a command. */
  readonly #unsettled = new Set<Entry>();
  #fences = 0;

  constructor(events: TableEvents) {
    this.#events = events;
  }

  /** Nothing is wanted, and nothing is there. */
  get isEmpty(): boolean {
    return TOPIC_KINDS.every((kind) => this.#entries[kind].size === 0);
  }

  want(topic: Topic): void {
    const entries = this.#entries[topic.kind];
    const entry = entries.get(topic.key);
    if (entry === undefined) {
      const added: Entry = { topic, stage: 'off', isWanted: true, isAlone: false };
      entries.set(topic.key, added);
      this.#unsettled.add(added);
      return;
    }
    const former = entry.topic;
    entry.topic = topic;
    entry.isWanted = true;
    // Somebody wants again what is about to be given up.
    if (former !== topic) this.#events.left(former);
    if (entry.stage === 'on') this.#events.subscribed(topic);
  }

  unwant(topic: Topic): void {
    const entry = this.#entries[topic.kind].get(topic.key);
    if (entry?.topic !== topic) {
      this.#events.left(topic);
      return;
    }
    entry.isWanted = false;
    if (entry.stage === 'off') this.#remove(entry);
    else this.#unsettled.add(entry);
  }

  /** The commands that are due, in the order in which they are to be written. */
  requests(): Command[] {
    const batches = new Map<string, Entry[]>();
    for (const entry of this.#unsettled) {
      const isDue = entry.isWanted ? entry.stage === 'off' : entry.stage === 'on';
      if (!isDue) continue;
      const { kind, group, key } = entry.topic;
      const id = `${kind} ${group} ${entry.isWanted} ${entry.isAlone ? key : ''}`;
      const batch = batches.get(id);
      if (batch === undefined) batches.set(id, [entry]);
      else batch.push(entry);
    }
    this.#unsettled.clear();
    const commands: Command[] = [];
    for (const batch of batches.values()) {
      for (let i = 0; i < batch.length; i += MAX_TOPICS) this.#ask(batch.slice(i, i + MAX_TOPICS), commands);
    }
    return commands;
  }

  /**
   * Takes what the server said.
   *
   * @param head the oldest command that is owed an answer
   * @returns how many commands this was the last answer to, from the head on; undefined when it answers nobody and must
   * not be: the connection can't be trusted further.
   */
  heard(heard: Heard, head: Command | undefined): number | undefined {
    switch (heard.kind) {
      case 'subscribed':
        return this.#subscribed(heard.topicKind, heard.key, head);
      case 'unsubscribed':
        this.#unsubscribed(heard.topicKind, heard.key, head);
        return 0;
      case 'pong':
        return this.#pong(heard.token, head);
      case 'error':
        return head === undefined ? undefined : this.#error(heard.error, head);
      default:
        return 0;
    }
  }

  /** The connection is lost, and all subscriptions with it. @returns the topics that are wanted; the table is empty. */
  takeAll(): Topic[] {
    const all = TOPIC_KINDS.flatMap((kind) => [...this.#entries[kind].values()]);
    for (const kind of TOPIC_KINDS) this.#entries[kind].clear();
    this.#unsettled.clear();
    for (const entry of all) if (!entry.isWanted) this.#events.left(entry.topic);
    return all.filter(({ isWanted }) => isWanted).map(({ topic }) => topic);
  }

  #ask(batch: readonly Entry[], commands: Command[]): void {
    const [{ isWanted, topic }] = batch as [Entry];
    const token = isWanted ? undefined : String(++this.#fences);
    for (const entry of batch) entry.stage = isWanted ? 'asking' : 'leaving';
    commands.push(
      new Request(
        topic.kind,
        batch.map((entry) => entry.topic),
        token,
      ),
    );
    if (token !== undefined) commands.push(fence(token));
  }

  #subscribed(kind: TopicKind, key: string, head: Command | undefined): number | undefined {
    if (!(head instanceof Request) || !head.isSubscribing || head.kind !== kind) return undefined;
    if (!head.missing.delete(key)) return undefined;
    const entry = this.#entries[kind].get(key);
    if (entry?.stage === 'asking') {
      entry.stage = 'on';
      if (entry.isWanted) this.#events.subscribed(entry.topic);
      else this.#unsettled.add(entry);
    }
    return head.missing.size === 0 ? 1 : 0;
  }

  #unsubscribed(kind: TopicKind, key: string, head: Command | undefined): void {
    if (head instanceof Request && !head.isSubscribing && head.kind === kind) head.missing.delete(key);
    const entry = this.#entries[kind].get(key);
    // Ours is over with its fence; until then this may be the server's own as well.
    if (entry?.stage !== 'on') return;
    this.#forget(entry);
    if (entry.isWanted) this.#events.dropped(entry.topic);
    else this.#events.left(entry.topic);
  }

  #pong(token: string, head: Command | undefined): number {
    if (head instanceof Request) {
      if (head.token !== token) return 0;
      this.#haveLeft(head);
      return 2;
    }
    // A fence whose unsubscription an error has answered, or the probe of an idle connection.
    const expected = String(head?.args[1] ?? '');
    return head !== undefined && expected === token ? 1 : 0;
  }

  #error(error: ErrorReply, head: Command): number {
    if (!(head instanceof Request)) return 1;
    if (head.isSubscribing) {
      this.#refused(head, error);
      return 1;
    }
    // What can't be unsubscribed was not there. With all confirmed, it is the fence that was refused.
    this.#haveLeft(head);
    return head.missing.size > 0 ? 1 : 2;
  }

  #refused(request: Request, error: ErrorReply): void {
    const isOnesFault = request.topics.length > 1 && ONES_FAULT.has(error.prefix);
    for (const { kind, key } of request.topics) {
      const entry = this.#entries[kind].get(key);
      if (entry?.stage !== 'asking') continue;
      entry.stage = 'off';
      if (isOnesFault && entry.isWanted) {
        entry.isAlone = true;
        this.#unsettled.add(entry);
        continue;
      }
      this.#forget(entry);
      if (entry.isWanted) this.#events.refused(entry.topic, error);
      else this.#events.left(entry.topic);
    }
  }

  #haveLeft(request: Request): void {
    for (const { kind, key } of request.topics) {
      const entry = this.#entries[kind].get(key);
      if (entry?.stage !== 'leaving') continue;
      entry.stage = 'off';
      if (entry.isWanted) this.#unsettled.add(entry);
      else this.#remove(entry);
    }
  }

  #remove(entry: Entry): void {
    this.#forget(entry);
    this.#events.left(entry.topic);
  }

  #forget(entry: Entry): void {
    this.#entries[entry.topic.kind].delete(entry.topic.key);
    this.#unsettled.delete(entry);
  }
}

/** Refusals of a whole command for one of its topics: alone each will show whose it is. */
const ONES_FAULT: ReadonlySet<string> = new Set(['NOPERM', 'CROSSSLOT']);
