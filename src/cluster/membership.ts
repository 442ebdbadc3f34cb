import type { ClusterNode } from './cluster-node.ts';
import { type NodeName, type Observer, replicaChanges, slotMoves, type TopologyCause } from './diagnostics/index.ts';
import type { ResolvedEndpoint } from './endpoints.ts';
import type { NodePool } from './node-pool.ts';
import type { MapChange, SlotMap, SlotRange } from './slot-map.ts';
import { DepartedNodes } from './stats.ts';
import type { TopologyView } from './topology.ts';
import type { ViewSource } from './topology-keeper.ts';

/** Slots changed hands, or nodes are named no more: what waits for them goes elsewhere. */
export type OnChange = (moved: readonly number[], gone: readonly ClusterNode[]) => void;

/** What membership works with. */
export interface MembershipParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly observer: Observer;
}

interface LastView {
  readonly ranges: readonly SlotRange<ClusterNode>[];
  readonly source: ViewSource;
}

/**
 * What a view of the topology means for the nodes of this client: which are in, which leave, and who has which slot.
 *
 * A node that no view names any more stays until it has answered what it owes.
 */
export class Membership {
  /** What happened at nodes that are gone. */
  readonly departed: DepartedNodes = new DepartedNodes();
  readonly #pool: NodePool;
  readonly #map: SlotMap<ClusterNode>;
  readonly #onChange: OnChange;
  readonly #observer: Observer;
  /** Nodes that no view names any more, while they owe answers. */
  readonly #leaving = new Set<ClusterNode>();
  /** What the last view said of slots where one node's word is not enough. */
  #doubtful: ReadonlyMap<number, ClusterNode | undefined> = new Map();
  #lastView: LastView | undefined;

  constructor({ pool, map, observer }: MembershipParts, onChange: OnChange) {
    this.#pool = pool;
    this.#map = map;
    this.#observer = observer;
    this.#onChange = onChange;
  }

  /** All nodes, those that leave too. */
  nodes(): ClusterNode[] {
    return [...this.#pool.all(), ...this.#leaving];
  }

  /**
   * A view of the whole cluster has come: slots change hands, nodes come and go.
   *
   * @returns whether all of it is believed; else a second node must say the same, or {@link believe} be called.
   */
  apply(view: TopologyView, source: ViewSource): boolean {
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
    const change = this.#map.replace(ranges, source.askedAt, this.#doubtful);
    this.#doubtful = change.doubtful;
    const before = this.#lastView?.ranges ?? [];
    this.#lastView = { ranges, source };
    this.#settle(addresses, change, before);
    return change.doubtful.size === 0;
  }

  /** A MOVED has named another primary for one slot. */
  move(slot: number, primary: ClusterNode): void {
    if (this.#map.move(slot, primary)) this.#onChange([slot], []);
  }

  /** Nobody contradicts the last view. */
  believe(): void {
    if (this.#lastView === undefined) return;
    const { ranges, source } = this.#lastView;
    const change = this.#map.replace(ranges, source.askedAt, this.#doubtful);
    this.#settle(new Set(this.#pool.all().map(({ address }) => address)), change, ranges);
  }

  /** A word is confirmed within one refresh, where each node is asked once: no node can confirm itself. */
  forgetDoubts(): void {
    this.#doubtful = new Map();
  }

  /** A connection to the node has ended: one that was leaving may be done. */
  forgetIfDone(node: ClusterNode): void {
    if (node.link.owed === 0 && this.#leaving.delete(node)) this.departed.add(node);
  }

  #settle(addresses: Set<string>, change: MapChange<ClusterNode>, before: readonly SlotRange<ClusterNode>[]): void {
    const { moved } = change;
    // A MOVED that is newer than the view, or a view that is not believed yet, may leave slots with nodes it doesn't name.
    for (const primary of this.#map.primaries()) addresses.add(primary.address);
    if (this.#observer.wantsTopology) this.#tell(addresses, change, before);
    const gone = this.#pool.keep(addresses);
    if (moved.length > 0 || gone.length > 0) this.#onChange(moved, gone);
    for (const node of gone) {
      this.#leaving.add(node);
      node.link.retire();
      node.leases.retire();
      this.forgetIfDone(node);
    }
  }

  /** What is different, before the pool keeps the new nodes alone. */
  #tell(addresses: Set<string>, change: MapChange<ClusterNode>, before: readonly SlotRange<ClusterNode>[]): void {
    const { ranges, source } = this.#lastView!;
    const cause: TopologyCause = { kind: 'view', by: source.node.address, reasons: source.reasons };
    const nodes = this.#pool.all();
    const joined = nodes.filter((node) => addresses.has(node.address) && !this.#pool.isInTopology(node));
    const left = nodes.filter((node) => !addresses.has(node.address) && this.#pool.isInTopology(node));
    this.#observer.topologyChanged({
      cause,
      moved: slotMoves(change.ranges),
      joined: joined.map(nameOf),
      left: left.map(nameOf),
      replicas: replicaChanges(before, ranges),
    });
  }
}

function nameOf({ address, id }: ClusterNode): NodeName {
  return { address, id };
}
