import { ConnectionError, type RedisError } from '../errors.ts';
import type { Command } from './command.ts';

/** Each command's own error: `wasSent` differs from one to the other. */
export function lossOf(command: Command, cause: RedisError | undefined): ConnectionError {
  const { address } = (cause ?? {}) as { address?: string };
  const code = cause?.code === 'ERR_AUTH' ? 'ERR_AUTH' : 'ERR_CONNECTION_LOST';
  const doubt = command.mayHaveRun ? '; it may have run' : '';
  const message = `${command.name} not answered: ${cause?.message ?? 'the connection was closed'}${doubt}`;
  return new ConnectionError(code, message, { address, cause, wasSent: command.mayHaveRun });
}
