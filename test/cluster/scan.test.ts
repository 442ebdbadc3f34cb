import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot, type Scan } from '../../src/cluster/index.ts';
import type { ClusterError, ConnectionError, TimeoutError } from '../../src/errors.ts';
import { SimulatedCluster, seededRandom } from '../../src/testing/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/scan');

const KEYS = Array.from({ length: 120 }, (_, n) => `key:${n}`);
const SEEDS = Array.from({ length: 30 }, (_, n) => n + 1);

interface Simulation {
  readonly simulation: SimulatedCluster;
  readonly cluster: Cluster;
  readonly random: () => number;
}

async function start(seed: number, keys: readonly string[] = KEYS): Promise<Simulation> {
  const simulation = new SimulatedCluster({ seed });
  const { seeds, runtime } = simulation;
  const cluster = await simulation.run(connectCluster({ seeds, runtime }));
  await simulation.run(cluster.sendAll(keys.map((key) => ['SET', key, 'x'])));
  // Replicas have them too: what a failover loses does not stay.
  await runtime.pass(200);
  return { simulation, cluster, random: seededRandom(seed) };
}

/** Reads a scan to its end, at the pace of a slow consumer, so that much happens between two pages. */
async function collect({ simulation, random }: Simulation, scan: Scan<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const keys of scan) {
    seen.push(...keys);
    await simulation.runtime.sleep(random() * 10);
  }
  return seen;
}

/** Does something again and again until it is told to stop. */
function repeat(action: () => Promise<unknown>): () => Promise<void> {
  let isOver = false;
  const loop = (async () => {
    while (!isOver) await action();
  })();
  return () => {
    isOver = true;
    return loop;
  };
}

/** Slots of our keys, even or odd, go to random primaries in many steps; some soon return. */
function migrator({ simulation, random }: Simulation, parity: 0 | 1): () => Promise<void> {
  const slots = KEYS.map(hashSlot).filter((slot) => slot % 2 === parity);
  return repeat(async () => {
    const slot = slots[Math.floor(random() * slots.length)]!;
    const primaries = simulation.liveNodes.filter((node) => simulation.isPrimary(node));
    const source = simulation.nodeOf(slot);
    const targets = primaries.filter((node) => node !== source);
    const target = targets[Math.floor(random() * targets.length)]!;
    const stepMs = 1 + random() * 30;
    await simulation.moveSlot(slot, target, { stepMs });
    if (random() < 0.5) await simulation.moveSlot(slot, source, { stepMs });
    await simulation.runtime.sleep(random() * 5);
  });
}

test('every key of a cluster at rest comes exactly once', async () => {
  const run = await start(1);
  const scan = run.cluster.scan({ count: 7 });
  const seen = await run.simulation.run(collect(run, scan));
  assert.equal(seen.sort(), [...KEYS].sort());
  assert.is(scan.coveredSlots, 16384);
});

test('while slots move to and fro, every key that stays comes at least once', async () => {
  let repeats = 0;
  for (const seed of SEEDS) {
    const run = await start(seed);
    const stops = [migrator(run, 0), migrator(run, 1)];
    const seen = await run.simulation.run(collect(run, run.cluster.scan({ count: 5 })));
    await run.simulation.run(Promise.all(stops.map((stop) => stop())));
    const missing = KEYS.filter((key) => !seen.includes(key));
    assert.equal(missing, [], `seed ${seed}`);
    repeats += seen.length - KEYS.length;
    run.cluster.destroy();
  }
  assert.ok(repeats > 0, 'slots did move under the scans');
});

test('a slot whose migration lasts longer than the scan is covered by its source, then its target', async () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const tagged = KEYS.map((key) => `{${seed}}${key}`);
    const run = await start(seed, tagged);
    const { simulation } = run;
    const slot = hashSlot(tagged[0]!);
    const source = simulation.nodeOf(slot);
    const target = simulation.nodes.find((node) => simulation.isPrimary(node) && node !== source)!;
    const migration = simulation.beginMigration(slot, target);
    const stop = repeat(async () => {
      migration.migrateKeys(1);
      await simulation.runtime.sleep(2);
    });
    const seen = await simulation.run(collect(run, run.cluster.scan({ count: 5 })));
    await simulation.run(stop());
    assert.equal(new Set(seen).size, KEYS.length, `seed ${seed}`);
    assert.is(simulation.nodeOf(slot), source, 'the migration is still open');
    run.cluster.destroy();
  }
});

test('failovers, planned and not, and a restarted server do not make keys disappear', async () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const run = await start(seed);
    const { simulation, random } = run;
    const { runtime } = simulation;
    const stop = repeat(async () => {
      await simulation.settled();
      const primaries = simulation.liveNodes.filter((node) => simulation.isPrimary(node));
      const victim = primaries[Math.floor(random() * primaries.length)]!;
      const replica = simulation.liveNodes.find(({ primaryIndex }) => primaryIndex === victim.index);
      if (replica !== undefined && random() < 0.5) await simulation.failover(replica);
      else if (replica !== undefined) {
        simulation.kill(victim);
        await runtime.sleep(random() * 1500);
        await simulation.restart(victim);
      }
      await runtime.sleep(200);
    });
    const seen = await simulation.run(collect(run, run.cluster.scan({ count: 3, timeoutMs: 20_000 })));
    await simulation.run(stop());
    assert.equal(new Set(seen).size, KEYS.length, `seed ${seed}`);
    run.cluster.destroy();
  }
});

