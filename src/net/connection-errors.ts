import { ConnectionError, ErrorReply, TimeoutError } from '../errors.ts';
import type { Reply } from '../resp/index.ts';
import { ConnectionState } from './connection-state.ts';

/** The ways in which a connection ends, in words. Each names the server. */

/** The network ended it: lost if it was in use, else never made. */
export function connectionLost(address: string, state: ConnectionState, cause: Error | undefined): ConnectionError {
  const isEstablished = state === ConnectionState.Ready || state === ConnectionState.Draining;
  const why = cause === undefined ? 'the server closed the connection' : cause.message;
  return isEstablished
    ? new ConnectionError('ERR_CONNECTION_LOST', `connection to ${address} lost: ${why}`, { address, cause })
    : new ConnectionError('ERR_CONNECT', `could not connect to ${address}: ${why}`, { address, cause });
}

export function connectTimedOut(address: string, state: ConnectionState, timeoutMs: number): TimeoutError {
  const stage = state === ConnectionState.Connecting ? 'not reached' : 'did not answer the handshake';
  const message = `${address} ${stage} within ${timeoutMs} ms`;
  return new TimeoutError('ERR_CONNECT_TIMEOUT', message, { timeoutMs, wasSent: false });
}

/** It owes an answer and says nothing. */
export function connectionSilent(address: string, silentMs: number): ConnectionError {
  const message = `connection to ${address} closed: no byte for ${silentMs} ms while an answer is owed`;
  return new ConnectionError('ERR_CONNECTION_LOST', message, { address });
}

/** A server that has something to say before it closes says it as an error that nobody asked for (protocol 40). */
export function unpairedReply(address: string, reply: Reply): ConnectionError {
  const cause = reply instanceof ErrorReply ? reply : undefined;
  const what = cause?.message ?? 'a reply that answers no command';
  return new ConnectionError('ERR_CONNECTION_LOST', `connection to ${address} closed: ${what}`, { address, cause });
}

/** The user's own source of credentials failed. */
export function noCredentials(address: string, cause: unknown): ConnectionError {
  return new ConnectionError('ERR_AUTH', `${address}: the credentials could not be had`, { address, cause });
}
