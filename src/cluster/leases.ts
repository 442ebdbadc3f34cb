import { ClusterError, type ErrorReply, type RedisError } from '../errors.ts';
import {
  BlockingCalls,
  type Command,
  type LeaseContext,
  type LeaseDesk,
  type LeasePool,
  type LeaseRouter,
  NO_SLOT,
  type Outcome,
  refusalBehind,
  refusalPause,
  type SessionContext,
  wasUnblockedByFailover,
} from '../net/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { RedirectedCommand, RefreshReason } from './diagnostics/index.ts';
import { resolveEndpoint } from './endpoints.ts';
import type { NodePool } from './node-pool.ts';
import type { ClusterSettings } from './options.ts';
import { recoveryOf } from './recovery.ts';
import type { Redirection } from './redirection.ts';
import type { SlotMap } from './slot-map.ts';
import { slotOf } from './target.ts';
import { slotOfTransaction } from './transaction.ts';

/** What leases need of the cluster. */
export interface ClusterLeaseParts {
  readonly settings: ClusterSettings;
  readonly desk: LeaseDesk;
  readonly pool: NodePool;
  readonly map: SlotMap<ClusterNode>;
  settle(command: Command, outcome: Outcome): void;
  /** A slot has another primary: the commands of shared connections must know. */
  onMoved(slot: number): void;
  /** There is a reason to look at the topology; urgent where commands wait for it. */
  wantTopology(isUrgent: boolean, reason: RefreshReason): void;
  /** A node sends a command elsewhere; the slot map is still as it was. */
  redirected(redirected: RedirectedCommand): void;
}

/** Redirections followed at once; from there on a loop is suspected, and each waits. */
const PROMPT_REDIRECTS = 3;

/** Leads leased connections to the node that has the slot, with the redirections that shared ones follow. */
export class ClusterLeases implements LeaseRouter {
  /** Moves blocking commands, each over a connection of its own. */
  readonly blockingCalls: BlockingCalls;
  readonly #parts: ClusterLeaseParts;
  readonly #context: LeaseContext;

  constructor(parts: ClusterLeaseParts) {
    this.#parts = parts;
    const { settings, desk, map } = parts;
    this.#context = {
      settings,
      desk,
      router: this,
      settle: parts.settle,
      nodeAdmission: (command) => (command.slot === NO_SLOT ? undefined : map.primaryOf(command.slot)?.admission),
    };
    this.blockingCalls = new BlockingCalls(this.#context);
  }

  /** What a session on one slot needs. */
  sessionOn(slot: number): SessionContext {
    return { ...this.#context, check: (command) => checkSessionSlot(command, slot) };
  }

  poolFor(command: Command): LeasePool | undefined {
    const { pool, map } = this.#parts;
    const asked = command.askAddress === undefined ? undefined : pool.get(command.askAddress);
    if (asked === undefined) command.askAddress = undefined;
    const node = asked ?? (command.slot === NO_SLOT ? map.primaries()[0] : map.primaryOf(command.slot));
    command.asking = asked !== undefined;
    if (node === undefined) this.#noteUnassigned(command);
    return node?.leases;
  }

  recover(command: Command, refusal: ErrorReply, from: LeasePool): number | RedisError {
    command.asking = false;
    const recovery = recoveryOf(refusalBehind(refusal), command);
    const isUnblocked = wasUnblockedByFailover(refusal);
    if (recovery.kind === 'tell' && !isUnblocked) return refusal;
    // Every other kind proves that the command did not run.
    command.mayHaveRun = false;
    command.lastRefusal = refusal;
    const counters = this.#parts.pool.get(from.address)?.counters;
    if (recovery.kind === 'redirect') {
      if (counters !== undefined) counters.redirects++;
      return this.#redirect(command, recovery.redirection, from);
    }
    if (counters !== undefined) counters.refusals++;
    if (recovery.kind === 'refresh' || isUnblocked) this.#parts.wantTopology(true, 'refused');
    // TRYAGAIN is about this route: after an ASK it is repeated at the ASK's target.
    if (recovery.kind !== 'wait') command.askAddress = undefined;
    return refusalPause(command, this.#parts.settings.runtime);
  }

  onLost(_pool: LeasePool, error: RedisError): void {
    if (error.code !== 'ERR_CLOSED') this.#parts.wantTopology(true, 'lost');
  }

  #redirect(command: Command, redirection: Redirection, from: LeasePool): number | RedisError {
    const { settings, pool, map } = this.#parts;
    const { slot } = redirection;
    command.askAddress = undefined;
    if (++command.redirects > settings.maxRedirects) {
      const message = `${command.name} was redirected more than ${settings.maxRedirects} times`;
      return new ClusterError('ERR_REDIRECTIONS', message, { slot, cause: command.lastRefusal });
    }
    const resolved = resolveEndpoint(redirection, from.endpoint, settings.addressMap);
    const isKnown = resolved !== undefined && pool.allows(resolved.endpoint);
    const target = isKnown ? pool.at(resolved) : undefined;
    const source = pool.get(from.address);
    if (source !== undefined) this.#parts.redirected({ command: command.name, redirection, from: source, to: target });
    if (target === undefined) {
      // Unknown, or not ours to trust: the topology decides.
      this.#parts.wantTopology(true, 'unknownNode');
      return refusalPause(command, settings.runtime);
    }
    if (redirection.kind === 'ask') {
      command.askAddress = target.address;
    } else {
      if (map.move(slot, target)) this.#parts.onMoved(slot);
      this.#parts.wantTopology(false, 'moved');
    }
    const isSuspicious = target.address === from.address || command.redirects > PROMPT_REDIRECTS;
    return isSuspicious ? refusalPause(command, settings.runtime) : 0;
  }

  #noteUnassigned(command: Command): void {
    const { slot, name } = command;
    const message = `slot ${slot} is assigned to no node: ${name} has nowhere to go`;
    command.lastRefusal = new ClusterError('ERR_SLOT_UNASSIGNED', message, { slot });
    this.#parts.wantTopology(true, 'unassigned');
  }
}

/**
 * Gives a command of a session the session's slot, since that says where it goes.
 *
 * A command that no table knows is not judged: where its keys are only the server can say.
 *
 * @returns ERR_CROSS_SLOT when its keys are in another.
 */
function checkSessionSlot(command: Command, sessionSlot: number): RedisError | undefined {
  const { info, args, name, transaction } = command;
  command.slot = sessionSlot;
  if (info === undefined) return undefined;
  try {
    const slot = transaction === undefined ? slotOf(info, args) : slotOfTransaction(transaction);
    if (slot === NO_SLOT || slot === sessionSlot) return undefined;
    const message = `the keys of ${name} are in slot ${slot}, the session is about slot ${sessionSlot}`;
    return new ClusterError('ERR_CROSS_SLOT', message, { slot });
  } catch (error) {
    return error as RedisError;
  }
}
