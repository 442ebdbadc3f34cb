import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { ConnectionError, type ErrorReply } from '../../src/errors.ts';
import { connect } from '../../src/net/index.ts';
import { type ClusterNode, findServer, startCluster, type TestCluster } from '../../src/testing/index.ts';

// Which servers to try, by name or path, separated by commas; the one that is at hand by default.
const { SLOTWIRE_TEST_SERVERS = '' } = process.env;
const servers = SLOTWIRE_TEST_SERVERS === '' ? [undefined] : SLOTWIRE_TEST_SERVERS.split(',');

const PASSWORD = 'CATAPI';
const TAG = '{hello}';
const SLOT = hashSlot(TAG);

for (const server of servers) {
  const test = suite(`integration/cluster-starter: ${server ?? 'the server at hand'}`);
  let cluster: TestCluster;

  test.before(async () => {
    cluster = await startCluster({ server, password: PASSWORD });
  });

  test.after(async () => {
    await cluster?.stop();
  });

  const primaries = () => cluster.nodes.filter(({ role }) => role === 'primary');

  async function fill(node: ClusterNode, count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, i) => node.send(['SET', `${TAG}${i}`, i, 'EX', 1000])));
  }

  test('six nodes form a cluster in which everybody agrees', async () => {
    assert.equal(
      cluster.nodes.map(({ role }) => role),
      ['primary', 'primary', 'primary', 'replica', 'replica', 'replica'],
    );
    const owners = await Promise.all([0, 5461, 5462, 10_922, 10_923, 16_383].map((slot) => cluster.nodeOf(slot)));
    assert.equal(
      owners.map((owner) => cluster.nodes.indexOf(owner)),
      [0, 0, 1, 1, 2, 2],
    );
    for (const node of cluster.nodes) {
      assert.match(String(await node.send(['CLUSTER', 'INFO'])), /cluster_state:ok[\s\S]*cluster_known_nodes:6/);
    }
  });

  test('every node wants the password, and so it does after a restart', async () => {
    const [first] = cluster.nodes as [ClusterNode];
    const { host, port } = first;
    const replica = cluster.nodes.at(-1)!;
    await cluster.restart(replica);
    await cluster.settled();
    for (const node of [first, replica]) {
      const refused = await connect({ host, port: node.port, password: 'wrong' }).catch((error: unknown) => error);
      assert.instance(refused, ConnectionError);
      assert.is((refused as ConnectionError).code, 'ERR_AUTH');
      assert.equal(await node.send(['CONFIG', 'GET', 'masterauth']), ['masterauth', PASSWORD]);
    }
    const client = await connect({ host, port, password: PASSWORD });
    assert.is(await client.send(['PING']), 'PONG');
    await client.close();
  });

  test('a slot moves with all its keys, whatever their bytes, types and expiries', async () => {
    const source = await cluster.nodeOf(SLOT);
    const target = primaries().find((node) => node !== source)!;
    await fill(source, 250);
    const binary = Buffer.concat([Buffer.from(TAG), Buffer.from([0, 255, 13, 10])]);
    await source.send(['RPUSH', binary, binary, 'b']);
    const steps: number[] = [];
    await cluster.moveSlot(SLOT, target, { keysPerStep: 100, onStep: (moved) => void steps.push(moved) });
    assert.equal(steps, [0, 100, 200, 251]);
    assert.is(await cluster.nodeOf(SLOT), target);
    assert.is(await target.send(['CLUSTER', 'COUNTKEYSINSLOT', SLOT]), 251);
    assert.is(await source.send(['CLUSTER', 'COUNTKEYSINSLOT', SLOT]), 0);
    assert.equal(await target.send(['LRANGE', binary, 0, -1], { reply: 'bytes' }), [binary, Buffer.from('b')]);
    assert.ok(Number(await target.send(['TTL', `${TAG}7`])) > 900);
    for (const node of primaries()) {
      if (node === target) continue;
      const moved = await node.send(['GET', `${TAG}7`]).catch((error: unknown) => error);
      assert.is((moved as ErrorReply).message, `MOVED ${SLOT} ${target.host}:${target.port}`);
    }
  });

  test('half-way the source answers ASK for what has gone, and a cancelled move leaves all where it was', async () => {
    const source = await cluster.nodeOf(SLOT);
    const target = primaries().find((node) => node !== source)!;
    const migration = await cluster.beginMigration(SLOT, target);
    assert.is(await migration.migrateKeys(10), 10);
    const [gone] = (await target.send(['CLUSTER', 'GETKEYSINSLOT', SLOT, 1])) as string[];
    const [left] = (await source.send(['CLUSTER', 'GETKEYSINSLOT', SLOT, 1])) as string[];
    const ask = await source.send(['TYPE', gone!]).catch((error: unknown) => error);
    assert.is((ask as ErrorReply).message, `ASK ${SLOT} ${target.host}:${target.port}`);
    const both = await source.send(['EXISTS', gone!, left!]).catch((error: unknown) => error);
    assert.match((both as ErrorReply).prefix, /^(TRYAGAIN|ASK)$/);
    await migration.cancel();
    assert.is(await cluster.nodeOf(SLOT), source);
    assert.is(await source.send(['CLUSTER', 'COUNTKEYSINSLOT', SLOT]), 251);
    assert.not.match(String(await source.send(['CLUSTER', 'NODES'])), /->-|-<-/);
  });

  test('a slot goes to and fro as fast as it can, and the cluster settles on where it is', async () => {
    const [a, b] = primaries() as [ClusterNode, ClusterNode];
    for (let i = 0; i < 10; i++) await cluster.moveSlot(100, i % 2 === 0 ? b : a);
    await cluster.settled();
    const owners = await Promise.all(
      cluster.nodes.map(async (node) => (await node.view()).find(({ id }) => id === a.id)),
    );
    for (const owner of owners) assert.ok(owner?.slots.some(([first, last]) => first <= 100 && 100 <= last));
  });

  test('a planned failover swaps a replica with its primary and loses nothing', async () => {
    const primary = await cluster.nodeOf(SLOT);
    const views = await Promise.all(cluster.nodes.map((node) => node.self()));
    const replica = cluster.nodes[views.findIndex(({ primaryId }) => primaryId === primary.id)]!;
    await cluster.failover(replica);
    assert.is(replica.role, 'primary');
    assert.is(primary.role, 'replica');
    assert.is(await cluster.nodeOf(SLOT), replica);
    assert.is(await replica.send(['CLUSTER', 'COUNTKEYSINSLOT', SLOT]), 251);
  });

  test("a killed primary's replica takes over; when it comes back it is a replica", async () => {
    const victim = await cluster.nodeOf(SLOT);
    await cluster.kill(victim);
    assert.is(victim.process.state, 'stopped');
    await errorOf(victim.send(['PING']));
    await cluster.settled();
    const heir = await cluster.nodeOf(SLOT);
    assert.is.not(heir, victim);
    assert.is(await heir.send(['GET', `${TAG}7`]), '7');
    await cluster.restart(victim);
    await cluster.settled();
    assert.is(victim.role, 'replica');
  });

  test('a frozen node is not waited for', async () => {
    const replica = cluster.nodes.find(({ role }) => role === 'replica')!;
    replica.process.pause();
    await cluster.settled();
    assert.is(cluster.liveNodes.length, 5);
    replica.process.resume();
    await cluster.settled();
    assert.is(cluster.liveNodes.length, 6);
  });

  test('a node can be added as a primary that takes slots, and another as its replica', async () => {
    const added = await cluster.addNode();
    const source = await cluster.nodeOf(SLOT);
    await cluster.moveSlot(SLOT, added);
    assert.is(await cluster.nodeOf(SLOT), added);
    const replica = await cluster.addNode({ replicaOf: added });
    assert.is((await replica.self()).primaryId, added.id);
    await cluster.moveSlot(SLOT, source);
  });

  test('a failover needs no primary when it is forced', async () => {
    const primary = await cluster.nodeOf(0);
    const views = await cluster.refresh();
    const replica = cluster.nodes.find(({ id }) =>
      views.some((view) => view.id === id && view.primaryId === primary.id),
    )!;
    await cluster.kill(primary);
    await cluster.failover(replica, 'takeover');
    assert.is(await cluster.nodeOf(0), replica);
  });

  test('a stopped cluster leaves no process and no folder', async () => {
    await cluster.stop();
    for (const { process } of cluster.nodes) {
      assert.is(process.state, 'stopped');
      assert.not(existsSync(process.folder));
    }
  });

  test.run();
}

