import { ConnectionError, type RedisError } from '../errors.ts';
import { type Command, CommandState, fateAfterLoss, lossOf, NO_SLOT, refusalPause } from '../net/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { NodePool } from './node-pool.ts';
import type { ClusterSettings } from './options.ts';
import type { SlotMap } from './slot-map.ts';
import type { TrafficHost } from './traffic-host.ts';

/** Who collects the parts of a command, as far as those need to know each other. */
export interface Collector {
  /** Whether a part is for this node. */
  asks(address: string): boolean;
  /** Another node answers for what the first one had. */
  moveTo(index: number, address: string): void;
  /** A node has left, or another part is for what it had: what this one comes to counts for nothing. */
  leaveOut(index: number): void;
}

/** Why a command is on its way to a certain node, and who answers in its place when that one can't. */
export type Errand =
  /** That node, and no other. */
  | { readonly kind: 'node' }
  /** A part for one of all nodes: when it leaves, the others are all. */
  | { readonly kind: 'member'; readonly collector: Collector; readonly index: number }
  /** A part for what a primary has: whoever has this slot of its next. */
  | { readonly kind: 'shard'; readonly collector: Collector; readonly index: number; readonly slot: number };

/** What the traffic to nodes works with. */
export interface NodeTrafficParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly host: TrafficHost;
}

/**
 * Moves commands that are for a node and not for a slot: those without a key, those with a `route`, the parts of a
 * command that is for many nodes, and questions of the client's own. They are outside the order contract; at-most-once
 * and the budget hold.
 */
export class NodeTraffic {
  readonly #settings: ClusterSettings;
  readonly #parts: NodeTrafficParts;
  /** Of commands that are pinned to a node; a question of the client's own has none, and is told whatever happens. */
  readonly #errands = new WeakMap<Command, Errand>();

  constructor(settings: ClusterSettings, parts: NodeTrafficParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** Any primary will do, one that is connected first. */
  toAny(command: Command): void {
    const node = this.pick(this.#parts.map.primaries());
    if (node === undefined) this.again(command);
    else node.link.enqueue(command);
  }

  /** To a certain node, on an errand. */
  send(command: Command, node: ClusterNode, errand: Errand): void {
    this.#errands.set(command, errand);
    command.pinnedTo = node.address;
    node.link.enqueue(command);
  }

  /** To the node whose address it has: a question, or what goes there again. */
  toPinned(command: Command): void {
    const node = this.#parts.pool.get(command.pinnedTo!);
    if (node === undefined) this.#tellLeft(command);
    else node.link.enqueue(command);
  }

  /** One of the nodes by chance, of those that are connected where there are any. */
  pick(nodes: readonly ClusterNode[]): ClusterNode | undefined {
    const ready = nodes.filter((node) => node.link.isReady);
    const choice = ready.length > 0 ? ready : nodes;
    return choice[Math.floor(this.#settings.runtime.random() * choice.length)];
  }

  /**
   * Whether a refusal is told to whoever asked, instead of being acted on: who wants a certain node is told where it sends
   * others, and that it takes no writes.
   *
   * @param prefix of the refusal
   */
  isTold(command: Command, prefix: string): boolean {
    if (command.pinnedTo === undefined) return false;
    const errand = this.#errands.get(command);
    if (errand === undefined || prefix === 'MOVED' || prefix === 'ASK') return true;
    return prefix === 'READONLY' && errand.kind !== 'shard';
  }

  /** A connection was lost: what may go out again does, elsewhere where the node is no longer who it was. */
  lost(command: Command, error: RedisError | undefined): void {
    const isQuestion = command.pinnedTo !== undefined && !this.#errands.has(command);
    if (isQuestion || fateAfterLoss(command) === 'reject') {
      this.#parts.host.settle(command, lossOf(command, error));
      return;
    }
    command.lastRefusal = error;
    this.again(command);
  }

  /** After a back-off, to wherever it belongs by then. */
  again(command: Command, delayMs: number = refusalPause(command, this.#settings.runtime)): void {
    command.state = CommandState.Held;
    this.#settings.runtime.setTimer(() => {
      if (!command.isSettled) this.resume(command);
    }, delayMs);
  }

  /** To wherever it belongs now. */
  resume(command: Command): void {
    const errand = this.#errands.get(command);
    if (errand === undefined) {
      if (command.pinnedTo === undefined) this.toAny(command);
      else this.toPinned(command);
    } else if (errand.kind === 'shard') this.#toShard(command, errand);
    else if (this.#isMember(command.pinnedTo!)) this.toPinned(command);
    else if (errand.kind === 'node') this.#tellLeft(command);
    else this.#leaveOut(command, errand);
  }

  /** Whether the node is no longer the one that should answer it, so that nobody needs to wait for it. */
  isMisplaced(node: ClusterNode, command: Command): boolean {
    const errand = this.#errands.get(command);
    if (errand?.kind === 'shard') return !this.#parts.map.primaries().includes(node);
    return errand?.kind === 'member' && !this.#isMember(node.address);
  }

  #toShard(command: Command, errand: Errand & { kind: 'shard' }): void {
    const { collector, index, slot } = errand;
    const { map, host } = this.#parts;
    const node = map.primaries().find(({ address }) => address === command.pinnedTo) ?? map.primaryOf(slot);
    if (node === undefined) {
      host.wantTopology(true, 'unassigned');
      this.again(command);
    } else if (node.address === command.pinnedTo) {
      node.link.enqueue(command);
    } else if (collector.asks(node.address)) {
      this.#leaveOut(command, errand);
    } else {
      collector.moveTo(index, node.address);
      command.pinnedTo = node.address;
      node.link.enqueue(command);
    }
  }

  #leaveOut(command: Command, { collector, index }: { collector: Collector; index: number }): void {
    collector.leaveOut(index);
    this.#parts.host.settle(command, null);
  }

  #isMember(address: string): boolean {
    const node = this.#parts.pool.get(address);
    return node !== undefined && this.#parts.pool.isInTopology(node);
  }

  #tellLeft(command: Command): void {
    const address = command.pinnedTo;
    const message = `${address} has left the cluster`;
    this.#parts.host.settle(command, new ConnectionError('ERR_CLOSED', message, { address }));
  }
}

/** Whether a command is in the lane of its slot, and so in the order contract. */
export function isInLane(command: Command): boolean {
  return command.slot !== NO_SLOT && command.pinnedTo === undefined;
}
