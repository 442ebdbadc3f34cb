import { ConnectionError, ErrorReply, type RedisError } from '../errors.ts';
import {
  bringsScript,
  type Command,
  CommandState,
  type Credentials,
  fateAfterLoss,
  Links,
  lossOf,
  type Outcome,
  type TimerHandle,
} from '../net/index.ts';
import type { Reply } from '../resp/index.ts';
import type { ClusterNode, NodeContext } from './cluster-node.ts';
import type { RefreshReason } from './diagnostics/index.ts';
import { recoveryOf } from './recovery.ts';
import { chooseReader } from './replica-choice.ts';
import { ReplicaReader } from './replica-reader.ts';
import type { SlotMap } from './slot-map.ts';

/** What reading from replicas asks of the cluster. */
export interface ReplicaReadsHost {
  settle(command: Command, outcome: Outcome): void;
  /** No replica can answer it: it takes its place among the commands of its slot. */
  readFromPrimary(command: Command): void;
  wantTopology(reason: RefreshReason): void;
  /** Keys of the slot are known to be on their way to another node. */
  isMigrating(slot: number): boolean;
}

const TICK_MS = 250;
/** How often the topology is asked for new replicas, while there are reads for them; and where a slot has none. */
const LOOK_MS = 30_000;
const LOOK_FOR_MISSING_MS = 5000;

/**
 * Reads that replicas may answer, each over a connection of the replica's own kind, READONLY from its handshake on.
 *
 *     read -> a replica in good order --value or the caller's error--> settled
 *      ^  \                |
 *      |   \               `-- refusal, loss, silence: that replica is avoided for a while
 *      `----+---------------------'
 *            `-> none left: the primary, as any command
 *
 * Connections for primaries never get READONLY: after a demotion the server would answer over such a one, out of order and
 * out of date, where it must say MOVED.
 */
export class ReplicaReads {
  readonly #context: NodeContext;
  readonly #map: SlotMap<ClusterNode>;
  readonly #host: ReplicaReadsHost;
  readonly #readers = new Map<ClusterNode, ReplicaReader>();
  /** Of nodes that left the cluster, until they have answered what they owe. */
  readonly #leaving = new Set<Links>();
  #timer: TimerHandle | undefined;
  #lookedAt: number;

  constructor(context: NodeContext, map: SlotMap<ClusterNode>, host: ReplicaReadsHost) {
    this.#context = context;
    this.#map = map;
    this.#host = host;
    this.#lookedAt = context.settings.runtime.now();
  }

