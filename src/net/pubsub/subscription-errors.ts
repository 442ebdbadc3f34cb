import { ConnectionError, OverloadError, TimeoutError } from '../../errors.ts';
import type { Reader } from './reader.ts';

/** The ways in which a subscription ends, or does not begin, other than by its server, in words. */

export function closed(): ConnectionError {
  return new ConnectionError('ERR_CLOSED', 'the client is closed');
}

export function aborted(signal: AbortSignal): TimeoutError {
  const options = { timeoutMs: 0, wasSent: false, cause: signal.reason };
  return new TimeoutError('ERR_ABORTED', 'the subscription was aborted by its caller', options);
}

/** The budget of the first confirmation is over. */
export function notConfirmed(reader: Reader, timeoutMs: number): TimeoutError | ConnectionError {
  const limit = limitMetBy(reader);
  const cause = limit ?? reader.lastRefusal;
  const after = cause === undefined ? '' : `; last refusal: ${cause.message}`;
  const message = `${reader.awaiting.size} of the channels not confirmed within ${timeoutMs} ms${after}`;
  if (limit !== undefined) {
    return new ConnectionError('ERR_CONNECTION_LIMIT', message, { address: limit.address, cause });
  }
  return new TimeoutError('ERR_COMMAND_TIMEOUT', message, { timeoutMs, wasSent: false, cause });
}

/** More waits than may, and the consumer wanted the end rather than a gap. */
export function tooSlow({ inbox }: Reader): OverloadError {
  const message = `the subscription ended: ${inbox.length} messages wait for a consumer that is too slow`;
  return new OverloadError('ERR_QUEUE_FULL', message, { limit: inbox.exceededLimit ?? 0, wasSent: false });
}

/** Why there is no connection to who should bring one of its topics. */
function limitMetBy({ awaiting }: Reader): ConnectionError | undefined {
  for (const { subscriber } of awaiting) if (subscriber?.limit !== undefined) return subscriber.limit;
  return undefined;
}
