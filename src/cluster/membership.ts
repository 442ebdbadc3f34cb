import { type ClusterNode, type NodeCounters, noCounts } from './cluster-node.ts';
import type { ResolvedEndpoint } from './endpoints.ts';
import type { NodePool } from './node-pool.ts';
import type { SlotMap, SlotRange } from './slot-map.ts';
import { addCounts } from './stats.ts';
import type { TopologyView } from './topology.ts';

/** Slots changed hands, or nodes are named no more: what waits for them goes elsewhere. */
export type OnChange = (moved: readonly number[], gone: readonly ClusterNode[]) => void;

/**
 * What a view of the topology means for the nodes of this client: which are in, which leave, and who has which slot.
 *
 * A node that no view names any more stays until it has answered what it owes.
 */
export class Membership {
  /** What happened at nodes that are gone. */
  readonly departed: NodeCounters = noCounts();
  readonly #pool: NodePool;
  readonly #map: SlotMap<ClusterNode>;
  readonly #onChange: OnChange;
  /** Nodes that no view names any more, while they owe answers. */
  readonly #leaving = new Set<ClusterNode>();
  /** What the last view said of slots where one node's word is not enough. */
  #doubtful: ReadonlyMap<number, ClusterNode | undefined> = new Map();
  #lastView: { ranges: readonly SlotRange<ClusterNode>[]; askedAt: number } = { ranges: [], askedAt: 0 };

  constructor(pool: NodePool, map: SlotMap<ClusterNode>, onChange: OnChange) {
    this.#pool = pool;
    this.#map = map;
    this.#onChange = onChange;
  }

  /** All nodes, those that leave too. */
  nodes(): ClusterNode[] {
    return [...this.#pool.all(), ...this.#leaving];
  }

  /**
   * A view of the whole cluster has come: slots change hands, nodes come and go.
   *
   * @param askedAt the map's time when it was asked for
   * @returns whether all of it is believed; else a second node must say the same, or {@link believe} be called.
   */
  apply(view: TopologyView, askedAt: number): boolean {
    const addresses = new Set<string>();
    const nodeAt = (resolved: ResolvedEndpoint): ClusterNode => {
      const node = this.#pool.at(resolved);
      addresses.add(node.address);
      return node;
    };
    const ranges: SlotRange<ClusterNode>[] = view.ranges.map(({ start, end, epoch, primary, replicas }) => ({
      start,
      end,
      epoch,
      primary: primary && nodeAt(primary),
      replicas: replicas.map(nodeAt),
    }));
    this.#map.isCluster = view.isCluster;
    const { moved, doubtful } = this.#map.replace(ranges, askedAt, this.#doubtful);
    this.#doubtful = doubtful;
    this.#lastView = { ranges, askedAt };
    this.#settle(addresses, moved);
    return doubtful.size === 0;
  }

  /** A MOVED has named another primary for one slot. */
  move(slot: number, primary: ClusterNode): void {
    if (this.#map.move(slot, primary)) this.#onChange([slot], []);
  }

  /** Nobody contradicts the last view. */
  believe(): void {
    const { ranges, askedAt } = this.#lastView;
    const { moved } = this.#map.replace(ranges, askedAt, this.#doubtful);
    this.#settle(new Set(this.#pool.all().map(({ address }) => address)), moved);
  }

  /** A word is confirmed within one refresh, where each node is asked once: no node can confirm itself. */
  forgetDoubts(): void {
    this.#doubtful = new Map();
  }

  /** A connection to the node has ended: one that was leaving may be done. */
  forgetIfDone(node: ClusterNode): void {
    if (node.link.owed === 0 && this.#leaving.delete(node)) addCounts(this.departed, node.counters);
  }

  #settle(addresses: Set<string>, moved: readonly number[]): void {
    // A MOVED that is newer than the view, or a view that is not believed yet, may leave slots with nodes it doesn't name.
    for (const primary of this.#map.primaries()) addresses.add(primary.address);
    const gone = this.#pool.keep(addresses);
    if (moved.length > 0 || gone.length > 0) this.#onChange(moved, gone);
    for (const node of gone) {
      this.#leaving.add(node);
      node.link.retire();
      node.leases.retire();
      this.forgetIfDone(node);
    }
  }
}
