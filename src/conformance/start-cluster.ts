/** A real cluster of the suite's own, which goes through the states that the cases need. */
import {
  type ClusterNode,
  isAtLeast,
  type ServerBinary,
  type SlotMigration,
  startCluster,
  startServer,
  type TestCluster,
  waitUntil,
} from '../testing/index.ts';
import { type ClusterParts, type NamedNode, nameParts } from './cluster-parts.ts';
import type { Target } from './target.ts';

/** The part of a target that is a cluster. */
export interface StartedCluster extends Pick<Target, 'nodes' | 'words' | 'tagOf' | 'enter' | 'act'> {
  readonly stop: () => Promise<void>;
}

/** Starts three primaries, a replica of the first, and a node that has joined nobody. */
export async function startNamedCluster(server: ServerBinary): Promise<StartedCluster> {
  const cluster = await startCluster({ server, replicasPerPrimary: 0 });
  const config = { 'cluster-enabled': 'yes', 'cluster-config-file': 'nodes.conf' };
  const fresh = await startServer({ server, config }).catch(async (error: unknown) => {
    await cluster.stop();
    throw error;
  });
  const stop = async () => {
    await Promise.all([cluster.stop(), fresh.stop()]);
  };
  try {
    const [a, b, d] = cluster.nodes;
    const c = await cluster.addNode({ replicaOf: a! });
    const nodes = { A: a!, B: b!, C: c, src: d!, dst: b! };
    const owners = await Promise.all([a!, b!, d!].map((node) => node.self()));
    const named = new Map<string, NamedNode>(Object.entries(nodes));
    named.set('fresh', { id: '', host: fresh.host, port: fresh.port });
    const parts = nameParts(named, (slot) => {
      const at = owners.findIndex(({ slots }) => slots.some(([first, last]) => first <= slot && slot <= last));
      return ['A', 'B', 'src'][at];
    });
    const stages = new Stages(cluster, nodes, parts);
    return { ...parts, enter: (stage) => stages.enter(stage), act: (what) => stages.act(what), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const SETTLE_TIMEOUT_MS = 15_000;
const KEYS = ['present-a', 'present-b', 'present-c', 'moved-a', 'moved-b', 'absent'];

type Nodes = Readonly<Record<'A' | 'B' | 'C' | 'src' | 'dst', ClusterNode>>;

/** The states of the cluster, one behind the other. */
class Stages {
  readonly #cluster: TestCluster;
  readonly #nodes: Nodes;
  readonly #parts: ClusterParts;
  #migration: SlotMigration | undefined;
  #hasFailedOver = false;

  constructor(cluster: TestCluster, nodes: Nodes, parts: ClusterParts) {
    this.#cluster = cluster;
    this.#nodes = nodes;
    this.#parts = parts;
  }

  async enter(stage: string): Promise<ReadonlyMap<string, string>> {
    const prepare = this.#preparations[stage];
    await prepare?.();
    return new Map(KEYS.map((name) => [name, this.#keyOf(name)]));
  }

  /** `move:x` moves the slot of part x to `dst`. */
  async act(what: string): Promise<void> {
    const part = what.replace('move:', '');
    await this.#cluster.moveSlot(this.#parts.slotOf(part), this.#nodes.dst);
  }

  readonly #preparations: Readonly<Record<string, () => Promise<void>>> = {
    migrating: () => this.#openMigration(),
    moved: async () => {
      await this.#openMigration();
      await this.#migration?.finish();
    },
    names: () => this.#announceName(),
    'failed-over': async () => {
      await this.#cluster.failover(this.#nodes.C);
      this.#hasFailedOver = true;
    },
    hole: () => this.#makeHole(),
    down: async () => {
      await this.#makeHole();
      await this.#requireFullCoverage('yes');
      // Nodes look at their own state again only when their slots change.
      const slot = this.#parts.slotOf('hole');
      await this.#nodes.A.send(['CLUSTER', 'ADDSLOTS', slot]);
      await this.#nodes.A.send(['CLUSTER', 'DELSLOTS', slot]);
      await this.#waitForState('fail');
    },
  };

  async #openMigration(): Promise<void> {
    if (this.#migration !== undefined) return;
    const { src, dst } = this.#nodes;
    for (const name of KEYS) if (name !== 'absent') await src.send(['SET', this.#keyOf(name), '1']);
    this.#migration = await this.#cluster.beginMigration(this.#parts.slotOf('m'), dst);
    const moved = ['moved-a', 'moved-b'].map((name) => this.#keyOf(name));
    await src.send(['MIGRATE', dst.host, dst.port, '', 0, 5000, 'KEYS', ...moved]);
  }

  async #announceName(): Promise<void> {
    const { A, B } = this.#nodes;
    if (!isAtLeast(this.#cluster.server, [7, 0, 0])) return;
    await B.send(['CONFIG', 'SET', 'cluster-announce-hostname', 'host-b.example.com']);
    await waitUntil(SETTLE_TIMEOUT_MS, async () => {
      const nodes = String(await A.send(['CLUSTER', 'NODES']));
      return nodes.includes('host-b.example.com') ? undefined : 'the name has not come round';
    });
  }

  /** The slot of part `hole` belongs to nobody, and the others are served. */
  async #makeHole(): Promise<void> {
    if (this.#hasFailedOver) await this.#cluster.failover(this.#nodes.A);
    this.#hasFailedOver = false;
    await this.#requireFullCoverage('no');
    const slot = this.#parts.slotOf('hole');
    // Whoever still believes in an owner would bring it back.
    for (const node of this.#cluster.liveNodes) await node.send(['CLUSTER', 'DELSLOTS', slot]).catch(() => {});
    await this.#waitForState('ok');
  }

  async #requireFullCoverage(value: 'yes' | 'no'): Promise<void> {
    const command = ['CONFIG', 'SET', 'cluster-require-full-coverage', value];
    await Promise.all(this.#cluster.liveNodes.map((node) => node.send(command)));
  }

  async #waitForState(state: 'ok' | 'fail'): Promise<void> {
    await waitUntil(SETTLE_TIMEOUT_MS, async () => {
      const info = String(await this.#nodes.A.send(['CLUSTER', 'INFO']));
      return info.includes(`cluster_state:${state}`) ? undefined : `the cluster's state is not ${state}`;
    });
  }

  #keyOf(name: string): string {
    return `slotwire:stage:{${this.#parts.tagOf('m')}}${name}`;
  }
}
