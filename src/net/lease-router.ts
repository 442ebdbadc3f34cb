import { ErrorReply, type RedisError } from '../errors.ts';
import type { Reply } from '../resp/index.ts';
import { backoffMs, REFUSAL_BACKOFF } from './backoff.ts';
import type { Command } from './command.ts';
import type { LeasePool } from './lease-pool.ts';
import type { Runtime } from './runtime.ts';

/** Where commands on leased connections go: what a cluster has to decide about, and a single server does not. */
export interface LeaseRouter {
  /** The server to lease from now; undefined while nobody has the command's slot. */
  poolFor(command: Command): LeasePool | undefined;
  /**
   * What a refusal means.
   *
   * @returns after how many milliseconds the command may go out again, to {@link poolFor}, since nothing of it ran; or
   * what its caller is to be told, mostly the refusal itself.
   */
  recover(command: Command, refusal: ErrorReply, pool: LeasePool): number | RedisError;
  /** A leased connection was lost, or could not be made. */
  onLost(pool: LeasePool, error: RedisError): void;
}

/** A pause before the next attempt, longer from one to the next. */
export function refusalPause(command: Command, runtime: Runtime): number {
  return backoffMs(command.refusals++, REFUSAL_BACKOFF, runtime.random());
}

/** A command that had to wait for a lease has one now. */
export function forgetLimit(command: Command): void {
  const { lastRefusal } = command;
  if (lastRefusal?.code === 'ERR_CONNECTION_LIMIT') command.lastRefusal = undefined;
}

/**
 * The server gave up waiting because it is a primary no longer, or one again: nothing was taken. CLIENT UNBLOCK, which
 * is somebody's wish, has another text.
 */
export function wasUnblockedByFailover(reply: Reply): boolean {
  return reply instanceof ErrorReply && reply.message.startsWith('UNBLOCKED force unblock');
}

/** There is one server, and every refusal is the caller's but one. */
export function singleServerRouter(pool: LeasePool, runtime: Runtime): LeaseRouter {
  return {
    poolFor: () => pool,
    recover(command, refusal) {
      if (!wasUnblockedByFailover(refusal)) return refusal;
      command.mayHaveRun = false;
      command.lastRefusal = refusal;
      return refusalPause(command, runtime);
    },
    onLost: () => undefined,
  };
}
