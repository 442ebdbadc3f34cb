import { argumentOutOfRange, invalidArgument } from '../errors.ts';
import type { SendOptions } from '../net/index.ts';
import { type Argument, checkArguments } from '../resp/index.ts';
import { SLOT_COUNT } from './hash-slot.ts';

/** Which node of a shard: its primary (the default), or one of its replicas, the primary where it has none. */
export type Role = 'primary' | 'replica';

/**
 * Where one command goes, instead of where its name and keys say:
 *
 * - `{ key }`, `{ slot }`: as if that were its key, or the slot of its keys; redirections are followed. With
 *   `role: 'replica'` a replica of the slot: reads as with `readFrom: 'preferReplica'`, others as with `{ node }`.
 * - `{ node }`: the node at this `host:port`, or with this id; MOVED, ASK and READONLY are told, not followed.
 * - `'randomPrimary'`, `'randomNode'`: any one of them.
 * - `'allPrimaries'`, `'allNodes'`: each of them. The replies become one by the response policy of the command where it
 *   has one for several nodes, else a map from address to reply.
 *
 * A routed command is outside the order contract; at-most-once and the budget hold.
 */
export type Route =
  | 'randomPrimary'
  | 'randomNode'
  | 'allPrimaries'
  | 'allNodes'
  | { readonly key: Argument; readonly role?: Role | undefined }
  | { readonly slot: number; readonly role?: Role | undefined }
  | { readonly node: string };

/** What a caller can say about where a command goes. */
export interface RoutingOptions {
  readonly route?: Route | undefined;
  /**
   * Whether a command whose keys are in several slots may be split into one per slot, where its result can be put
   * together again (MGET, MSET, DEL, UNLINK, EXISTS, TOUCH, JSON.MGET, JSON.MSET). A split command is not atomic. Default
   * true; `false` sends it whole to the node of its first key, for the server to refuse (CROSSSLOT).
   */
  readonly split?: boolean | undefined;
}

/** Options of one command in a cluster. */
export interface ClusterSendOptions extends SendOptions, RoutingOptions {}

const WORDS: ReadonlySet<unknown> = new Set(['randomPrimary', 'randomNode', 'allPrimaries', 'allNodes']);
const SHAPES = "'randomPrimary', 'randomNode', 'allPrimaries', 'allNodes', { key }, { slot } or { node }";

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function checkRoutingOptions({ route, split }: RoutingOptions): void {
  if (split !== undefined && typeof split !== 'boolean') throw invalidArgument('split must be true or false');
  if (route === undefined || WORDS.has(route)) return;
  if (typeof route !== 'object' || route === null) throw invalidArgument(`route must be one of ${SHAPES}`);
  const { key, slot, node, role } = route as { key?: Argument; slot?: number; node?: string; role?: Role };
  if ([key, slot, node].filter((one) => one !== undefined).length !== 1) {
    throw invalidArgument(`route must be one of ${SHAPES}`);
  }
  if (key !== undefined) checkArguments([key]);
  if (slot !== undefined && !(Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT)) {
    throw argumentOutOfRange(`route.slot must be an integer from 0 to ${SLOT_COUNT - 1}, not ${slot}`);
  }
  if (node !== undefined && typeof node !== 'string')
    throw invalidArgument('route.node must be host:port or a node id');
  if (role !== undefined && role !== 'primary' && role !== 'replica') {
    throw invalidArgument("route.role must be 'primary' or 'replica'");
  }
}

/** Whether the caller says anything about where the command goes: then its keys alone do not. */
export function isRouted(options: SendOptions): boolean {
  const { route, split } = options as ClusterSendOptions;
  return route !== undefined || split !== undefined;
}
