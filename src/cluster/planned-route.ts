import type { ClusterError } from '../errors.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { NodePool } from './node-pool.ts';
import type { SlotMap } from './slot-map.ts';
import type { Target } from './target.ts';

/** Where a command would go now; made by `Cluster.route`, without sending anything. */
export interface PlannedRoute {
  /** How that was decided. */
  readonly kind: Target['kind'];
  /** The slot of its keys, where it has one; of an `unknown` command a guess, until a server was asked. */
  readonly slot: number | undefined;
  /** `host:port` of the one node it would go to; undefined where there are several, or any will do. */
  readonly address: string | undefined;
  /** Why no node can run it. */
  readonly error: ClusterError | undefined;
}

/** Says of a target which node it comes to, as far as that is certain. */
export function plannedRoute(target: Target, map: SlotMap<ClusterNode>, pool: NodePool): PlannedRoute {
  const { kind } = target;
  const slot = 'slot' in target && target.slot >= 0 ? target.slot : undefined;
  const error = kind === 'refused' ? target.error : undefined;
  const node = kind === 'node' ? pool.find(target.node) : undefined;
  const isAtPrimary = slot !== undefined && kind !== 'replica';
  const address = isAtPrimary ? map.primaryOf(slot)?.address : node?.address;
  return { kind, slot, address, error };
}
