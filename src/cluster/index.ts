/** The whole cluster: slots, topology, lanes, redirections, recovery. Touches no bytes. */
export type { CacheOptions, CacheStats } from './cache/index.ts';
export { Cluster, connectCluster } from './cluster.ts';
export { channels } from './diagnostics/channels.ts';
export type {
  ClusterEvents,
  NodeName,
  Redirect,
  RefreshReason,
  RefreshTrace,
  ReplicaChange,
  SlotMove,
  TopologyCause,
  TopologyChange,
} from './diagnostics/index.ts';
export type { AddressMap } from './endpoints.ts';
export { hashSlot, SLOT_COUNT } from './hash-slot.ts';
export type { ClusterOptions, Seed } from './options.ts';
export type { PlannedRoute } from './planned-route.ts';
export { RECOVERY } from './recovery.ts';
export { parseRedirection, type Redirection } from './redirection.ts';
export type { ClusterSendOptions, Role, Route, RoutingOptions } from './route.ts';
export { Scan } from './scan.ts';
export type { ClusterStats, ClusterTotals, NodeStats } from './stats.ts';
