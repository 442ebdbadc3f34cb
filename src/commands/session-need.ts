import type { CommandInfo } from './command-info.ts';

/**
 * The commands that change the state of their connection, or the pairing of its replies: on a connection that others
 * share they would change what everybody gets (DESIGN, "Public contract").
 */

/** What to use instead of `send`, worded to follow "use ". */
export type SessionNeed = string;

const TRANSACTION = 'transaction()';
const SESSION = 'session()';
const CLOSE = 'close()';
const READ_FROM = 'the readFrom option';
const OWN_SOCKET = 'a socket of your own, with the codec';

const NEEDS: { readonly [command: string]: SessionNeed } = {
  MULTI: TRANSACTION,
  EXEC: TRANSACTION,
  DISCARD: TRANSACTION,
  WATCH: SESSION,
  UNWATCH: SESSION,
  SELECT: 'the database option',
  AUTH: 'the username and password options',
  HELLO: 'the protocol, username and password options',
  RESET: CLOSE,
  QUIT: CLOSE,
  MONITOR: SESSION,
  'CLIENT REPLY': 'the reply option',
  'CLIENT TRACKING': SESSION,
  'CLIENT CACHING': SESSION,
  // These, too, would silently hold for every caller of the connection, and be lost with it.
  'CLIENT CAPA': SESSION,
  'CLIENT IMPORT-SOURCE': SESSION,
  'CLIENT NO-TOUCH': SESSION,
  // Its debugger answers a command with any number of replies.
  'SCRIPT DEBUG': OWN_SOCKET,
  READONLY: READ_FROM,
  READWRITE: READ_FROM,
  ASKING: 'send() alone, which follows redirections',
  SUBSCRIBE: 'subscribe()',
  UNSUBSCRIBE: 'unsubscribe() of what subscribe() gave',
  PSUBSCRIBE: 'psubscribe()',
  PUNSUBSCRIBE: 'unsubscribe() of what psubscribe() gave',
  SSUBSCRIBE: 'ssubscribe()',
  SUNSUBSCRIBE: 'unsubscribe() of what ssubscribe() gave',
  // They count the acknowledgements of their own connection's writes.
  WAIT: SESSION,
  WAITAOF: SESSION,
  SYNC: OWN_SOCKET,
  PSYNC: OWN_SOCKET,
  REPLCONF: OWN_SOCKET,
};

/** Why a command, by its full upper-case name, can't go over a shared connection: what to use instead. */
export function sessionNeed(name: string): SessionNeed | undefined {
  return Object.hasOwn(NEEDS, name) ? NEEDS[name] : undefined;
}

/**
 * Whether a session runs a command with this need. The others it refuses too: who the connection belongs to, what it
 * speaks and to which node it leads is decided when it is made, and its replies must answer its commands one by one.
 */
export function runsInSession(need: SessionNeed): boolean {
  return need === SESSION || need === TRANSACTION;
}

/** What to use instead of `send` for this command; `undefined` when `send` will do. */
export function needsSession(info: CommandInfo | undefined): SessionNeed | undefined {
  return info?.session;
}
