import { SLOT_COUNT } from '../../cluster/index.ts';
import { ClusterBus } from './cluster-bus.ts';
import { Keyspace } from './keyspace.ts';
import { NodeReplication } from './node-replication.ts';
import { ServerRecord } from './server-record.ts';
import { SimulatedMigration } from './simulated-migration.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { type NodeSurroundings, SimulatedNode } from './simulated-node.ts';
import type { SlotSpan } from './slot-view.ts';
import { VirtualRuntime } from './virtual-runtime.ts';

/** What cluster to simulate; everything has a default. All times are milliseconds of virtual time. */
export interface SimulatedClusterOptions {
  /** Decides everything that happens by chance: 1. */
  readonly seed?: number | undefined;
  /** 3. */
  readonly primaries?: number | undefined;
  /** 1. */
  readonly replicasPerPrimary?: number | undefined;
  readonly password?: string | undefined;
  /** After how long without an answer a node counts as failed: 500. */
  readonly nodeTimeoutMs?: number | undefined;
  /** How far replicas are behind: 5. What a dead primary did so shortly before its end is lost. */
  readonly replicationLagMs?: number | undefined;
  /** The longest time until a node hears what another one announces: 20. */
  readonly gossipMs?: number | undefined;
  /** ASK for commands on keys of both sides of a migration, as before Redis 7.0, instead of TRYAGAIN: false. */
  readonly asksForHalfMigrated?: boolean | undefined;
}

/** How {@link SimulatedCluster.moveSlot} goes about it. */
export interface SimulatedMoveOptions {
  /** The time between two keys, and before the first and after the last: 1. */
  readonly stepMs?: number | undefined;
}

/** How long a planned failover waits for its replica, besides the lag: a turn on the bus. */
const HANDOVER_MS = 2;
const LOADING_MS = 30;
const POLL_MS = 5;

/**
 * A Redis cluster on virtual time, without a process or a socket: nodes with slots, keys, replicas, epochs, views that
 * differ for a while, and a network that can do its worst.
 *
 *     const simulation = new SimulatedCluster({ seed: 1 });
 *     const { runtime, seeds } = simulation;
 *     const cluster = await simulation.run(connectCluster({ seeds, runtime }));
 *     await simulation.run(cluster.send(['SET', 'key', 1]));
 *
 * Time passes while {@link run} waits, and at no other moment. Methods that return a promise need time to pass.
 */
export class SimulatedCluster {
  readonly runtime: VirtualRuntime;
  readonly network: SimulatedNetwork;
  readonly nodes: readonly SimulatedNode[];
  /** What the servers lost, and did out of order. */
  readonly record: ServerRecord = new ServerRecord();
  readonly #options: SimulatedClusterOptions;
  readonly #bus: ClusterBus;
  #connections = 0;
  #isHandingOver = false;

  constructor(options: SimulatedClusterOptions = {}) {
    const { seed = 1, primaries = 3, replicasPerPrimary = 1, gossipMs = 20, nodeTimeoutMs = 500 } = options;
    this.#options = options;
    this.runtime = new VirtualRuntime(seed);
    this.network = new SimulatedNetwork(this.runtime);
    const nodes: SimulatedNode[] = [];
    this.nodes = nodes;
    const surroundings = this.#surroundings();
    for (let index = 0; index < primaries * (1 + replicasPerPrimary); index++)
      nodes.push(this.#node(index, surroundings));
    this.#bus = new ClusterBus({ runtime: this.runtime, nodes, gossipMs, nodeTimeoutMs }, (failed) =>
      this.#elect(failed),
    );
    this.#form(primaries);
  }

