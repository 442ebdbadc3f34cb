import { SLOT_COUNT } from '../../src/cluster/index.ts';
import { findStrangers, introduce } from '../../src/testing/cluster-formation.ts';
import { findFreePort } from '../../src/testing/free-port.ts';
import {
  ClusterNode,
  findServer,
  type ServerConfig,
  startServer,
  TestCluster,
  waitUntil,
} from '../../src/testing/index.ts';

const SETTLE_TIMEOUT_MS = 30_000;

/** Of a cluster whose nodes differ in what they announce. */
export interface ClusterOfOptions {
  readonly primaries?: number;
  /** The directives of each node, whose free ports are known already: one for clients, one for TLS. */
  readonly config: (node: { index: number; port: number; tlsPort: number }) => ServerConfig | Promise<ServerConfig>;
  /** The bus listens above the TLS port (`tls-cluster yes`). */
  readonly hasTlsBus?: boolean;
}

/** A cluster of primaries on 127.0.0.1, each configured as the test wants. */
export class ClusterOf {
  readonly servers: TestCluster;
  readonly tlsPorts: readonly number[];

  private constructor(servers: TestCluster, tlsPorts: readonly number[]) {
    this.servers = servers;
    this.tlsPorts = tlsPorts;
  }

  /** @throws {Error} with the end of a server's log, when one does not come up. */
  static async start({ primaries = 3, config, hasTlsBus = false }: ClusterOfOptions): Promise<ClusterOf> {
    const server = await findServer();
    const nodes: ClusterNode[] = [];
    const tlsPorts: number[] = [];
    try {
      for (let index = 0; index < primaries; index++) {
        const [port, tlsPort] = [await findFreePort('127.0.0.1'), await findFreePort('127.0.0.1')];
        const own = await config({ index, port, tlsPort });
        const enabled = { 'cluster-enabled': 'yes', 'cluster-node-timeout': 2000, ...own };
        nodes.push(await ClusterNode.of(await startServer({ server, port, config: enabled })));
        tlsPorts.push(tlsPort);
      }
      await form(nodes, hasTlsBus ? tlsPorts : nodes.map(({ port }) => port));
      const servers = new TestCluster({ server }, nodes);
      await servers.settled();
      return new ClusterOf(servers, tlsPorts);
    } catch (error) {
      for (const node of nodes) {
        node.disconnect();
        await node.process.stop();
      }
      throw error;
    }
  }

  get nodes(): readonly ClusterNode[] {
    return this.servers.nodes;
  }

  /** Sets a directive of every node. */
  async set(name: string, value: string): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.send(['CONFIG', 'SET', name, value])));
  }

  /** Waits until every node announces of all what the test wants, as CLUSTER SLOTS has it. */
  async announces(isRight: (hosts: readonly unknown[], ports: readonly number[]) => boolean): Promise<void> {
    await waitUntil(SETTLE_TIMEOUT_MS, async () => {
      for (const node of this.nodes) {
        const ranges = (await node.send(['CLUSTER', 'SLOTS'])) as [number, number, [unknown, number]][];
        const primaries = ranges.map(([, , primary]) => primary);
        if (
          !isRight(
            primaries.map(([host]) => host),
            primaries.map(([, port]) => port),
          )
        ) {
          return `${node.address} announces ${JSON.stringify(primaries)}`;
        }
      }
      return undefined;
    });
  }
}

/** The slots are shared, and everybody meets everybody. */
async function form(nodes: readonly ClusterNode[], busPorts: readonly number[]): Promise<void> {
  const share = SLOT_COUNT / nodes.length;
  for (const [index, node] of nodes.entries()) {
    const first = Math.ceil(index * share);
    const slots = Array.from({ length: Math.ceil((index + 1) * share) - first }, (_, n) => first + n);
    await node.send(['CLUSTER', 'ADDSLOTS', ...slots]);
    await node.send(['CLUSTER', 'SET-CONFIG-EPOCH', index + 1]);
  }
  for (const [index, node] of nodes.entries()) {
    const others = nodes.slice(index + 1).map(({ host }, n) => ({ host, port: busPorts[index + 1 + n]! }));
    await introduce(node, others);
  }
  await waitUntil(SETTLE_TIMEOUT_MS, () => findStrangers(nodes));
}
