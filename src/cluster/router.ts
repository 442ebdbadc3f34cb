import { type CommandInfo, isBlockingCall } from '../commands/index.ts';
import { ClusterError, type RedisError } from '../errors.ts';
import { type Command, NO_SLOT } from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { CommandLookup, type LookupHost } from './command-lookup.ts';
import { slotOfKey } from './hash-slot.ts';
import { ManyNodes } from './many-nodes.ts';
import type { NodePool } from './node-pool.ts';
import type { NodeTraffic } from './node-traffic.ts';
import type { ClusterSettings } from './options.ts';
import { type PlannedRoute, plannedRoute } from './planned-route.ts';
import type { ClusterSendOptions, RoutingOptions } from './route.ts';
import type { SlotMap } from './slot-map.ts';
import { type Target, targetOf, targetOnSingleServer } from './target.ts';
import type { TrafficHost } from './traffic-host.ts';

/** What the router works with. */
export interface RouterParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly host: TrafficHost;
  readonly nodes: NodeTraffic;
  /** Sends a command that has a slot to its node. */
  readonly toSlot: (command: Command) => void;
  /** Begins anew with a command of which more is known now. */
  readonly again: (command: Command) => void;
}

/** Targets that are nodes, one or many. */
type NodeTarget = Exclude<Target, { kind: 'slot' | 'lease' | 'unknown' | 'keysUnknown' | 'refused' }>;

/**
 * Sends commands where {@link targetOf} says, for all that do not simply go to the slot of their keys: without a key, for
 * many nodes, with keys in several slots, routed by their caller, or unknown until a server was asked.
 */
export class Router implements LookupHost {
  readonly runtime: ClusterSettings['runtime'];
  readonly #parts: RouterParts;
  readonly #many: ManyNodes;
  readonly #lookup: CommandLookup;

  constructor(settings: ClusterSettings, parts: RouterParts) {
    this.runtime = settings.runtime;
    this.#parts = parts;
    this.#many = new ManyNodes(settings, parts);
    this.#lookup = new CommandLookup(this);
  }

  /** Where a command would go now. */
  plan(info: CommandInfo | undefined, args: readonly Argument[], options: RoutingOptions): PlannedRoute {
    const known = info ?? this.#lookup.find(args);
    return plannedRoute(this.#targetOf(known, args, options), this.#parts.map, this.#parts.pool);
  }

  /** Completes the record, or says why no node can run it. */
  prepare(command: Command): RedisError | undefined {
    if (command.pinnedTo !== undefined) return undefined;
    command.info = this.#infoOf(command);
    const target = this.#targetOfCommand(command);
    if (target.kind === 'refused') return target.error;
    if (target.kind === 'slot') command.slot = target.slot;
    else if (target.kind !== 'lease' && isBlocking(command)) return mayBlockNode(command);
    return undefined;
  }

  /** An admitted command is on its way. */
  dispatch(command: Command): void {
    const target = this.#targetOfCommand(command);
    switch (target.kind) {
      case 'slot':
      case 'lease':
        this.#toSlot(command, target.slot);
        break;
      case 'unknown':
        this.#lookup.ask(command);
        break;
      case 'keysUnknown':
        void this.#lookup.askKeys(command);
        break;
      case 'refused':
        this.#parts.host.settle(command, target.error);
        break;
      default:
        this.#toNodes(command, target);
    }
  }

  ask(args: readonly string[], timeoutMs: number): Promise<Reply> {
    const { host } = this.#parts;
    const node = this.#anyNode();
    return node === undefined ? Promise.reject(noNode()) : host.ask(node.address, args, timeoutMs);
  }

  askAbout(command: Command, args: readonly Argument[]): Promise<Reply> {
    const { host } = this.#parts;
    const node = this.#anyNode();
    return node === undefined ? Promise.reject(noNode()) : host.askAbout(command, node.address, args);
  }

  learned(command: Command): void {
    command.info = this.#infoOf(command);
    this.#parts.again(command);
  }

  foundKeys(command: Command, keys: readonly Argument[]): void {
    const [slot = NO_SLOT, other] = new Set(keys.map(slotOfKey));
    if (other === undefined || !this.#parts.map.isCluster) {
      this.#toSlot(command, slot);
      return;
    }
    const message = `the keys of ${command.name} must be in one hash slot: they are in ${slot} and ${other}`;
    this.#parts.host.settle(command, new ClusterError('ERR_CROSS_SLOT', message, { slot }));
  }

  /** What our tables say, or a server has taught us: a container that we know may have got a new subcommand. */
  #infoOf({ info, args }: Command): CommandInfo | undefined {
    if (info !== undefined && info.subcommands === undefined) return info;
    return this.#lookup.find(args) ?? info;
  }

  #targetOfCommand(command: Command): Target {
    const target = this.#targetOf(command.info, command.args, (command.options ?? {}) as ClusterSendOptions);
    if (target.kind !== 'unknown' || !this.#lookup.isUnknown(command)) return target;
    // Nobody knows it: its first argument is taken for its key, and the server has the last word.
    return target.slot === NO_SLOT ? { kind: 'anyNode' } : { kind: 'slot', slot: target.slot };
  }

  #targetOf(info: CommandInfo | undefined, args: readonly Argument[], options: RoutingOptions): Target {
    const target = targetOf(info, args, options);
    return this.#parts.map.isCluster ? target : targetOnSingleServer(info, args, target);
  }

  #toSlot(command: Command, slot: number): void {
    command.slot = slot;
    if (slot === NO_SLOT) this.#parts.nodes.toAny(command);
    else this.#parts.toSlot(command);
  }

  #toNodes(command: Command, target: NodeTarget): void {
    const { nodes, pool } = this.#parts;
    switch (target.kind) {
      case 'replica':
        this.#toReplica(command, target.slot);
        break;
      case 'anyNode':
        nodes.toAny(command);
        break;
      case 'randomNode':
        this.#toNode(command, nodes.pick(pool.members()));
        break;
      case 'node':
        this.#toNode(command, pool.find(target.node));
        break;
      case 'allPrimaries':
        this.#many.toAllPrimaries(command, target.combine);
        break;
      case 'allNodes':
        this.#many.toAllNodes(command, target.combine);
        break;
      case 'primariesInTurn':
        this.#many.inTurn(command);
        break;
      case 'split':
        this.#many.split(command, command.info!);
    }
  }

  /** Reads need a connection on which the replica serves them; what is about the node itself, or not a read, does not. */
  #toReplica(command: Command, slot: number): void {
    const { nodes, map } = this.#parts;
    const replica = command.info?.isReadonly === true ? undefined : nodes.pick(map.replicasOf(slot));
    if (replica !== undefined) {
      this.#toNode(command, replica);
      return;
    }
    command.readFrom = 'preferReplica';
    this.#toSlot(command, slot);
  }

  #toNode(command: Command, node: ClusterNode | undefined): void {
    if (node !== undefined) this.#parts.nodes.send(command, node, { kind: 'node' });
    else this.#parts.host.settle(command, noNode());
  }

  #anyNode(): ClusterNode | undefined {
    return this.#parts.nodes.pick(this.#parts.map.primaries());
  }
}

function isBlocking({ info, args }: Command): boolean {
  return info !== undefined && isBlockingCall(info, args);
}

/** Leases are about slots. */
function mayBlockNode({ name }: Command): ClusterError {
  const message = `${name} may make its connection wait: it goes to the primary of its slot, and to no chosen node`;
  return new ClusterError('ERR_NEEDS_SESSION', message);
}

function noNode(): ClusterError {
  return new ClusterError('ERR_NO_NODE', 'no such node is in the cluster');
}
