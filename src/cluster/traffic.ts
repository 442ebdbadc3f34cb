import { type CommandInfo, isBlockingCall } from '../commands/index.ts';
import { ClusterError, ConnectionError, ErrorReply, type RedisError } from '../errors.ts';
import {
  type Admission,
  type Batch,
  backoffMs,
  type Command,
  type CommandSink,
  CommandState,
  fateAfterLoss,
  lossOf,
  NO_SLOT,
  type Outcome,
} from '../net/index.ts';
import type { Reply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { resolveEndpoint } from './endpoints.ts';
import { FanOut } from './fan-out.ts';
import { type LaneHost, Lanes } from './lanes.ts';
import type { NodePool } from './node-pool.ts';
import type { ClusterSettings } from './options.ts';
import { recoveryOf } from './recovery.ts';
import type { Redirection } from './redirection.ts';
import type { GeneralResponsePolicy } from './response-policy.ts';
import { needsConsideration, routeRefusal } from './route-refusal.ts';
import type { SlotMap } from './slot-map.ts';
import { slotOf } from './target.ts';

/** What the traffic asks of the cluster. */
export interface TrafficHost {
  settle(command: Command, outcome: Outcome): void;
  /** Sends the part of a command that is for one node. */
  sendPart(whole: Command, node: ClusterNode, place: { batch: Batch; index: number }): void;
  /** There is a reason to look at the topology; urgent where commands wait for it. */
  wantTopology(isUrgent: boolean): void;
}

export interface TrafficParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly host: TrafficHost;
  /** Moves blocking commands, each over a connection of its own. */
  readonly blockingCalls: CommandSink;
}

/** How long a refused command waits: the first time, and at the most. */
const REFUSAL_BACKOFF = { firstMs: 10, maxMs: 250 };
/** Redirections followed at once; from there on a loop is suspected, and each waits. */
const PROMPT_REDIRECTS = 3;

/**
 * Moves commands: to the node that has their slot, after redirections, and again after refusals and losses.
 *
 *     send -> lane of the slot -> primary's connection -> reply --value or the caller's error--> settled
 *                  ^                                        |
 *                  `---- redirection, refusal, loss --------'
 */
export class Traffic implements CommandSink, LaneHost {
  readonly lanes: Lanes;
  readonly #settings: ClusterSettings;
  readonly #pool: NodePool;
  readonly #map: SlotMap<ClusterNode>;
  readonly #host: TrafficHost;
  readonly #blockingCalls: CommandSink;
  /** Slots without a primary that somebody wants: the next view decides. */
  readonly #wantedSlots = new Set<number>();

  constructor(settings: ClusterSettings, parts: TrafficParts) {
    this.#settings = settings;
    this.#pool = parts.pool;
    this.#map = parts.map;
    this.#host = parts.host;
    this.#blockingCalls = parts.blockingCalls;
    this.lanes = new Lanes(this);
  }

  get runtime(): ClusterSettings['runtime'] {
    return this.#settings.runtime;
  }

  prepare(command: Command): RedisError | undefined {
    try {
      command.slot = slotOf(command.info, command.args);
    } catch (error) {
      return error as RedisError;
    }
    if (!needsConsideration(command)) return undefined;
    if (isBlockingCall(command.info!, command.args)) command.sink = this.#blockingCalls;
    return routeRefusal(command);
  }

  nodeAdmission(command: Command): Admission | undefined {
    return command.slot === NO_SLOT ? undefined : this.#map.primaryOf(command.slot)?.admission;
  }

  dispatch(command: Command): void {
    if (command.pinnedTo !== undefined) this.#dispatchPinned(command, command.pinnedTo);
    else if (command.slot !== NO_SLOT) this.lanes.dispatch(command);
    else if (isForMany(command.info)) this.#dispatchToMany(command, command.info);
    else this.#dispatchKeyless(command);
  }

  forward(command: Command): boolean {
    const asked = command.askAddress === undefined ? undefined : this.#pool.get(command.askAddress);
    // An ASK holds for the moment: what would have to wait for a connection asks the slot's primary again.
    const isAsking = asked?.link.isReady === true;
    if (!isAsking) command.askAddress = undefined;
    const node = isAsking ? asked : this.#map.primaryOf(command.slot);
    if (node === undefined) return false;
    command.asking = isAsking;
    this.#enqueue(node, command);
    return true;
  }

  findPrimary(slot: number): void {
    this.#wantedSlots.add(slot);
    this.#host.wantTopology(true);
  }