  /** Where a client can start. */
  get seeds(): { host: string; port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /** Nodes whose process runs. */
  get liveNodes(): SimulatedNode[] {
    return this.nodes.filter((node) => node.isAlive);
  }

  /** Lets virtual time pass until the promise has its outcome. */
  run<T>(promise: Promise<T>): Promise<T> {
    return this.runtime.settle(promise);
  }

  /** The primary that has a slot, as the newest announcement says. */
  nodeOf(slot: number): SimulatedNode {
    return this.nodes[this.#bus.truth.ownerOf(slot)!]!;
  }

  /** Whether a node is a primary, as the newest announcements say. */
  isPrimary(node: SimulatedNode): boolean {
    return this.#bus.truth.replicaOf[node.index] === undefined;
  }

  /** Opens the move of a slot to another primary; no key is moved yet. */
  beginMigration(slot: number, target: SimulatedNode): SimulatedMigration {
    const source = this.nodeOf(slot);
    return new SimulatedMigration({ slot, source, target, bus: this.#bus });
  }

  /** Moves a slot with its keys, one by one. */
  async moveSlot(slot: number, target: SimulatedNode, { stepMs = 1 }: SimulatedMoveOptions = {}): Promise<void> {
    const migration = this.beginMigration(slot, target);
    // Both have to run for a key to move; a stopped one makes the move wait.
    const step = async (): Promise<void> => {
      do await this.runtime.sleep(stepMs);
      while (!migration.source.isReachable || !target.isReachable);
    };
    do await step();
    while (migration.migrateKeys(1) > 0);
    // One hand-over at a time: a source that got a newer epoch by another one meanwhile would claim the slot back.
    while (this.#isHandingOver) await step();
    this.#isHandingOver = true;
    migration.claim();
    // Until the source is told, it still asks clients to the target.
    await step();
    migration.finish();
    this.#isHandingOver = false;
  }

  /** A planned failover, without loss: writes wait, the replica catches up, and takes over. */
  async failover(replica: SimulatedNode): Promise<void> {
    const primary = this.nodes[replica.primaryIndex!]!;
    replica.trace(`takes over from ${primary.address} as planned`);
    primary.holdsWrites = true;
    await this.runtime.sleep(this.#lagMs + HANDOVER_MS);
    replica.replication.applyUntil(this.runtime.now());
    this.#promote(replica, primary);
    await this.settled();
    primary.releaseWrites();
  }

  /** The process of a node is gone; after a while a replica takes its place. */
  kill(node: SimulatedNode): void {
    node.trace('killed');
    node.kill(this.#bus.random);
    this.#bus.lost(node);
  }

  /** A dead process starts again, with the data it had. */
  async restart(node: SimulatedNode): Promise<void> {
    node.trace('started again');
    node.isAlive = true;
    node.isLoading = true;
    node.keyspace.reseed();
    node.isRejoining = true;
    node.migrating.clear();
    node.importing.clear();
    await this.runtime.sleep(LOADING_MS);
    node.isLoading = false;
    this.#bus.returned(node);
    await this.settled();
    node.isRejoining = false;
  }

  /** The process of a node is stopped: its system takes connections and bytes, and nobody reads them. */
  pause(node: SimulatedNode): void {
    node.trace('paused');
    node.pause();
    this.#bus.lost(node);
  }

  /** A stopped process goes on; what it does not know yet it hears a little later. */
  resume(node: SimulatedNode): void {
    node.trace('goes on');
    node.resume(this.#bus.random);
    this.#bus.returned(node);
  }

  /** All nodes want this password from now on; connections that are open stay as they are. */
  setPassword(password: string | undefined): void {
    for (const node of this.nodes) node.password = password;
  }

  /** Resolves when all live nodes say the same of the cluster, and nothing of it is broken. */
  async settled(): Promise<void> {
    while (!this.isSettled) await this.runtime.sleep(POLL_MS);
  }

  /**
   * Whether all live nodes say the same of the cluster, and nothing of it is broken. What is still to be heard counts: a
   * replica that learns in the middle of its takeover what its primary had once, and has no more, would claim it.
   */
  get isSettled(): boolean {
    if (!this.#bus.isQuiet) return false;
    const views = this.nodes.filter(({ isReachable }) => isReachable).map(({ view }) => view);
    return !this.#bus.truth.isBroken && views.every((view) => view.agreesWith(this.#bus.truth));
  }

  get #lagMs(): number {
    return this.#options.replicationLagMs ?? 5;
  }

  #node(index: number, surroundings: NodeSurroundings): SimulatedNode {
    const keyspace = new Keyspace(() => this.runtime.now(), index + 1);
    const replication = new NodeReplication(keyspace);
    const id = (index + 1).toString(16).padStart(40, '0');
    const identity = { index, id, host: '10.0.0.1', port: 7000 + index };
    const node = new SimulatedNode(identity, { keyspace, replication }, surroundings);
    node.password = this.#options.password;
    this.network.listen(node.address, node);
    return node;
  }

  #surroundings(): NodeSurroundings {
    return {
      runtime: this.runtime,
      record: this.record,
      peers: this.nodes,
      asksForHalfMigrated: this.#options.asksForHalfMigrated ?? false,
      nextConnectionId: () => ++this.#connections,
      replicate: (replica) => replica.replication.applyUntil(this.runtime.now() - this.#lagMs),
      deposed: (node, by) => this.#follow(node, this.nodes[by]!),
    };
  }

  /** The first nodes are primaries with a share of the slots each, the others their replicas in turn. */
  #form(primaries: number): void {
    for (const node of this.nodes) {
      const { index } = node;
      const isPrimary = index < primaries;
      const share: SlotSpan = [
        Math.ceil((index * SLOT_COUNT) / primaries),
        Math.ceil(((index + 1) * SLOT_COUNT) / primaries) - 1,
      ];
      const replicaOf = isPrimary ? undefined : index % primaries;
      node.epoch = isPrimary ? index + 1 : replicaOf! + 1;
      this.#bus.tellAtOnce({ node: index, epoch: node.epoch, replicaOf, claims: isPrimary ? [share] : [] });
      if (!isPrimary) node.replication.follow(this.nodes[replicaOf!]!.replication);
    }
  }

  /** A primary has failed: the first of its replicas that can takes its place. */
  #elect(failed: SimulatedNode): void {
    const replica = this.nodes.find(({ isReachable, primaryIndex }) => isReachable && primaryIndex === failed.index);
    if (replica === undefined) return;
    replica.replication.applyUntil(failed.lostAt - this.#lagMs);
    replica.trace(`takes over from ${failed.address}, which has failed`);
    this.#promote(replica, failed);
  }

  #promote(replica: SimulatedNode, former: SimulatedNode): void {
    this.record.lost(replica.replication.stopFollowing());
    const claims = replica.view.spansOf(former.index);
    replica.epoch = this.#bus.nextEpoch();
    replica.keyspace.keepOnly((slot) => replica.view.ownerOf(slot) === former.index);
    this.#bus.announce({ node: replica.index, epoch: replica.epoch, replicaOf: undefined, claims });
    for (const node of this.nodes) {
      if (node !== replica && node.primaryIndex === former.index) this.#follow(node, replica);
    }
  }

  /** A node becomes a replica of another, with a copy of its data. */
  #follow(node: SimulatedNode, primary: SimulatedNode): void {
    node.trace(`replicates ${primary.address}`);
    node.migrating.clear();
    node.importing.clear();
    node.replication.follow(primary.replication);
    node.epoch = primary.epoch;
    this.#bus.announce({ node: node.index, epoch: node.epoch, replicaOf: primary.index, claims: [] });
    if (node.holdsWrites) node.releaseWrites();
  }
}
