import { ClusterError, ConnectionError, OverloadError, TimeoutError } from '../errors.ts';
import type { Admission } from './admission.ts';
import type { Command } from './command.ts';

/** Why a command ends at the door, or is given up, in words. None of them repeats an argument. */

/** Its budget is exhausted; the cause is the last refusal, where there was one. */
export function expired({ name, timeoutMs, lastRefusal: cause }: Command): TimeoutError {
  const after = cause === undefined ? '' : `; last refusal: ${cause.message}`;
  const message = `${name} not answered within ${timeoutMs} ms${after}`;
  return new TimeoutError('ERR_COMMAND_TIMEOUT', message, { timeoutMs, wasSent: false, cause });
}

export function aborted({ name, timeoutMs }: Command, signal: AbortSignal): TimeoutError {
  const options = { timeoutMs, wasSent: false, cause: signal.reason };
  return new TimeoutError('ERR_ABORTED', `${name} was aborted by its caller`, options);
}

export function clientClosed(what: 'is' | 'was'): ConnectionError {
  return new ConnectionError('ERR_CLOSED', `the client ${what} closed`);
}

/** @param method what to use instead */
export function sessionNeeded(name: string, method: string): ClusterError {
  const message = `${name} changes the state of its connection, which commands share: it needs ${method}`;
  return new ClusterError('ERR_NEEDS_SESSION', message);
}

/** @param whose has no room: `this client`, or `this node` */
export function queueFull({ commands, limits }: Admission, whose: string): OverloadError {
  const { maxCommands, maxBytes } = limits;
  const isCount = commands >= maxCommands;
  const what = isCount ? `${maxCommands} commands` : `${maxBytes} bytes`;
  const limit = isCount ? maxCommands : maxBytes;
  return new OverloadError('ERR_QUEUE_FULL', `${what} under way for ${whose}`, { limit, wasSent: false });
}
