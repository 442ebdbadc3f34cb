import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster } from '../../src/cluster/index.ts';
import type { Outcome } from '../../src/net/index.ts';
import { SimulatedCluster, seededRandom } from '../../src/testing/index.ts';

const test = suite('cluster/replica-reads: on simulated clusters with faults');

const KEYS = Array.from({ length: 60 }, (_, n) => `key:${n}`);
const SEEDS = Array.from({ length: 25 }, (_, n) => n + 1);

/** Primaries and replicas die, hang, return and change places, one at a time, until it is told to stop. */
function trouble(simulation: SimulatedCluster, random: () => number): () => Promise<void> {
  const { runtime } = simulation;
  const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  let isOver = false;
  const loop = (async () => {
    while (!isOver) {
      await simulation.settled();
      const node = any(simulation.liveNodes);
      const replica = simulation.liveNodes.find((one) => !simulation.isPrimary(one))!;
      const kind = any(['kill', 'pause', 'failover']);
      if (kind === 'failover') await simulation.failover(replica);
      else if (kind === 'kill') {
        simulation.kill(node);
        await runtime.sleep(random() * 3000);
        await simulation.restart(node);
      } else {
        simulation.pause(node);
        await runtime.sleep(random() * 3000);
        simulation.resume(node);
      }
      await runtime.sleep(300);
    }
  })();
  return () => {
    isOver = true;
    return loop;
  };
}

async function read(cluster: Cluster): Promise<Outcome[]> {
  return cluster.sendAll(KEYS.map((key) => ['GET', key]));
}

const FEW_SEEDS = SEEDS.slice(0, 8);
const CLIENTS: readonly Partial<ClusterOptions>[] = [
  { readFrom: 'preferReplica' },
  { readFrom: 'nearest' },
  // Nine nodes, and a reader has connections of its own to each.
  { readFrom: 'preferReplica', maxConnections: 4, connectionsPerNode: 2 },
  { readFrom: 'nearest', maxConnections: 4, maxConnectionAgeMs: 500 },
];

for (const options of CLIENTS) {
  test(`${JSON.stringify(options)}: whoever fails, every read has its value within its budget`, async () => {
    let fromReplicas = 0;
    for (const seed of options.maxConnections === undefined ? SEEDS : FEW_SEEDS) {
      const simulation = new SimulatedCluster({ seed, replicasPerPrimary: 2 });
      const { seeds, runtime } = simulation;
      const cluster = await simulation.run(connectCluster({ seeds, runtime, ...options }));
      await simulation.run(cluster.sendAll(KEYS.map((key) => ['SET', key, key])));
      await runtime.pass(200);
      const stop = trouble(simulation, seededRandom(seed));
      for (let round = 0; round < 60; round++) {
        assert.equal(await simulation.run(read(cluster)), KEYS, `seed ${seed}, round ${round}`);
        await runtime.pass(100);
      }
      await simulation.run(stop());
      for (const { address, commands } of cluster.stats().nodes) {
        const node = simulation.nodes.find((one) => one.address === address)!;
        if (!simulation.isPrimary(node)) fromReplicas += commands;
      }
      cluster.destroy();
      const { maxConnections = Number.POSITIVE_INFINITY } = options;
      assert.ok(simulation.network.mostOpen <= maxConnections, `${simulation.network.mostOpen} connections at once`);
    }
    assert.ok(fromReplicas > 500, `${fromReplicas} reads from replicas`);
  });
}

test.run();
