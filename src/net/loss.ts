import { ConnectionError, type RedisError } from '../errors.ts';
import { type Command, CommandState } from './command.ts';

/** Each command's own error: `wasSent` differs from one to the other. */
export function lossOf(command: Command, cause: RedisError | undefined): ConnectionError {
  const { address } = (cause ?? {}) as { address?: string };
  const code = cause?.code === 'ERR_AUTH' ? 'ERR_AUTH' : 'ERR_CONNECTION_LOST';
  const doubt = command.mayHaveRun ? '; it may have run' : '';
  const message = `${command.name} not answered: ${cause?.message ?? 'the connection was closed'}${doubt}`;
  return new ConnectionError(code, message, { address, cause, wasSent: command.mayHaveRun });
}

/**
 * The error of a command whose budget has ended while it was queued at a connection that could not be made, because as
 * many as may be are in use; undefined for every other.
 */
export function limitMetBy({ name, state, timeoutMs, lastRefusal: cause }: Command): ConnectionError | undefined {
  if (state !== CommandState.Queued || cause?.code !== 'ERR_CONNECTION_LIMIT') return undefined;
  const { address } = cause as ConnectionError;
  const message = `${name} not sent within ${timeoutMs} ms: ${cause.message}`;
  return new ConnectionError('ERR_CONNECTION_LIMIT', message, { address, cause });
}