test('a pattern with a literal hash tag asks one node alone', async () => {
  const run = await start(1);
  const { simulation, cluster } = run;
  await simulation.run(cluster.sendAll([1, 2, 3].map((n) => ['SET', `{tag}${n}`, n])));
  const owner = cluster.primaryOf(hashSlot('{tag}'));
  const ofOthers = (): number[] =>
    cluster.stats().nodes.flatMap(({ address, commands }) => (address === owner ? [] : commands));
  const before = ofOthers();
  const scan = cluster.scan({ match: '{tag}*' });
  const seen = await simulation.run(collect(run, scan));
  assert.equal(seen.filter((key) => key.startsWith('{tag}')).sort(), ['{tag}1', '{tag}2', '{tag}3']);
  assert.equal(ofOthers(), before);
});

test('leaving the loop early leaves nothing under way', async () => {
  const run = await start(1);
  const { simulation, cluster } = run;
  const first = (async () => {
    for await (const keys of cluster.scan({ count: 3 })) return keys;
    return [];
  })();
  assert.ok((await simulation.run(first)).length > 0);
  assert.is(cluster.stats().live, 0);
  const scan = cluster.scan();
  scan[Symbol.asyncIterator]();
  assert.throws(() => scan[Symbol.asyncIterator](), /once/);
});

test('keys come as bytes where they may be no text', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  const { simulation, cluster } = await start(1, []);
  await simulation.run(cluster.send(['SET', bytes, 1]));
  const scanned = (async () => {
    const seen: Buffer[] = [];
    for await (const keys of cluster.scan({ reply: 'bytes' })) seen.push(...keys);
    return seen;
  })();
  assert.equal(await simulation.run(scanned), [bytes]);
});

test('a signal ends the scan, and so does a closed client', async () => {
  const run = await start(1);
  const controller = new AbortController();
  const drain = async (scan: Scan<string>, then: () => void): Promise<Error | undefined> => {
    try {
      for await (const _keys of scan) then();
      return undefined;
    } catch (error) {
      return error as Error;
    }
  };
  const aborted = drain(run.cluster.scan({ count: 3, signal: controller.signal }), () => controller.abort());
  assert.is(((await run.simulation.run(aborted)) as TimeoutError).code, 'ERR_ABORTED');
  const closed = drain(run.cluster.scan({ count: 3 }), () => run.cluster.destroy());
  assert.is(((await run.simulation.run(closed)) as ConnectionError).code, 'ERR_CLOSED');
});

test('a slot that nobody has is an error, not silence', async () => {
  const fake = new FakeCluster(1);
  fake.layout = [[0, 100, fake.nodes[0]!]];
  const line = `id7000 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-100`;
  fake.clusterNodes = () => `$${line.length}\r\n${line}\r\n`;
  fake.nodes[0]!.answer = () => '*2\r\n$1\r\n0\r\n*1\r\n$4\r\nk209\r\n';
  const cluster = await fake.connect();
  const scan = cluster.scan({ timeoutMs: 300 });
  const drained = (async () => {
    for await (const keys of scan) assert.equal(keys, []);
  })();
  const error = await fake.failure<ClusterError>(drained);
  assert.equal([error.code, error.slot, scan.coveredSlots], ['ERR_SLOT_UNASSIGNED', 101, 101]);
  cluster.destroy();
});

test('a connection lost between two pages starts the scan of its node again: its cursor may be another process’s', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes as [FakeNode];
  const line = 'id7000 10.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-16383';
  fake.clusterNodes = () => `$${line.length}\r\n${line}\r\n`;
  node.answer = ([, cursor]) => `*2\r\n$1\r\n${cursor === '0' ? '7' : '0'}\r\n*1\r\n$2\r\nk${cursor}\r\n`;
  const cluster = await fake.connect();
  let pages = 0;
  const drained = (async () => {
    for await (const _keys of cluster.scan()) if (++pages === 1) node.connection.close(new Error('ECONNRESET'));
  })();
  await fake.settle(drained);
  assert.equal(node.take(), ['SCAN 0', 'SCAN 7', 'SCAN 0', 'SCAN 7']);
  assert.is(pages, 3);
  cluster.destroy();
});

test('a server that is not in cluster mode is scanned whole', async () => {
  const fake = new FakeCluster(1);
  fake.clusterSlots = () => '-ERR This instance has cluster support disabled\r\n';
  fake.clusterNodes = fake.clusterSlots;
  fake.nodes[0]!.answer = () => '*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n';
  const cluster = await fake.connect();
  const pages: string[][] = [];
  await fake.settle(
    (async () => {
      for await (const keys of cluster.scan()) pages.push(keys);
    })(),
  );
  assert.equal(pages, [['a', 'b']]);
  cluster.destroy();
});

test('options that cannot be used throw at once', async () => {
  const { cluster } = await start(1, []);
  assert.throws(() => cluster.scan({ count: 0 }), /count/);
  assert.throws(() => cluster.scan({ match: 5 as never }), /match/);
  assert.throws(() => cluster.scan({ reply: 'raw' as never }), /reply/);
});

test.run();
