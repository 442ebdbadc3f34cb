/** What a client tells of its cluster: events, and channels of `node:diagnostics_channel`. */
export { type ClusterEvents, Observer, REDIRECTS, type RedirectedCommand, TOPOLOGY } from './observer.ts';
export { Redirect } from './redirect.ts';
export { REFRESHES, RefreshTrace, traceRefresh } from './refresh-trace.ts';
export {
  type NodeName,
  type RefreshReason,
  type ReplicaChange,
  replicaChanges,
  type SlotMove,
  slotMoves,
  type TopologyCause,
  TopologyChange,
  type TopologyDifference,
} from './topology-change.ts';
