/** A real cluster on this machine, formed through this package itself: for tests, benches, demonstrations. */
import { findStrangers, findUnsettled, formCluster, introduce, replicate } from './cluster-formation.ts';
import { ClusterNode } from './cluster-node.ts';
import { findOwner, type NodeView } from './cluster-view.ts';
import { findServer, isAtLeast, type ServerBinary } from './server-binary.ts';
import { type ServerConfig, startServer } from './server-process.ts';
import { SlotMigration } from './slot-migration.ts';
import { waitUntil } from './wait-until.ts';

/** What cluster to start; everything has a default. */
export interface ClusterOptions {
  /** 3; a cluster can fail over by itself from 3 on. */
  readonly primaries?: number | undefined;
  /** 1. */
  readonly replicasPerPrimary?: number | undefined;
  /**
   * Set node by node once the cluster is formed, as administrators do; none by default. Redis 6.0 cannot restart with
   * one that has blanks or quotes: it writes it down without marks.
   */
  readonly password?: string | undefined;
  /** A program found before, or what {@link findServer} takes. */
  readonly server?: ServerBinary | string | undefined;
  /** The IP address of all nodes, which they also announce: 127.0.0.1. */
  readonly host?: string | undefined;
  /** After how long without an answer a node counts as failed: 2000. */
  readonly nodeTimeoutMs?: number | undefined;
  /** Further directives for every node; those that make it a cluster's are set here. */
  readonly config?: ServerConfig | undefined;
}

/** How {@link TestCluster.moveSlot} goes about it. */
export interface MoveOptions {
  /** 100. */
  readonly keysPerStep?: number | undefined;
  /** Runs when the move was opened and after every step; awaited. `movedKeys` counts from the beginning. */
  readonly onStep?: ((movedKeys: number) => void | Promise<void>) | undefined;
}

const SETTLE_TIMEOUT_MS = 30_000;

// A planned failover that could not be completed is given up by the replica after five seconds.
const FAILOVER_RETRY_MS = 5500;

/**
 * Starts a cluster and waits until it is ready for use: about three seconds, of which a primary spends two refusing to
 * serve, to be sure that it knows the truth.
 *
 * Every process is stopped by {@link TestCluster.stop}, or when this process ends. Until then, connections to the nodes
 * keep this process alive.
 *
 * @throws {Error} when there is no server, when one does not start, when they don't form a cluster in time.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const { primaries = 3, replicasPerPrimary = 1, password } = options;
  const server = typeof options.server === 'object' ? options.server : await findServer(options.server);
  const started = Array.from({ length: primaries * (1 + replicasPerPrimary) }, () => startNode({ ...options, server }));
  const results = await Promise.allSettled(started);
  const nodes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const cluster = new TestCluster({ ...options, server }, nodes);
  try {
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    await formCluster(nodes, primaries, SETTLE_TIMEOUT_MS);
    await cluster.settled();
    if (password !== undefined) await setPassword(nodes, password);
    await cluster.settled();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** A cluster of {@link startCluster}. */
export class TestCluster {
  readonly server: ServerBinary;
  readonly #options: ClusterOptions;
  readonly #nodes: ClusterNode[];

  constructor(options: ClusterOptions & { server: ServerBinary }, nodes: readonly ClusterNode[]) {
    this.server = options.server;
    this.#options = options;
    this.#nodes = [...nodes];
  }

  /** All nodes, killed ones included: the primaries of the beginning, their replicas, then those added later. */
  get nodes(): readonly ClusterNode[] {
    return this.#nodes;
  }

  /** The nodes that run and are not frozen. */
  get liveNodes(): ClusterNode[] {
    return this.#nodes.filter(({ process }) => process.state === 'running');
  }

  /**
   * Waits until the live nodes agree that all is well: every slot with a live owner, every replica synchronised.
   *
   * @throws {Error} with what is missing, after 30 seconds.
   */
  async settled(): Promise<void> {
    await waitUntil(SETTLE_TIMEOUT_MS, () => findUnsettled(this.liveNodes));
    await this.refresh();
  }

  /** Asks every live node what it is, which brings each `role` up to date; who does not answer is left out. */
  async refresh(): Promise<NodeView[]> {
    const answers = await Promise.allSettled(this.liveNodes.map((node) => node.self()));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }

  /** The live primary that owns a slot at this moment, by the nodes' own words. */
  async nodeOf(slot: number): Promise<ClusterNode> {
    const owner = findOwner(await this.refresh(), slot);
    const node = this.#nodes.find(({ id }) => id === owner?.id);
    if (node === undefined) throw new Error(`no live node owns slot ${slot}`);
    return node;
  }

  /**
   * Moves a slot with its keys to another primary; nothing happens when it is there already. Clients may go on
   * reading and writing meanwhile.
   */
  async moveSlot(slot: number, target: ClusterNode, { keysPerStep = 100, onStep }: MoveOptions = {}): Promise<void> {
    if ((await this.nodeOf(slot)) === target) return;
    const migration = await this.beginMigration(slot, target);
    let movedKeys = 0;
    await onStep?.(movedKeys);
    for (let count = await migration.migrateKeys(keysPerStep); count > 0; ) {
      movedKeys += count;
      await onStep?.(movedKeys);
      count = await migration.migrateKeys(keysPerStep);
    }
    await migration.finish();
  }

