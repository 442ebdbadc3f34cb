import type { Attributes } from '../../net/index.ts';
import type { MovedRange, SlotRange } from '../slot-map.ts';

/** Why the topology is asked for. */
export type RefreshReason =
  /** The client was made. */
  | 'start'
  /** A MOVED was followed: there may be more of them. */
  | 'moved'
  /** A node refused in a way that doubts who it is: CLUSTERDOWN, LOADING, MASTERDOWN, READONLY, or as a replica. */
  | 'refused'
  /** A connection was lost, or could not be made. */
  | 'lost'
  /** A slot that is wanted has no primary. */
  | 'unassigned'
  /** A node owes answers and is silent, or commands wait for a new primary. */
  | 'silent'
  /** A redirection named a node that the topology does not know. */
  | 'unknownNode'
  /** Nothing happened: from time to time, for subscriptions and for reads from replicas. */
  | 'routine'
  /** A scan got no further. */
  | 'scan';

/** Who has said what changed the topology. */
export type TopologyCause =
  /** A MOVED, about one slot. */
  | { readonly kind: 'moved'; readonly by: string }
  /** A view of the whole (CLUSTER SLOTS), from the node at this address; asked for for these reasons. */
  | { readonly kind: 'view'; readonly by: string; readonly reasons: readonly RefreshReason[] };

/** Slots that went from one primary to another. */
export interface SlotMove {
  /** Addresses of primaries; undefined: the slots had, or have, nobody. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Consecutive slots, both ends included. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Whether the new primary was a replica of the old one; else the slots were migrated, or assigned. */
  readonly isFailover: boolean;
}

/** A node, as an event names it. */
export interface NodeName {
  readonly address: string;
  /** What the cluster calls it, where a view has said so. */
  readonly id: string | undefined;
}

/** Replicas that a primary has got or lost; who is a primary no more is in none of these. */
export interface ReplicaChange {
  readonly primary: string;
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** What is different from now on. */
export interface TopologyDifference {
  readonly cause: TopologyCause;
  readonly moved: readonly SlotMove[];
  /** Nodes that a view names now and the last one did not, and the other way round; replicas too. */
  readonly joined: readonly NodeName[];
  readonly left: readonly NodeName[];
  readonly replicas: readonly ReplicaChange[];
}

/** The believed topology has changed: slots changed hands, nodes came or went, replicas are others'. */
export class TopologyChange implements TopologyDifference {
  readonly cause: TopologyCause;
  readonly moved: readonly SlotMove[];
  readonly joined: readonly NodeName[];
  readonly left: readonly NodeName[];
  readonly replicas: readonly ReplicaChange[];

  constructor({ cause, moved, joined, left, replicas }: TopologyDifference) {
    this.cause = cause;
    this.moved = moved;
    this.joined = joined;
    this.left = left;
    this.replicas = replicas;
  }

  /** In numbers, by names after OpenTelemetry's manner. */
  get attributes(): Attributes {
    const ranges = this.moved.flatMap((move) => move.ranges);
    return {
      'db.system.name': 'redis',
      'slotwire.topology.cause': this.cause.kind,
      'slotwire.topology.by': this.cause.by,
      'slotwire.topology.slots_moved': ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0),
      'slotwire.topology.nodes_joined': this.joined.length,
      'slotwire.topology.nodes_left': this.left.length,
    };
  }
}

/** One entry for each pair of primaries, in the order of their first slots. */
export function slotMoves(ranges: readonly MovedRange<NodeName>[]): SlotMove[] {
  const moves = new Map<string, SlotMove & { readonly ranges: { start: number; end: number }[] }>();
  for (const { start, end, from, to, isFailover } of ranges) {
    const key = `${from?.address} ${to?.address} ${isFailover}`;
    let move = moves.get(key);
    if (move === undefined) {
      move = { from: from?.address, to: to?.address, ranges: [], isFailover };
      moves.set(key, move);
    }
    move.ranges.push({ start, end });
  }
  return [...moves.values()];
}

/** What two views say of the replicas of those that are primaries in the second one. */
export function replicaChanges(
  before: readonly SlotRange<NodeName>[],
  after: readonly SlotRange<NodeName>[],
): ReplicaChange[] {
  const earlier = replicasByPrimary(before);
  const changes: ReplicaChange[] = [];
  for (const [primary, replicas] of replicasByPrimary(after)) {
    const known = earlier.get(primary) ?? new Set();
    const joined = [...replicas].filter((address) => !known.has(address));
    const left = [...known].filter((address) => !replicas.has(address));
    if (joined.length > 0 || left.length > 0) changes.push({ primary, joined, left });
  }
  return changes;
}

function replicasByPrimary(ranges: readonly SlotRange<NodeName>[]): Map<string, Set<string>> {
  const byPrimary = new Map<string, Set<string>>();
  for (const { primary, replicas } of ranges) {
    if (primary === undefined) continue;
    const known = byPrimary.get(primary.address) ?? new Set();
    for (const { address } of replicas) known.add(address);
    byPrimary.set(primary.address, known);
  }
  return byPrimary;
}
