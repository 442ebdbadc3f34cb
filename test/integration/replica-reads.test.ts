import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { Outcome } from '../../src/net/index.ts';
import { type ClusterNode, startCluster, type TestCluster } from '../../src/testing/index.ts';
import { binary, has, needing } from '../support/server-needs.ts';

const PASSWORD = 'CATAPI';
const test = suite('integration/replica-reads: six real nodes with a password');
const isValkey8 = binary.name === 'valkey' && has(8, 0);
const testZones = needing(test, isValkey8, 'availability zones (Valkey 8.0)');

const KEYS = Array.from({ length: 200 }, (_, n) => `key:${n}`);

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  servers = await startCluster({ password: PASSWORD });
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  cluster = await connectCluster({ seeds, password: PASSWORD, readFrom: 'preferReplica' });
  await cluster.sendAll(KEYS.map((key) => ['SET', key, key]));
  await settled();
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

/** Replicas have what was written. */
async function settled(): Promise<void> {
  await servers.settled();
  const key = `settled:${Math.random()}`;
  await cluster.send(['SET', key, 1]);
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** How often a node ran a command, as it says itself. */
async function calls(node: ClusterNode, name: string): Promise<number> {
  const stats = String(await node.send(['INFO', 'commandstats']));
  return Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

async function callsByRole(name: string): Promise<{ primary: number; replica: number }> {
  const sums = { primary: 0, replica: 0 };
  for (const node of servers.liveNodes) sums[node.role] += await calls(node, name);
  return sums;
}

function readAll(): Promise<Outcome[]> {
  return cluster.sendAll(KEYS.map((key) => ['GET', key]));
}

/** Reads until an action is over, and some more; every read must have its answer. */
async function readDuring(action: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  const acting = action().finally(() => {
    isOver = true;
  });
  let rounds = 0;
  for (let rest = 5; rest > 0; rounds++) {
    assert.equal(await readAll(), KEYS);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (isOver) rest--;
  }
  await acting;
  return rounds;
}

test('reads arrive at replicas and nowhere else, writes at primaries, and nothing is redirected', async () => {
  const before = await callsByRole('get');
  const { redirects } = cluster.stats().totals;
  for (let round = 0; round < 5; round++) assert.equal(await readAll(), KEYS);
  await cluster.sendAll(KEYS.map((key) => ['SET', key, key]));
  const after = await callsByRole('get');
  assert.is(after.replica - before.replica, 5 * KEYS.length);
  assert.is(after.primary - before.primary, 0);
  assert.is(cluster.stats().totals.redirects, redirects);
});

test('the primary answers where a command asks for it', async () => {
  const before = await callsByRole('get');
  assert.is(await cluster.send(['GET', 'key:0'], { readFrom: 'primary' }), 'key:0');
  const after = await callsByRole('get');
  assert.equal([after.primary - before.primary, after.replica - before.replica], [1, 0]);
});

test('during a migration nobody else’s reads are disturbed (before Valkey 8 a key that left may be null)', async () => {
  const slot = hashSlot('key:0');
  const source = await servers.nodeOf(slot);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  const migration = await servers.beginMigration(slot, target);
  await migration.migrateKeys(100);
  await settled();
  const replies = await readAll();
  const expected = isValkey8 ? 'key:0' : replies[0];
  assert.equal(replies, [expected, ...KEYS.slice(1)]);
  // A command that the primary answers with ASK tells, and from then on the primary is asked.
  await cluster.send(['EXISTS', 'key:0'], { readFrom: 'primary' });
  assert.equal(await readAll(), KEYS);
  await migration.finish();
  await settled();
  assert.equal(await readAll(), KEYS);
});

test('nearest reads from anybody, and every value is right', async () => {
  for (let round = 0; round < 5; round++) {
    const replies = await cluster.sendAll(
      KEYS.map((key) => ['GET', key]),
      { readFrom: 'nearest' },
    );
    assert.equal(replies, KEYS);
  }
});

test('a planned failover loses no read', async () => {
  await settled();
  const replica = servers.liveNodes.find(({ role }) => role === 'replica')!;
  await readDuring(() => servers.failover(replica));
  await settled();
  const before = await callsByRole('get');
  await readAll();
  const after = await callsByRole('get');
  assert.is(after.replica - before.replica + after.primary - before.primary, KEYS.length);
  assert.ok(after.replica > before.replica, 'the replicas of today read');
});

test('a killed replica loses no read, and reads again when it is back', async () => {
  await settled();
  const replica = servers.liveNodes.find(({ role }) => role === 'replica')!;
  await readDuring(() => servers.kill(replica));
  await readDuring(() => servers.restart(replica));
  await settled();
  const reads = await calls(replica, 'get');
  const deadline = performance.now() + 20_000;
  while ((await calls(replica, 'get')) === reads && performance.now() < deadline) assert.equal(await readAll(), KEYS);
  assert.ok((await calls(replica, 'get')) > reads);
});

test('a replica that is paused loses no read', async () => {
  await settled();
  const replica = servers.liveNodes.find(({ role }) => role === 'replica')!;
  replica.process.pause();
  assert.equal(await readAll(), KEYS);
  replica.process.resume();
  await servers.settled();
});

testZones('replicas in the zone read, then primaries in it, then anybody', async () => {
  await settled();
  const views = await servers.refresh();
  const idsHere = new Set<string>();
  // Of three shards: a replica in the zone, a primary in the zone, nobody in the zone.
  const [first, second] = views.filter(({ role }) => role === 'primary');
  idsHere.add(views.find(({ primaryId }) => primaryId === first!.id)!.id).add(second!.id);
  for (const node of servers.liveNodes) {
    await node.send(['CONFIG', 'SET', 'availability-zone', idsHere.has(node.id) ? 'here' : 'there']);
  }
  const seeds = servers.liveNodes.map(({ host, port }) => ({ host, port }));
  const client = await connectCluster({ seeds, password: PASSWORD, readFrom: { zone: 'here' } });
  const read = (): Promise<Outcome[]> => client.sendAll(KEYS.map((key) => ['GET', key]));
  // The first reads make the connections, which tell the zones.
  await client.sendAll(KEYS.map((key) => ['SET', key, key]));
  await read();
  await settled();
  const before = new Map<ClusterNode, number>();
  for (const node of servers.liveNodes) before.set(node, await calls(node, 'get'));
  assert.equal(await read(), KEYS);
  const readers: string[] = [];
  for (const node of servers.liveNodes) if ((await calls(node, 'get')) > before.get(node)!) readers.push(node.id);
  const third = views.find(({ role, id }) => role === 'primary' && id !== first!.id && id !== second!.id)!;
  const lastResort = views.find(({ primaryId }) => primaryId === third.id)!.id;
  assert.equal(readers.sort(), [...idsHere, lastResort].sort());
  client.destroy();
});

test.run();
