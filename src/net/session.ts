import type { Buffer } from 'node:buffer';
import type { RedisError } from '../errors.ts';
import type { Argument, Push, Reply } from '../resp/index.ts';
import type { Intake } from './intake.ts';
import type { SendOptions } from './options.ts';
import { type SessionContext, SessionLine } from './session-line.ts';

/**
 * A connection that one party has to itself, for what would change or stop a shared one: WATCH and MULTI by hand, blocking
 * commands, CLIENT TRACKING, MONITOR, WAIT and WAITAOF for the session's own writes.
 *
 * Its commands run in the order of their `send`. Until the first of them is answered, redirections and losses are
 * invisible, as everywhere; afterwards the session is over when its slot moves, its connection is lost, or a command that
 * was written is given up: what it held is gone. Then everything rejects with `ERR_CLOSED`, and the whole may be run again.
 */
export class Session {
  readonly #line: SessionLine;
  readonly #intake: Intake;

  constructor(line: SessionLine, intake: Intake) {
    this.#line = line;
    this.#intake = intake;
  }

  /** `host:port` of the server, once there is a connection: with the first reply at the latest. */
  get address(): string | undefined {
    return this.#line.address;
  }

  /**
   * Sends one command; arguments, replies, errors, budget and signal are those of the client's `send`. To wait for the
   * connection counts into the budget.
   *
   * @throws {ClusterError} ERR_CROSS_SLOT for keys in another slot than the session's, ERR_NEEDS_SESSION for what no session
   * can run: SELECT, AUTH, HELLO, RESET, QUIT, READONLY, ASKING, CLIENT REPLY and SUBSCRIBE.
   */
  send(args: readonly Argument[], options: SendOptions & { readonly reply: 'skip' }): Promise<null>;
  send(args: readonly Argument[], options: SendOptions & { readonly reply: 'raw' }): Promise<Buffer>;
  send<T extends Reply = Reply>(args: readonly Argument[], options?: SendOptions): Promise<T>;
  send(args: readonly Argument[], options?: SendOptions): Promise<Reply> {
    return this.#intake.send(args, options, this.#line);
  }

  /** Sends many commands at once; the promise always resolves, with a reply or an error for each, in order. */
  sendAll<T extends Reply = Reply>(
    commands: readonly (readonly Argument[])[],
    options?: SendOptions,
  ): Promise<(T | RedisError)[]> {
    return this.#intake.sendAll(commands, options, this.#line) as Promise<(T | RedisError)[]>;
  }

  /**
   * MULTI, the commands and EXEC as one, as the client's `transaction`; after a WATCH.
   *
   * @returns a reply for each command; null when a watched key has changed, and nothing ran.
   */
  transaction<T extends Reply = Reply[] | null>(
    commands: readonly (readonly Argument[])[],
    options?: SendOptions,
  ): Promise<T> {
    return this.#intake.transaction(commands, options, this.#line) as Promise<T>;
  }

  /**
   * What the server sends of its own accord, for one reader: invalidations of CLIENT TRACKING, and lines of MONITOR as
   * pushes of the kind `monitor`. Kept from the first call on, so call it before the command that starts them.
   *
   * @returns ends with the session; throws what ended it early, or ERR_QUEUE_FULL when the reader is far too slow.
   */
  pushes(): AsyncIterableIterator<Push, undefined> {
    return this.#line.pushes;
  }
}

/** Runs a function with a session, and gives the connection back afterwards. */
export async function runSession<T>(
  context: SessionContext,
  intake: Intake,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  const line = new SessionLine(context);
  try {
    return await run(new Session(line, intake));
  } finally {
    line.end();
  }
}