  /** Gives a read to a replica. @returns false when its slot's primary is to have it. */
  dispatch(command: Command): boolean {
    const { readFrom, slot } = command;
    const primary = this.#map.primaryOf(slot);
    if (readFrom === undefined || command.info?.isReadonly !== true || primary === undefined) return false;
    // Replicas before Valkey 8 don't know that their primary's slot is migrating: what has left is nothing to them.
    if (this.#host.isMigrating(slot)) return false;
    const { runtime } = this.#context.settings;
    const now = runtime.now();
    const replicas = this.#map.replicasOf(slot);
    this.#lookForReplicas(now, replicas.length === 0);
    const usable = replicas.map((node) => this.#readerOf(node)).filter((reader) => reader.isUsable(now));
    if (usable.length === 0) return false;
    // One whose distance nobody knows is dialled, and counts from then on.
    if (readFrom === 'nearest') for (const { link } of [primary, ...usable]) link.open();
    const readers = { primary: this.#asReader(primary), replicas: usable };
    const choice = chooseReader(readFrom, readers, runtime.random());
    if (!(choice instanceof ReplicaReader)) return false;
    const isFree = typeof readFrom !== 'function';
    const reader = isFree && !choice.link.isReady ? this.#readyInstead(choice, usable) : choice;
    command.pinnedTo = reader.address;
    reader.link.enqueue(command);
    this.#timer ??= runtime.setTimer(this.#tick, TICK_MS);
    return true;
  }

  /** New credentials, for the connections there are. */
  reauthenticate(credentials: Credentials): void {
    for (const { link } of this.#readers.values()) link.reauthenticate(credentials);
  }

  /** Nodes are named by no view any more: their connections end when they have answered what they owe. */
  leave(gone: readonly ClusterNode[]): void {
    for (const node of gone) {
      const reader = this.#readers.get(node);
      if (reader === undefined) continue;
      this.#readers.delete(node);
      this.#leaving.add(reader.link);
      const unsent = reader.link.takeQueued();
      reader.link.retire();
      for (const command of unsent) this.#elsewhere(command);
      if (reader.link.owed === 0) this.#leaving.delete(reader.link);
    }
  }

  close(): void {
    if (this.#timer !== undefined) this.#context.settings.runtime.clearTimer(this.#timer);
    for (const { link } of this.#readers.values()) link.close();
    for (const link of this.#leaving) link.close();
  }

  /** No error tells of a replica that is new, or back: the topology is asked now and then. */
  #lookForReplicas(now: number, isMissing: boolean): void {
    if (now - this.#lookedAt < (isMissing ? LOOK_FOR_MISSING_MS : LOOK_MS)) return;
    this.#lookedAt = now;
    this.#host.wantTopology('routine');
  }

  #readerOf(node: ClusterNode): ReplicaReader {
    let reader = this.#readers.get(node);
    if (reader === undefined) {
      reader = new ReplicaReader(node, this.#linkTo(node));
      this.#readers.set(node, reader);
    }
    return reader;
  }

  #linkTo(node: ClusterNode): Links {
    const { settings, credentials, budget } = this.#context;
    const { protocol, clientName, database, connectionsPerNode } = settings;
    const handshake = { protocol, clientName, database, readFromReplica: true, asksZone: true };
    const { endpoint, activity } = node;
    const links: Links = new Links(
      { endpoint, settings, handshake, credentials, budget, kind: 'replica', activity },
      {
        onReady: () => undefined,
        onPush: () => undefined,
        onReply: (link, command, reply) => {
          links.lastAnswered = link;
          this.#onReply(node, command, reply);
        },
        onLost: (_link, unanswered, error) => {
          if (links.owed === 0) this.#leaving.delete(links);
          this.#onLost(node, unanswered, error && node.explain(error));
        },
        // Reads from replicas are outside the order contract.
        onRetired: (link, _unanswered, queued) => {
          for (const command of queued) link.enqueue(command);
        },
      },
      connectionsPerNode,
    );
    return links;
  }

  #asReader({ address, link }: ClusterNode) {
    // A primary that can't be reached is nobody's nearest.
    const isLost = link.failures > 0;
    return { address, isPrimary: true, latencyMs: isLost ? undefined : link.roundTripMs, zone: link.zone };
  }

  /** While a connection is made, another replica that has one answers. */
  #readyInstead(choice: ReplicaReader, usable: readonly ReplicaReader[]): ReplicaReader {
    choice.link.open();
    return usable.find(({ link }) => link.isReady) ?? choice;
  }

  #onReply(node: ClusterNode, command: Command, reply: Reply): void {
    if (bringsScript(command, reply)) {
      this.#elsewhere(command);
      return;
    }
    const recovery = reply instanceof ErrorReply ? recoveryOf(reply, command) : undefined;
    if (recovery === undefined || recovery.kind === 'tell') {
      this.#readers.get(node)?.worked();
      this.#host.settle(command, reply);
      return;
    }
    // Every other kind proves that the command did not run.
    command.mayHaveRun = false;
    command.lastRefusal = reply as ErrorReply;
    node.counters.refusals++;
    const isAboutKeys =
      recovery.kind === 'wait' || (recovery.kind === 'redirect' && recovery.redirection.kind === 'ask');
    if (isAboutKeys) {
      // The slot is moving, and its primary knows about each key.
      this.#giveToPrimary(command);
      return;
    }
    if (recovery.kind === 'reconnect') this.#readers.get(node)?.link.replace();
    // MOVED from a replica says that it is no replica of the slot's primary. Whose the slot is, the topology knows better.
    this.#avoid(node, 'refused');
    this.#elsewhere(command);
  }

  #onLost(node: ClusterNode, unanswered: readonly Command[], error: RedisError | undefined): void {
    if (error !== undefined && error.code !== 'ERR_CLOSED') this.#avoid(node, 'lost');
    for (const command of unanswered) {
      if (error?.code === 'ERR_CLOSED' || fateAfterLoss(command) === 'reject') {
        this.#host.settle(command, lossOf(command, error));
        continue;
      }
      command.lastRefusal = error;
      this.#elsewhere(command);
    }
  }

  #avoid(node: ClusterNode, reason: RefreshReason): void {
    const { runtime } = this.#context.settings;
    this.#readers.get(node)?.failed(runtime.now(), runtime.random());
    this.#host.wantTopology(reason);
  }

  /** Another replica, or at last the primary: every failure makes one replica less to choose from. */
  #elsewhere(command: Command): void {
    command.pinnedTo = undefined;
    command.state = CommandState.Held;
    if (!this.dispatch(command)) this.#host.readFromPrimary(command);
  }

  #giveToPrimary(command: Command): void {
    command.pinnedTo = undefined;
    command.state = CommandState.Held;
    this.#host.readFromPrimary(command);
  }

  /** A replica that owes an answer and is silent for too long is given up, while its reads still have time. */
  readonly #tick = (): void => {
    this.#timer = undefined;
    const { runtime, handoverMs } = this.#context.settings;
    let isOwed = false;
    const links = [...this.#leaving];
    for (const { link } of this.#readers.values()) links.push(link);
    for (const link of links.flatMap(({ all }) => all)) {
      const { address } = link;
      if (link.silentMs >= handoverMs) {
        const message = `connection to ${address} closed: the replica is silent for ${handoverMs} ms`;
        link.interrupt(new ConnectionError('ERR_CONNECTION_LOST', message, { address }));
      }
      if (link.owed > 0) isOwed = true;
    }
    if (isOwed) this.#timer ??= runtime.setTimer(this.#tick, TICK_MS);
  };
}
