import {
  type CallerParts,
  type CallerStats,
  callerStats,
  noCounts,
  type ServerCounters,
  type ServerStats,
  serverStats,
  Tally,
} from '../net/index.ts';
import type { CacheStats } from './cache/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { SlotMap } from './slot-map.ts';

/** What has happened at one node, and how it stands now. */
export interface NodeStats extends ServerStats {
  /** What the cluster calls it, where a view has named it. */
  readonly id: string | undefined;
  /** Its availability zone, where it was asked for and is known. */
  readonly zone: string | undefined;
  /** Slots it is believed to have. */
  readonly slots: number;
  /** Commands and argument bytes under way that were admitted for it; those that it does not owe are not written yet. */
  readonly pendingCommands: number;
  readonly pendingBytes: number;
}

/** Sums over all nodes, those that left included. */
export interface ClusterTotals extends Readonly<ServerCounters> {
  readonly errorReplies: Readonly<Record<string, number>>;
}

/** What has happened since the client was made, and how it stands now. */
export interface ClusterStats extends CallerStats {
  /** Times the topology was asked for after the start, and how many of these nobody answered. */
  readonly refreshes: number;
  readonly failedRefreshes: number;
  /** Slots whose commands are held back, or were lately: they are moving, refused, or without a primary. */
  readonly openLanes: number;
  readonly totals: ClusterTotals;
  readonly nodes: readonly NodeStats[];
  /** Of the client-side cache, where there is one. */
  readonly cache: CacheStats | undefined;
}

/** What a client knows of itself besides its nodes. */
export interface ClientState extends CallerParts {
  readonly map: SlotMap<ClusterNode>;
  readonly keeper: { readonly refreshes: number; readonly failedRefreshes: number };
  readonly lanes: { openNow(): ReadonlySet<unknown> };
  readonly departed: DepartedNodes;
  readonly cache: { readonly stats: CacheStats } | undefined;
}

export function statsOf(nodes: readonly ClusterNode[], state: ClientState): ClusterStats {
  const slots = state.map.countByPrimary();
  return {
    ...callerStats(state),
    refreshes: state.keeper.refreshes,
    failedRefreshes: state.keeper.failedRefreshes,
    openLanes: state.lanes.openNow().size,
    totals: state.departed.with(nodes),
    cache: state.cache?.stats,
    nodes: nodes.map((node) => ({
      id: node.id,
      zone: node.link.zone,
      slots: slots.get(node) ?? 0,
      pendingCommands: node.admission.commands,
      pendingBytes: node.admission.bytes,
      ...serverStats(node),
    })),
  };
}

/** What happened at nodes that are gone: their counts are all that is kept of them. */
export class DepartedNodes {
  readonly #counters = noCounts();
  readonly #errorReplies = new Tally();

  add(node: ClusterNode): void {
    addCounts(this.#counters, node.counters);
    this.#errorReplies.addAll(node.activity.errorReplies.counts());
  }

  /** The sums over these and those that are still there. */
  with(nodes: readonly ClusterNode[]): ClusterTotals {
    const counters = { ...this.#counters };
    const errorReplies = new Tally();
    errorReplies.addAll(this.#errorReplies.counts());
    for (const node of nodes) {
      addCounts(counters, node.counters);
      errorReplies.addAll(node.activity.errorReplies.counts());
    }
    return { ...counters, errorReplies: errorReplies.counts() };
  }
}

function addCounts(sum: ServerCounters, counters: ServerCounters): void {
  for (const name of Object.keys(sum) as (keyof ServerCounters)[]) sum[name] += counters[name];
}
