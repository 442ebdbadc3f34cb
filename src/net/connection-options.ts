import type { RedisError } from '../errors.ts';
import type { Push, Reply } from '../resp/index.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import type { CredentialStore, Credentials } from './credentials.ts';
import type { ConnectionKind, ServerActivity } from './diagnostics/index.ts';
import type { Endpoint } from './endpoint.ts';
import type { HandshakeOptions } from './handshake.ts';
import type { ClientSettings } from './options.ts';

/** What a connection tells its owner. It never calls a user's code. */
export interface ConnectionEvents {
  onReady(connection: Connection): void;
  /** The reply to a command that nobody has settled yet. */
  onReply(connection: Connection, command: Command, reply: Reply): void;
  onPush(push: Push): void;
  /**
   * The connection is over. `unanswered` is every live command it had, oldest first: those written, then those queued.
   * `error` says why; undefined when it was asked to drain.
   */
  onEnd(connection: Connection, unanswered: Command[], error: RedisError | undefined): void;
  /** It has served long enough: its owner takes another one from now on. Said again while nothing comes of it. */
  onExpired(connection: Connection): void;
  /** Whether somebody needs it although nothing is under way on it. */
  isHeld(): boolean;
}

/** Pairs what a server says with what it was asked, where the order of writing alone can't: pub/sub. */
export interface Listener {
  /** Whether it waits for what the server may say at any time. */
  readonly isListening: boolean;
  /**
   * @param head the oldest command that is owed an answer
   * @returns how many commands this was the last answer to, from the head on.
   * @throws {ConnectionError} it answers nobody and must not be: the connection is closed.
   */
  heard(reply: Reply, head: Command | undefined): number;
}

export interface ConnectionOptions {
  readonly endpoint: Endpoint;
  readonly settings: ClientSettings;
  readonly handshake: Omit<HandshakeOptions, 'address' | keyof Credentials>;
  readonly credentials: CredentialStore;
  /** Dial so much later: the back-off of a reconnection. */
  readonly delayMs: number;
  /** Present: all that comes after the handshake is for it, as bytes; no reply goes to {@link ConnectionEvents}. */
  readonly listener?: Listener | undefined;
  /** Default `shared`. */
  readonly kind?: ConnectionKind | undefined;
  /** Keeps count of what happens at the server; default one that nobody reads. */
  readonly activity?: ServerActivity | undefined;
  /** Without one there may be any number of connections. */
  readonly budget?: ConnectionBudget | undefined;
}