  cancelled(command: Command, from: CommandState): void {
    if (command.slot === NO_SLOT || command.pinnedTo !== undefined || from === CommandState.Waiting) return;
    if (from === CommandState.Held) this.lanes.dropped(command.slot);
    else this.lanes.settled(command, false);
  }

  /** A node replied to a live command. */
  onReply(node: ClusterNode, command: Command, reply: Reply): void {
    command.asking = false;
    if (!(reply instanceof ErrorReply) || command.pinnedTo !== undefined) {
      this.#finish(command, reply);
      return;
    }
    const recovery = recoveryOf(reply, command);
    if (recovery.kind === 'tell') {
      this.#finish(command, reply);
      return;
    }
    // Every other kind proves that the command did not run.
    command.mayHaveRun = false;
    command.lastRefusal = reply;
    if (recovery.kind === 'redirect') {
      node.counters.redirects++;
      this.#redirect(node, command, recovery.redirection);
      return;
    }
    node.counters.refusals++;
    if (recovery.kind === 'reconnect') node.link.replace();
    if (recovery.kind === 'refresh') this.#host.wantTopology(true);
    // TRYAGAIN is about this route: after an ASK it is repeated at the ASK's target.
    if (recovery.kind !== 'wait') command.askAddress = undefined;
    this.#recall(node, command.slot);
    this.#refuse(command);
  }

  /** A connection ended: each of its commands goes out again, or its caller is told that it may have run. */
  onLost(node: ClusterNode, unanswered: readonly Command[], error: RedisError | undefined): void {
    if (error !== undefined) {
      node.counters.losses++;
      if (error.code !== 'ERR_CLOSED') this.#host.wantTopology(true);
    }
    for (const command of unanswered) {
      command.asking = false;
      command.askAddress = undefined;
      if (command.pinnedTo !== undefined) {
        this.#host.settle(command, lossOf(command, error));
      } else if (this.#isRefused(error) || fateAfterLoss(command) === 'reject') {
        this.#finish(command, lossOf(command, error));
      } else {
        command.lastRefusal = error;
        if (command.slot === NO_SLOT) this.#laterKeyless(command);
        else this.lanes.takeBack(command, 'lost', 0);
      }
    }
  }

