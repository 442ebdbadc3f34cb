import { ErrorReply, OverloadError } from '../../errors.ts';
import { Push, type Reply, unwrap } from '../../resp/index.ts';
import type { TopicKind } from './topic.ts';

/** What a server says over a subscriber connection. Names are keys: their bytes as Latin-1 text. */
export type Heard =
  | {
      readonly kind: 'message';
      readonly topicKind: TopicKind;
      readonly key: string;
      readonly channel: Buffer;
      readonly payload: Buffer;
    }
  | { readonly kind: 'subscribed' | 'unsubscribed'; readonly topicKind: TopicKind; readonly key: string }
  /** The answer to PING; empty where it had no argument. */
  | { readonly kind: 'pong'; readonly token: string }
  | { readonly kind: 'error'; readonly error: ErrorReply }
  /** A message over a size limit was skipped: whose it was is not known. */
  | { readonly kind: 'tooLarge' }
  /** A push of another kind, which is not for us. */
  | { readonly kind: 'other' };

const CONFIRMATIONS: { readonly [word: string]: readonly ['subscribed' | 'unsubscribed', TopicKind] } = Object.freeze({
  __proto__: null as never,
  subscribe: ['subscribed', 'message'],
  psubscribe: ['subscribed', 'pmessage'],
  ssubscribe: ['subscribed', 'smessage'],
  unsubscribe: ['unsubscribed', 'message'],
  punsubscribe: ['unsubscribed', 'pmessage'],
  sunsubscribe: ['unsubscribed', 'smessage'],
} as const);

const OTHER: Heard = { kind: 'other' };
const TOO_LARGE: Heard = { kind: 'tooLarge' };

/**
 * Reads what came over a subscriber connection, in the `bytes` form.
 *
 * RESP3 sends pushes; RESP2 has the same as arrays, and answers PING with an array while anything is subscribed
 * (protocol 39). The words are the same, so one reading serves both.
 */
export function hear(reply: Reply): Heard {
  if (reply instanceof Push) return hearWord(reply.kind, reply.elements);
  const value = unwrap(reply);
  if (Array.isArray(value) && Buffer.isBuffer(value[0])) return hearWord(value[0].toString('latin1'), value);
  if (value instanceof ErrorReply) return { kind: 'error', error: value };
  if (value instanceof OverloadError) return TOO_LARGE;
  if (Buffer.isBuffer(value)) return { kind: 'pong', token: value.toString('latin1') };
  return value === 'PONG' ? { kind: 'pong', token: '' } : OTHER;
}

function hearWord(word: string, elements: readonly Reply[]): Heard {
  switch (word) {
    case 'message':
    case 'pmessage':
    case 'smessage':
      return message(word, elements);
    case 'pong':
      return Buffer.isBuffer(elements[1]) ? { kind: 'pong', token: elements[1].toString('latin1') } : OTHER;
  }
  if (elements[0] instanceof OverloadError) return TOO_LARGE;
  const confirmation = CONFIRMATIONS[word];
  const name = elements[1];
  if (confirmation === undefined || !Buffer.isBuffer(name)) return OTHER;
  return { kind: confirmation[0], topicKind: confirmation[1], key: name.toString('latin1') };
}

/** `[kind, name, payload]`, but `['pmessage', pattern, channel, payload]`: the last two are always the same. */
function message(topicKind: TopicKind, elements: readonly Reply[]): Heard {
  const { length } = elements;
  const name = elements[1];
  const channel = elements[length - 2];
  const payload = elements[length - 1];
  if (!Buffer.isBuffer(name) || !Buffer.isBuffer(channel) || !Buffer.isBuffer(payload)) return OTHER;
  return { kind: 'message', topicKind, key: name.toString('latin1'), channel, payload };
}