  /** Opens the move of a slot and leaves the rest to the caller; see {@link SlotMigration}. */
  async beginMigration(slot: number, target: ClusterNode): Promise<SlotMigration> {
    const source = await this.nodeOf(slot);
    const { password } = target;
    return SlotMigration.begin({ slot, source, target, liveNodes: () => this.liveNodes, password });
  }

  /**
   * Makes a replica the primary of its shard, and waits until all agree.
   *
   * @param mode `planned` loses no write and needs a live primary; `force` does without the primary, `takeover` without
   * the majority as well.
   */
  async failover(replica: ClusterNode, mode: 'planned' | 'force' | 'takeover' = 'planned'): Promise<void> {
    // The other primaries vote only for a replica that knows of every slot that was moved.
    if (mode === 'planned') await this.settled();
    const command = ['CLUSTER', 'FAILOVER', ...(mode === 'planned' ? [] : [mode.toUpperCase()])];
    let sentAt = Number.NEGATIVE_INFINITY;
    await waitUntil(SETTLE_TIMEOUT_MS, async () => {
      if ((await replica.self()).role === 'primary') return undefined;
      if (performance.now() - sentAt > FAILOVER_RETRY_MS) {
        sentAt = performance.now();
        await replica.send(command);
      }
      return `${replica.address} is still a replica`;
    });
    await this.settled();
  }

  /** Ends a node at once, as a crash would. Whether the cluster notices is for the caller to await: {@link settled}. */
  async kill(node: ClusterNode): Promise<void> {
    node.disconnect();
    await node.process.kill();
  }

  /** Starts a killed node again on its port with what it persisted (by default: its place in the cluster, no keys). */
  async restart(node: ClusterNode): Promise<void> {
    node.disconnect();
    await node.process.restart();
  }

  /**
   * Adds a node and waits until all live nodes know it: a primary without slots, or a synchronised replica.
   *
   * @param options `replicaOf`: the primary to copy from.
   */
  async addNode({ replicaOf }: { readonly replicaOf?: ClusterNode | undefined } = {}): Promise<ClusterNode> {
    const node = await startNode({ ...this.#options, server: this.server });
    this.#nodes.push(node);
    if (this.#options.password !== undefined) await node.setPassword(this.#options.password);
    const nodes = this.liveNodes;
    await introduce(
      node,
      nodes.filter((other) => other !== node),
    );
    await waitUntil(SETTLE_TIMEOUT_MS, () => findStrangers(nodes));
    if (replicaOf !== undefined) await replicate(node, replicaOf);
    await this.settled();
    return node;
  }

  /**
   * Takes a node out: the others forget it, and it ends. It must own no slot.
   *
   * @throws {Error} when it owns one.
   */
  async removeNode(node: ClusterNode): Promise<void> {
    const others = this.liveNodes.filter((other) => other !== node);
    // Itself it may be loading what its new primary has: with its last slot a primary becomes a replica.
    const view = (await others[0]?.view())?.find(({ id }) => id === node.id);
    if (view !== undefined && view.slots.length > 0) throw new Error(`${node.address} owns slots: move them first`);
    for (const other of others) await other.send(['CLUSTER', 'FORGET', node.id]);
    node.disconnect();
    await node.process.stop();
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
    await this.settled();
  }

  /** Ends all nodes and removes their folders. */
  async stop(): Promise<void> {
    for (const node of this.#nodes) node.disconnect();
    await Promise.all(this.#nodes.map(({ process }) => process.stop()));
  }
}

// Node by node on the live cluster, as administrators do.
async function setPassword(nodes: readonly ClusterNode[], password: string): Promise<void> {
  for (const node of nodes) await node.setPassword(password);
  if (isAtLeast(nodes[0]!.process.binary, [6, 0, 0])) return;
  // Before 6.0 a new password makes strangers of those already connected, replicas too: their acknowledgements are refused
  // until the link breaks, which would take a minute.
  for (const node of nodes) await node.send(['CLIENT', 'KILL', 'TYPE', 'slave']);
}

async function startNode(options: ClusterOptions & { server: ServerBinary }): Promise<ClusterNode> {
  const { server, host, nodeTimeoutMs = 2000 } = options;
  const config: ServerConfig = {
    ...options.config,
    'cluster-enabled': 'yes',
    'cluster-config-file': 'nodes.conf',
    'cluster-node-timeout': nodeTimeoutMs,
    // Before 7.0 a planned failover cannot succeed while nothing was ever replicated, not even a PING. This is the name
    // that every version knows.
    'repl-ping-slave-period': 1,
  };
  const process = await startServer({ server, host, config });
  try {
    return await ClusterNode.of(process);
  } catch (error) {
    await process.stop();
    throw error;
  }
}