  /** Refused for good: credentials that do not change will not be better next time. */
  #isRefused(error: RedisError | undefined): boolean {
    return error?.code === 'ERR_AUTH' && this.#settings.credentials === undefined;
  }

  /** Slots changed hands, or nodes left: what is queued anywhere is routed anew, in the order of `send`. */
  reroute(moved: readonly number[], gone: readonly ClusterNode[]): void {
    const slots = new Set<number>();
    for (const node of [...this.#pool.all(), ...gone]) {
      for (const command of node.link.takeQueued()) {
        if (command.pinnedTo !== undefined) node.link.enqueue(command);
        else if (command.slot === NO_SLOT) this.#dispatchKeyless(command);
        else {
          slots.add(command.slot);
          this.lanes.withdrawn(command);
        }
      }
    }
    for (const slot of moved) {
      slots.delete(slot);
      this.lanes.wake(slot, true);
    }
    for (const slot of slots) this.lanes.wake(slot, false);
  }

  /** A refresh has ended: slots that had nobody have somebody now, or their commands are told so. */
  refreshed(hasView: boolean): void {
    for (const slot of this.#wantedSlots) {
      const isAssigned = this.#map.primaryOf(slot) !== undefined;
      if (!isAssigned && !hasView) continue;
      this.#wantedSlots.delete(slot);
      if (isAssigned) this.lanes.wake(slot, true);
      else this.#rejectUnassigned(slot);
    }
    if (this.#wantedSlots.size > 0) this.#host.wantTopology(true);
  }

  #rejectUnassigned(slot: number): void {
    for (const command of this.lanes.takeUnassigned(slot)) {
      const message = `slot ${slot} is assigned to no node: ${command.name} has nowhere to go`;
      this.#host.settle(command, new ClusterError('ERR_SLOT_UNASSIGNED', message, { slot }));
    }
  }

  #redirect(node: ClusterNode, command: Command, redirection: Redirection): void {
    const { slot } = redirection;
    // The server knows best where a command belongs that no table describes.
    if (slot !== command.slot) this.lanes.adopt(command, slot);
    if (++command.redirects > this.#settings.maxRedirects) {
      const message = `${command.name} was redirected more than ${this.#settings.maxRedirects} times`;
      const cause = command.lastRefusal;
      this.#finish(command, new ClusterError('ERR_REDIRECTIONS', message, { slot, cause }));
      return;
    }
    const target = this.#targetOf(redirection, node);
    command.askAddress = undefined;
    if (target === undefined) {
      // Unknown, or not ours to trust: the topology decides.
      this.#host.wantTopology(true);
      this.#refuse(command);
      return;
    }
    if (redirection.kind === 'ask') {
      this.#recall(node, slot);
      this.#ask(command, target);
      return;
    }
    const isSuspicious = target === node || command.redirects > PROMPT_REDIRECTS;
    const delayMs = isSuspicious ? this.#backoff(command.redirects) : 0;
    this.#map.move(slot, target);
    // Behind one address another server may answer now.
    if (target === node) node.link.replace();
    this.#host.wantTopology(false);
    this.lanes.takeBack(command, 'moved', delayMs);
  }

  /** ASK is followed over a connection that is there; until it is, the command asks its primary again after a back-off. */
  #ask(command: Command, target: ClusterNode): void {
    if (target.link.isReady) {
      const delayMs = command.redirects > PROMPT_REDIRECTS ? this.#backoff(command.redirects) : 0;
      command.askAddress = target.address;
      this.lanes.takeBack(command, 'ask', delayMs);
      return;
    }
    target.link.open();
    command.redirects--;
    this.lanes.takeBack(command, 'ask', this.#backoff(command.refusals++));
  }

  /** Commands of a slot that are queued behind one that was refused are not in flight: they wait in their lane with it. */
  #recall(node: ClusterNode, slot: number): void {
    if (slot === NO_SLOT || this.lanes.unanswered(slot) < 2) return;
    for (const command of node.link.takeQueuedOf(slot)) this.lanes.withdrawn(command);
  }

  #targetOf(redirection: Redirection, node: ClusterNode): ClusterNode | undefined {
    const resolved = resolveEndpoint(redirection, node.endpoint, this.#settings.addressMap);
    return resolved !== undefined && this.#pool.allows(resolved.endpoint) ? this.#pool.at(resolved) : undefined;
  }

  #refuse(command: Command): void {
    const delayMs = this.#backoff(command.refusals++);
    if (command.slot === NO_SLOT) this.#laterKeyless(command, delayMs);
    else this.lanes.takeBack(command, 'refused', delayMs);
  }

  #finish(command: Command, outcome: Outcome): void {
    this.#host.settle(command, outcome);
    if (command.slot !== NO_SLOT && command.pinnedTo === undefined) this.lanes.settled(command, true);
  }

  #enqueue(node: ClusterNode, command: Command): void {
    node.counters.commands++;
    node.link.enqueue(command);
  }

  #dispatchPinned(command: Command, address: string): void {
    const node = this.#pool.get(address);
    if (node !== undefined) node.link.enqueue(command);
    else this.#host.settle(command, new ConnectionError('ERR_CLOSED', `${address} has left the cluster`, { address }));
  }

  /** A command without a key goes to any primary, one that is connected first. */
  #dispatchKeyless(command: Command): void {
    const primaries = this.#map.primaries();
    const ready = primaries.filter((node) => node.link.isReady);
    const choice = ready.length > 0 ? ready : primaries;
    const node = choice[Math.floor(this.runtime.random() * choice.length)];
    if (node !== undefined) this.#enqueue(node, command);
    else this.#laterKeyless(command);
  }

  /** A command that concerns all primaries, or all nodes: a part for each, one reply of all (protocol 43). */
  #dispatchToMany(command: Command, info: CommandInfo): void {
    const isForAll = info.requestPolicy === 'all_nodes';
    const nodes = isForAll ? this.#pool.all().filter((node) => this.#pool.isInTopology(node)) : this.#map.primaries();
    const settle = (outcome: Outcome): void => this.#host.settle(command, outcome);
    const fanOut = new FanOut(info.responsePolicy as GeneralResponsePolicy | undefined, nodes.length, settle);
    for (const [index, node] of nodes.entries()) this.#host.sendPart(command, node, { batch: fanOut, index });
  }

  #laterKeyless(command: Command, delayMs: number = this.#backoff(command.refusals++)): void {
    command.state = CommandState.Held;
    this.runtime.setTimer(() => {
      if (!command.isSettled) this.#dispatchKeyless(command);
    }, delayMs);
  }

  #backoff(attempt: number): number {
    return backoffMs(attempt, REFUSAL_BACKOFF, this.runtime.random());
  }
}

function isForMany(info: CommandInfo | undefined): info is CommandInfo {
  return info?.requestPolicy === 'all_shards' || info?.requestPolicy === 'all_nodes';
}
