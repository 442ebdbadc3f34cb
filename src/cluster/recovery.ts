import type { ErrorReply } from '../errors.ts';
import type { Command } from '../net/index.ts';
import { parseRedirection, type Redirection } from './redirection.ts';

/** What to do about an error reply. */
export type Recovery =
  /** The caller is told. */
  | { readonly kind: 'tell' }
  /** The command goes where the server says, and (MOVED) so does its slot. */
  | { readonly kind: 'redirect'; readonly redirection: Redirection }
  /** The same route again, after a back-off. */
  | { readonly kind: 'wait' }
  /** The same after a look at the topology: this node may not be who we think it is. */
  | { readonly kind: 'refresh' }
  /** The connection has lost its authentication: another one takes its place. */
  | { readonly kind: 'reconnect' };

type Action = 'tell' | 'redirect' | 'wait' | 'refresh' | 'reconnect';

/**
 * Error prefixes that prove that the command did not run (protocol 17), and what to do about each. All others are the
 * caller's: BUSY, OOM, MISCONF and NOREPLICAS prove it too, but waiting for them is a policy that is not ours.
 */
export const RECOVERY: { readonly [prefix: string]: Action } = Object.freeze({
  __proto__: null as never,
  MOVED: 'redirect',
  ASK: 'redirect',
  TRYAGAIN: 'wait',
  CLUSTERDOWN: 'refresh',
  LOADING: 'refresh',
  MASTERDOWN: 'refresh',
  READONLY: 'refresh',
  NOAUTH: 'reconnect',
  CROSSSLOT: 'tell',
});

/** The texts with which a server itself refuses, word for word (protocol 11 and 12). */
const EXACT_TEXTS: ReadonlySet<string> = new Set([
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN The cluster is down and only accepts read commands',
  'CLUSTERDOWN Hash slot not served',
]);

const TELL: Recovery = { kind: 'tell' };
const WAIT: Recovery = { kind: 'wait' };
const REFRESH: Recovery = { kind: 'refresh' };
const RECONNECT: Recovery = { kind: 'reconnect' };

/**
 * Decides what an error reply means for its command.
 *
 * A script, function, transaction or module command can return any text after it has run. For those only what the server
 * alone would say is believed: a redirection of the command's own slot, and its exact refusals.
 */
export function recoveryOf(reply: ErrorReply, command: Command): Recovery {
  const action = RECOVERY[reply.prefix];
  if (action === undefined || action === 'tell') return TELL;
  const runsUserCode = command.info === undefined || command.info.runsUserCode;
  if (action === 'redirect') {
    const redirection = parseRedirection(reply.prefix, reply.detail);
    if (redirection === undefined) return TELL;
    return runsUserCode && redirection.slot !== command.slot ? TELL : { kind: 'redirect', redirection };
  }
  if (runsUserCode && !EXACT_TEXTS.has(reply.message)) return TELL;
  if (action === 'wait') return WAIT;
  return action === 'refresh' ? REFRESH : RECONNECT;
}
