import { SLOT_COUNT } from './hash-slot.ts';

/** Where a server sends a command instead (protocol 6 and 7). */
export interface Redirection {
  readonly kind: 'moved' | 'ask';
  readonly slot: number;
  /** Empty: the host of the connection that answered. `?`: unknown, never to be dialled. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads the detail of a MOVED or ASK error: `3999 10.0.0.2:6381`.
 *
 * The endpoint is split at its last colon, since servers send IPv6 addresses without brackets (protocol 9).
 *
 * @param prefix `MOVED` or `ASK`
 * @returns undefined when the text is not a redirection: a slot outside the cluster, a port that is none. A hostile server
 * gains nothing by it.
 */
export function parseRedirection(prefix: string, detail: string): Redirection | undefined {
  const match = /^(\d{1,5}) (\S*):(\d{1,5})$/.exec(detail);
  if (match === null || (prefix !== 'MOVED' && prefix !== 'ASK')) return undefined;
  const slot = Number(match[1]);
  const port = Number(match[3]);
  if (slot >= SLOT_COUNT || port < 1 || port > 65535) return undefined;
  const host = match[2]!.replace(/^\[(.*)\]$/, '$1');
  return { kind: prefix === 'MOVED' ? 'moved' : 'ask', slot, host, port };
}