const old = suite('integration/cluster-starter: a server whose MIGRATE has no AUTH');

old('keys are moved with values and expiries as they were, and the target wants its password again', async () => {
  // A newer server that is treated as one: what it is not told to use, it does not use.
  const binary = await findServer(servers[0]);
  const server = { ...binary, version: [4, 0, 6] } as const;
  const cluster = await startCluster({ server, password: PASSWORD, replicasPerPrimary: 0 });
  try {
    const source = await cluster.nodeOf(SLOT);
    const target = cluster.nodes.find((node) => node !== source)!;
    await source.send(['SET', `${TAG}1`, 'one', 'EX', 1000]);
    await source.send(['HSET', `${TAG}2`, 'field', Buffer.from([0, 255])]);
    await cluster.moveSlot(SLOT, target, { keysPerStep: 1 });
    assert.is(await target.send(['GET', `${TAG}1`]), 'one');
    assert.ok(Number(await target.send(['TTL', `${TAG}1`])) > 900);
    assert.is(await target.send(['TTL', `${TAG}2`]), -1);
    assert.equal(await target.send(['HGET', `${TAG}2`, 'field'], { reply: 'bytes' }), Buffer.from([0, 255]));
    assert.is(await source.send(['CLUSTER', 'COUNTKEYSINSLOT', SLOT]), 0);
    const stranger = (await errorOf(connect({ host: target.host, port: target.port }))) as ConnectionError;
    assert.is(stranger.code, 'ERR_AUTH');
  } finally {
    await cluster.stop();
  }
});

old.run();

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => assert.unreachable('it should have been rejected'),
    (error: unknown) => error,
  );
}
