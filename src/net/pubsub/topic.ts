import { invalidArgument } from '../../errors.ts';
import type { Reader } from './reader.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * What one can subscribe to, each named by the kind of message that it brings: channels, patterns, and the sharded
 * channels of a cluster.
 */
export type TopicKind = 'message' | 'pmessage' | 'smessage';

/** The name of a channel or a pattern; strings are UTF-8. */
export type TopicName = string | Uint8Array;

export const TOPIC_KINDS: readonly TopicKind[] = ['message', 'pmessage', 'smessage'];

/** Which command begins and ends each. */
export const VERBS: { readonly [K in TopicKind]: { readonly subscribe: string; readonly unsubscribe: string } } = {
  message: { subscribe: 'SUBSCRIBE', unsubscribe: 'UNSUBSCRIBE' },
  pmessage: { subscribe: 'PSUBSCRIBE', unsubscribe: 'PUNSUBSCRIBE' },
  smessage: { subscribe: 'SSUBSCRIBE', unsubscribe: 'SUNSUBSCRIBE' },
};

/** Topics that need not go together in one command: a single server takes them all. */
export const NO_GROUP = 0;

/** One channel or pattern that somebody of this client wants: one subscription at a server, however many read it. */
export class Topic {
  readonly kind: TopicKind;
  /** Its bytes as Latin-1 text, which is what the tables are keyed by. */
  readonly key: string;
  readonly bytes: Buffer;
  readonly text: string;
  /** Topics of different groups never share a command: in a cluster, the slot of a sharded channel. */
  group: number = NO_GROUP;
  readonly readers: Set<Reader> = new Set();
  /** The server has confirmed it, and nothing since has ended it. */
  isOn = false;
  /** Why it is not on although it has been, and since when. */
  loss: { readonly reason: LossReason; readonly at: number } | undefined;
  /** Who is to bring it. */
  subscriber: Subscriber | undefined;
  /** Refusals since it was on last, for the back-off. */
  refusals = 0;
  /** Rings when it is to be asked for again. */
  timer: unknown;

  constructor(kind: TopicKind, name: TopicName) {
    this.kind = kind;
    this.bytes = Buffer.from(name as Uint8Array);
    this.key = this.bytes.toString('latin1');
    this.text = this.bytes.toString();
  }
}

/** Why messages may have been missed: the connection was lost, or the topic moved to another node. */
export type LossReason = 'connection' | 'moved';

/**
 * The names a caller gave, as a list.
 *
 * @throws TypeError (`ERR_INVALID_ARGUMENT`), naming the position.
 */
export function checkNames(names: TopicName | readonly TopicName[]): readonly TopicName[] {
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  if (list.length === 0) throw invalidArgument('there must be at least one channel to subscribe to');
  for (const [position, name] of list.entries()) {
    if (typeof name === 'string' || name instanceof Uint8Array) continue;
    throw invalidArgument(`channel ${position} must be a string or bytes, not ${name === null ? 'null' : typeof name}`);
  }
  return list as readonly TopicName[];
}
