import type { CacheStats } from './cache/index.ts';
import { type ClusterNode, type NodeCounters, noCounts } from './cluster-node.ts';
import type { SlotMap } from './slot-map.ts';

/** What has happened on the way to one node, and how it stands now. */
export interface NodeStats extends Readonly<NodeCounters> {
  readonly address: string;
  readonly isReady: boolean;
  /** Slots it is believed to have. */
  readonly slots: number;
  /** Replies it owes. */
  readonly owed: number;
  /** Commands and argument bytes under way that were admitted for it. */
  readonly pendingCommands: number;
  readonly pendingBytes: number;
}

/** What has happened since the client was made. */
export interface ClusterStats {
  /** Commands under way. */
  readonly live: number;
  /** Times the topology was asked for after the start. */
  readonly refreshes: number;
  /** The sums over all nodes, those that left included. */
  readonly totals: Readonly<NodeCounters>;
  readonly nodes: readonly NodeStats[];
  /** Of the client-side cache, where there is one. */
  readonly cache: CacheStats | undefined;
}

/** What a client knows of itself besides its nodes. */
export interface ClientState {
  readonly map: SlotMap<ClusterNode>;
  readonly refreshes: number;
  readonly live: number;
  /** The counters of nodes that left. */
  readonly departed: NodeCounters;
  readonly cache: CacheStats | undefined;
}

export function statsOf(nodes: readonly ClusterNode[], state: ClientState): ClusterStats {
  const slots = state.map.countByPrimary();
  const totals = { ...state.departed };
  for (const node of nodes) addCounts(totals, node.counters);
  return {
    live: state.live,
    refreshes: state.refreshes,
    totals,
    cache: state.cache,
    nodes: nodes.map((node) => ({
      address: node.address,
      isReady: node.link.isReady,
      slots: slots.get(node) ?? 0,
      owed: node.link.owed,
      pendingCommands: node.admission.commands,
      pendingBytes: node.admission.bytes,
      ...node.counters,
    })),
  };
}

/** Adds the counts of one node to a sum. */
export function addCounts(sum: NodeCounters, counters: NodeCounters): void {
  for (const name of Object.keys(noCounts()) as (keyof NodeCounters)[]) sum[name] += counters[name];
}
