import { isBlockingCall } from '../commands/index.ts';
import { ClusterError, ErrorReply, type RedisError } from '../errors.ts';
import {
  type Admission,
  backoffMs,
  bringsScript,
  type Command,
  type CommandSink,
  CommandState,
  fateAfterLoss,
  lossOf,
  NO_SLOT,
  type Outcome,
  REFUSAL_BACKOFF,
  refusalBehind,
} from '../net/index.ts';
import type { Reply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { resolveEndpoint } from './endpoints.ts';
import { type LaneHost, Lanes } from './lanes.ts';
import type { NodePool } from './node-pool.ts';
import { isInLane, NodeTraffic } from './node-traffic.ts';
import type { ClusterSettings } from './options.ts';
import { recoveryOf } from './recovery.ts';
import type { Redirection } from './redirection.ts';
import { isRouted } from './route.ts';
import { Router } from './router.ts';
import type { SlotMap } from './slot-map.ts';
import { ordinarySlotOf } from './target.ts';
import type { TrafficHost } from './traffic-host.ts';

export interface TrafficParts {
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  readonly host: TrafficHost;
  /** Moves blocking commands, each over a connection of its own. */
  readonly blockingCalls: CommandSink;
}

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
  readonly #nodes: NodeTraffic;
  /** Where commands go that don't simply go to the slot of their keys. */
  readonly router: Router;
  /** Slots without a primary that somebody wants: the next view decides. */
  readonly #wantedSlots = new Set<number>();

  constructor(settings: ClusterSettings, parts: TrafficParts) {
    this.#settings = settings;
    this.#pool = parts.pool;
    this.#map = parts.map;
    this.#host = parts.host;
    this.#blockingCalls = parts.blockingCalls;
    this.lanes = new Lanes(this);
    const toSlot = (command: Command): void => this.#toSlot(command);
    this.#nodes = new NodeTraffic(settings, parts);
    const again = (command: Command): void => this.#startAgain(command);
    this.router = new Router(settings, { ...parts, nodes: this.#nodes, toSlot, again });
  }

  get runtime(): ClusterSettings['runtime'] {
    return this.#settings.runtime;
  }

  prepare(command: Command): RedisError | undefined {
    const { info, options } = command;
    if (info !== undefined && (options === undefined || !isRouted(options))) {
      command.slot = ordinarySlotOf(info, command.args);
      if (command.slot !== NO_SLOT) {
        if (info.isBlocking) this.#leaseIfBlocking(command);
        return undefined;
      }
    }
    const refusal = this.router.prepare(command);
    if (refusal === undefined) this.#leaseIfBlocking(command);
    return refusal;
  }

  /** More is known of a command than when it was prepared: so it is prepared again. */
  #startAgain(command: Command): void {
    const refusal = this.prepare(command);
    if (refusal !== undefined) this.#host.settle(command, refusal);
    else (command.sink ?? this).dispatch(command);
  }

  /** A call that may make its connection wait has one of its own. */
  #leaseIfBlocking(command: Command): void {
    const { info, args } = command;
    if (info !== undefined && isBlockingCall(info, args)) command.sink = this.#blockingCalls;
  }

  nodeAdmission(command: Command): Admission | undefined {
    return command.slot === NO_SLOT ? undefined : this.#map.primaryOf(command.slot)?.admission;
  }

  dispatch(command: Command): void {
    if (command.pinnedTo !== undefined) this.#nodes.toPinned(command);
    else if (command.slot === NO_SLOT) this.router.dispatch(command);
    else this.#toSlot(command);
  }

  #toSlot(command: Command): void {
    if (command.readFrom === undefined || !this.#host.readFromReplica(command)) this.lanes.dispatch(command);
  }

  forward(command: Command): boolean {
    const asked = command.askAddress === undefined ? undefined : this.#pool.get(command.askAddress);
    // An ASK holds for the moment: what would have to wait for a connection asks the slot's primary again.
    const isAsking = asked?.link.of(command.slot).isReady === true;
    if (!isAsking) command.askAddress = undefined;
    const node = isAsking ? asked : this.#map.primaryOf(command.slot);
    if (node === undefined) return false;
    command.asking = isAsking;
    node.link.enqueue(command);
    return true;
  }

  findPrimary(slot: number): void {
    this.#wantedSlots.add(slot);
    this.#host.wantTopology(true, 'unassigned');
  }

  cancelled(command: Command, from: CommandState): void {
    if (!isInLane(command) || from === CommandState.Waiting) return;
    if (from === CommandState.Held) this.lanes.dropped(command.slot);
    else this.lanes.settled(command, false);
  }

  /** A node replied to a live command. */
  onReply(node: ClusterNode, command: Command, reply: Reply): void {
    command.asking = false;
    if (!(reply instanceof ErrorReply)) {
      this.#finish(command, reply);
      return;
    }
    if (bringsScript(command, reply)) {
      node.counters.refusals++;
      this.#again(node, command, 0);
      return;
    }
    const recovery = recoveryOf(refusalBehind(reply), command);
    if (recovery.kind === 'tell' || this.#nodes.isTold(command, reply.prefix)) {
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
    if (recovery.kind === 'refresh') this.#host.wantTopology(true, 'refused');
    // TRYAGAIN is about this route: after an ASK it is repeated at the ASK's target.
    if (recovery.kind !== 'wait') command.askAddress = undefined;
    this.#again(node, command, this.#backoff(command.refusals++));
  }

  /** A command that did not run goes again, before those of its slot that are not written yet. */
  #again(node: ClusterNode, command: Command, delayMs: number): void {
    this.#recall(node, command.slot);
    this.#refuse(command, delayMs);
  }

  /** A connection ended: each of its commands goes out again, or its caller is told that it may have run. */
  onLost(unanswered: readonly Command[], error: RedisError | undefined): void {
    if (error !== undefined && error.code !== 'ERR_CLOSED') this.#host.wantTopology(true, 'lost');
    for (const command of unanswered) {
      command.asking = false;
      command.askAddress = undefined;
      if (this.#isRefused(error) || (isInLane(command) && fateAfterLoss(command) === 'reject')) {
        this.#finish(command, lossOf(command, error));
      } else if (isInLane(command)) {
        command.lastRefusal = error;
        this.lanes.takeBack(command, 'lost', 0);
      } else this.#nodes.lost(command, error);
    }
  }

  /** A connection takes nothing more: what is next goes over another one, for each slot when the old one has answered it. */
  onRetired(unanswered: readonly Command[], queued: readonly Command[]): void {
    for (const command of unanswered) if (isInLane(command)) this.lanes.await(command.slot);
    for (const slot of this.#withdraw(queued)) this.lanes.wake(slot, false);
  }

  /** Refused for good: credentials that do not change will not be better next time. */
  #isRefused(error: RedisError | undefined): boolean {
    return error?.code === 'ERR_AUTH' && this.#settings.credentials === undefined;
  }

  /** Whether the node owes an answer for what is another's by now. */
  hasLost(node: ClusterNode, command: Command): boolean {
    if (!isInLane(command)) return this.#nodes.isMisplaced(node, command);
    return command.askAddress !== node.address && this.#map.primaryOf(command.slot) !== node;
  }

  /** Slots changed hands, or nodes left: what is queued anywhere is routed anew, in the order of `send`. */
  reroute(moved: readonly number[], gone: readonly ClusterNode[]): void {
    const slots = this.#withdraw([...this.#pool.all(), ...gone].flatMap((node) => node.link.takeQueued()));
    for (const slot of moved) {
      slots.delete(slot);
      this.lanes.wake(slot, true);
    }
    for (const slot of slots) this.lanes.wake(slot, false);
  }

  /** Commands are on no connection any more. @returns the slots that wait for {@link Lanes.wake}. */
  #withdraw(queued: readonly Command[]): Set<number> {
    const slots = new Set<number>();
    for (const command of queued) {
      if (isInLane(command)) {
        slots.add(command.slot);
        this.lanes.withdrawn(command);
      } else this.#nodes.resume(command);
    }
    return slots;
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
    if (this.#wantedSlots.size > 0) this.#host.wantTopology(true, 'unassigned');
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
    this.#host.redirected({ command: command.name, redirection, from: node, to: target });
    if (target === undefined) {
      // Unknown, or not ours to trust: the topology decides.
      this.#host.wantTopology(true, 'unknownNode');
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
    this.#host.wantTopology(false, 'moved');
    this.lanes.takeBack(command, 'moved', delayMs);
  }

  /** ASK is followed over a connection that is there; until it is, the command asks its primary again after a back-off. */
  #ask(command: Command, target: ClusterNode): void {
    const link = target.link.of(command.slot);
    if (link.isReady) {
      const delayMs = command.redirects > PROMPT_REDIRECTS ? this.#backoff(command.redirects) : 0;
      command.askAddress = target.address;
      this.lanes.takeBack(command, 'ask', delayMs);
      return;
    }
    link.reserve();
    command.redirects--;
    this.lanes.takeBack(command, 'ask', this.#backoff(command.refusals++));
  }

  /** Commands of a slot that are queued behind one that was refused are not in flight: they wait in their lane with it. */
  #recall(node: ClusterNode, slot: number): void {
    if (slot === NO_SLOT || this.lanes.unanswered(slot) < 2) return;
    for (const command of node.link.of(slot).takeQueuedOf(slot)) this.lanes.withdrawn(command);
  }

  #targetOf(redirection: Redirection, node: ClusterNode): ClusterNode | undefined {
    const resolved = resolveEndpoint(redirection, node.endpoint, this.#settings.addressMap);
    return resolved !== undefined && this.#pool.allows(resolved.endpoint) ? this.#pool.at(resolved) : undefined;
  }

  #refuse(command: Command, delayMs: number = this.#backoff(command.refusals++)): void {
    if (isInLane(command)) this.lanes.takeBack(command, 'refused', delayMs);
    else this.#nodes.again(command, delayMs);
  }

  #finish(command: Command, outcome: Outcome): void {
    this.#host.settle(command, outcome);
    if (isInLane(command)) this.lanes.settled(command, true);
  }

  #backoff(attempt: number): number {
    return backoffMs(attempt, REFUSAL_BACKOFF, this.runtime.random());
  }
}
