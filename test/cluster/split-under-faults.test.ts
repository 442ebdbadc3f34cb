import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { type ClusterError, RedisError } from '../../src/errors.ts';
import { SimulatedCluster, seededRandom } from '../../src/testing/index.ts';

const test = suite('cluster/split: under faults, on a simulated cluster');

const KEYS: readonly string[] = Array.from({ length: 40 }, (_, n) => `key:${n}`);
const SEEDS: readonly number[] = Array.from({ length: 12 }, (_, n) => n + 1);
const ROUNDS = 20;
const BUDGET = { timeoutMs: 20_000 };

interface Run {
  readonly seed: number;
  readonly simulation: SimulatedCluster;
  readonly cluster: Cluster;
  readonly random: () => number;
}

async function start(seed: number): Promise<Run> {
  const simulation = new SimulatedCluster({ seed });
  const { seeds, runtime } = simulation;
  const cluster = await simulation.run(connectCluster({ seeds, runtime, livenessMs: 300, maxReconnectDelayMs: 100 }));
  return { seed, simulation, cluster, random: seededRandom(seed) };
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

/** A slot of our keys goes to a random primary, key by key. */
async function move({ simulation, random }: Run): Promise<void> {
  const slot = hashSlot(KEYS[Math.floor(random() * KEYS.length)]!);
  const source = simulation.nodeOf(slot);
  const targets = simulation.liveNodes.filter((node) => simulation.isPrimary(node) && node !== source);
  await simulation.moveSlot(slot, targets[Math.floor(random() * targets.length)]!, { stepMs: 1 + random() * 10 });
}

/** A planned failover, which loses nothing. */
async function failover({ simulation, random }: Run): Promise<void> {
  await simulation.settled();
  const replicas = simulation.liveNodes.filter((node) => !simulation.isPrimary(node));
  await simulation.failover(replicas[Math.floor(random() * replicas.length)]!);
  await simulation.runtime.sleep(random() * 50);
}

/** Connections break, what is on its way is lost or not. */
function resets({ simulation, random }: Run): () => Promise<void> {
  return repeat(async () => {
    const node = simulation.nodes[Math.floor(random() * simulation.nodes.length)]!;
    for (const connection of simulation.network.connectionsTo(node.address)) connection.reset();
    await simulation.runtime.sleep(5 + random() * 60);
  });
}

test('while slots move and primaries change, a split write is read back whole, in the order of the keys', async () => {
  for (const seed of SEEDS) {
    const run = await start(seed);
    const { simulation, cluster } = run;
    // One after the other: a primary that is replaced while it gives a slot away may lose keys, here as in the world.
    const stop = repeat(() => (run.random() < 0.7 ? move(run) : failover(run)));
    for (let round = 1; round <= ROUNDS; round++) {
      const pairs = KEYS.flatMap((key) => [key, `${key}=${round}`]);
      assert.is(await simulation.run(cluster.send(['MSET', ...pairs], BUDGET)), 'OK', `seed ${seed}`);
      const wanted = [...KEYS, KEYS[3]!, 'missing', KEYS[3]!];
      const values = await simulation.run(cluster.send(['MGET', ...wanted], BUDGET));
      const expected = wanted.map((key) => (key === 'missing' ? null : `${key}=${round}`));
      assert.equal(values, expected, `seed ${seed}, round ${round}`);
    }
    await simulation.run(stop());
    assert.is(await simulation.run(cluster.send(['DEL', ...KEYS], BUDGET)), KEYS.length, `seed ${seed}`);
    cluster.destroy();
  }
});

/** Which values a key may have, by what its writer was told. */
class Expectation {
  readonly #possible = new Map<string, Set<string | null>>(KEYS.map((key) => [key, new Set([null])]));

  /** A write of all keys came to this. @returns whether some of it is in doubt. */
  note(round: number, outcome: unknown): boolean {
    if (!(outcome instanceof RedisError)) {
      for (const key of KEYS) this.#possible.set(key, new Set([`${round}`]));
      return false;
    }
    const { code, parts, wasSent } = outcome as ClusterError;
    assert.is(code, 'ERR_SPLIT_PARTIAL', outcome.message);
    assert.ok(parts!.some((part) => part.outcome instanceof RedisError));
    assert.is(parts!.flatMap(({ keyPositions }) => keyPositions).length, KEYS.length);
    for (const part of parts!) {
      for (const position of part.keyPositions) this.#notePart(KEYS[(position - 1) / 2]!, round, part.outcome);
    }
    assert.is(wasSent, true, 'other parts of it ran');
    return true;
  }

  #notePart(key: string, round: number, outcome: unknown): void {
    if (outcome === 'OK') this.#possible.set(key, new Set([`${round}`]));
    else if ((outcome as RedisError).wasSent) this.#possible.get(key)!.add(`${round}`);
  }

  check(values: readonly (string | null)[], where: string): void {
    for (const [i, key] of KEYS.entries()) {
      assert.ok(this.#possible.get(key)!.has(values[i]!), `${where}: ${key} is ${values[i]}`);
    }
  }
}

test('when connections break, the error says of every part whether its keys were written', async () => {
  let doubts = 0;
  for (const seed of SEEDS) {
    const run = await start(seed);
    const { simulation, cluster } = run;
    const stop = resets(run);
    const expectation = new Expectation();
    for (let round = 1; round <= ROUNDS; round++) {
      const pairs = KEYS.flatMap((key) => [key, round]);
      const outcome = await simulation.run(cluster.send(['MSET', ...pairs], BUDGET).catch((error: unknown) => error));
      if (expectation.note(round, outcome)) doubts++;
      // What is in doubt may still be on its way.
      await simulation.runtime.pass(20);
      const values = (await simulation.run(cluster.send(['MGET', ...KEYS], BUDGET))) as (string | null)[];
      expectation.check(values, `seed ${seed}, round ${round}`);
    }
    await simulation.run(stop());
    cluster.destroy();
  }
  assert.ok(doubts > 5, `${doubts} writes were in doubt`);
});

test('DBSIZE is right while primaries change and connections break', async () => {
  for (const seed of SEEDS) {
    const run = await start(seed);
    const { simulation, cluster } = run;
    await simulation.run(cluster.send(['MSET', ...KEYS.flatMap((key) => [key, 1])], BUDGET));
    await simulation.runtime.pass(200);
    const stops = [repeat(() => failover(run)), resets(run)];
    for (let round = 1; round <= ROUNDS; round++) {
      assert.is(await simulation.run(cluster.send(['DBSIZE'], BUDGET)), KEYS.length, `seed ${seed}, round ${round}`);
    }
    await simulation.run(Promise.all(stops.map((stop) => stop())));
    cluster.destroy();
  }
});

test.run();
