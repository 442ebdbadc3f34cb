import type { ErrorReply, RedisError } from '../../errors.ts';
import { CONNECTS, ConnectionChange, type ConnectionFacts, ConnectTrace, DISCONNECTS } from './connection-trace.ts';
import { failureOf } from './failure.ts';
import { OTHERS, Tally } from './tally.ts';

/** What has happened at one server, over connections of whatever kind, since the client was made. */
export interface ServerCounters {
  /** Commands written, again after a refusal or a loss, and the client's own about topology and keys. */
  commands: number;
  /** MOVED and ASK it answered and that were followed. */
  redirects: number;
  /** Other refusals after which commands were sent again. */
  refusals: number;
  /** Connections on which the server has welcomed us. */
  connections: number;
  /** Connections that were lost while they were in use, or could not be made. */
  losses: number;
  /** Bytes of RESP, handshakes included; under TLS as they are inside. */
  bytesSent: number;
  bytesReceived: number;
}

/** Who hears of connections. */
export type ConnectionListener = (change: ConnectionChange) => void;

export function noCounts(): ServerCounters {
  return { commands: 0, redirects: 0, refusals: 0, connections: 0, losses: 0, bytesSent: 0, bytesReceived: 0 };
}

/** Attempts of which somebody has heard, until they succeed or fail. */
const ATTEMPTS = new WeakMap<ConnectionFacts, ConnectTrace>();

/**
 * Keeps count of what happens at one server, over whatever kind of connection, and tells those who want to hear of it:
 * at the end of the turn, for they are a user's code.
 */
export class ServerActivity {
  readonly counters: ServerCounters = noCounts();
  /** The error replies of the server by their prefix: redirections, refusals that were retried, and those that were told. */
  readonly errorReplies: Tally = new Tally();
  readonly #onConnection: ConnectionListener | undefined;
  #failuresInARow = 0;

  /** @param onConnection is told of every beginning and end, on the stack of what caused it */
  constructor(onConnection?: ConnectionListener) {
    this.#onConnection = onConnection;
  }

  /** A connection is dialled, in the context that subscribers have bound to that. */
  dialling(facts: ConnectionFacts, dial: () => void): void {
    if (!CONNECTS.hasSubscribers) {
      dial();
      return;
    }
    const trace = new ConnectTrace(facts, this.#failuresInARow + 1);
    ATTEMPTS.set(facts, trace);
    CONNECTS.start.runStores(trace, dial);
    CONNECTS.end.publish(trace);
  }

  /** The server has welcomed us. */
  welcomed(facts: ConnectionFacts): void {
    this.counters.connections++;
    this.#failuresInARow = 0;
    this.#tellAttempt(facts);
    this.#onConnection?.(new ConnectionChange(facts, 'open', {}));
  }

  /** A connection is over, or was not made; `error` says why, unless that was our own wish. */
  ended(facts: ConnectionFacts, error: RedisError | undefined, unanswered: number): void {
    const failure = error === undefined || error.code === 'ERR_CLOSED' ? undefined : failureOf(error);
    const wasOpen = facts.agreed !== undefined;
    if (failure !== undefined) this.counters.losses++;
    if (failure !== undefined && !wasOpen) this.#failuresInARow++;
    this.#tellAttempt(facts, error);
    if (!wasOpen && failure === undefined) return;
    const state = failure === undefined ? 'closed' : wasOpen ? 'lost' : 'failed';
    const change = new ConnectionChange(facts, state, { error: failure, unanswered });
    if (wasOpen && DISCONNECTS.hasSubscribers) queueMicrotask(() => DISCONNECTS.publish(change));
    this.#onConnection?.(change);
  }

  /** The server refused a command. */
  refused(reply: ErrorReply): void {
    this.errorReplies.add(reply.prefix || OTHERS);
  }

  #tellAttempt(facts: ConnectionFacts, error?: RedisError): void {
    const trace = ATTEMPTS.get(facts);
    if (trace === undefined) return;
    ATTEMPTS.delete(facts);
    if (error !== undefined) trace.error = failureOf(error);
    queueMicrotask(() => {
      if (error !== undefined) CONNECTS.error.publish(trace);
      CONNECTS.asyncStart.publish(trace);
      CONNECTS.asyncEnd.publish(trace);
    });
  }
}
