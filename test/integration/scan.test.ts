import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { connect } from '../../src/net/index.ts';
import { startCluster, startServer, type TestCluster } from '../../src/testing/index.ts';
import { since } from '../support/server-needs.ts';

const test = suite('integration/scan: keys of six real nodes');
const testSince6 = since(test, 6, 0);

const KEYS = Array.from({ length: 3000 }, (_, n) => `key:${n}`);

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  servers = await startCluster();
  cluster = await connectCluster({ seeds: servers.nodes.map(({ host, port }) => ({ host, port })) });
  await cluster.sendAll(KEYS.map((key) => ['SET', key, 'x']));
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

async function collect(scan: AsyncIterable<string[]>, onPage?: () => Promise<unknown>): Promise<string[]> {
  const seen: string[] = [];
  for await (const keys of scan) {
    seen.push(...keys);
    await onPage?.();
  }
  return seen;
}

test('a cluster at rest gives every key', async () => {
  const scan = cluster.scan({ count: 100 });
  assert.equal([...new Set(await collect(scan))].sort(), [...KEYS].sort());
  assert.is(scan.coveredSlots, 16384);
});

test('the match is the server’s', async () => {
  assert.equal(new Set(await collect(cluster.scan({ match: 'key:1?', count: 500 }))).size, 10);
});

testSince6('the type is the server’s', async () => {
  await cluster.send(['RPUSH', 'a-list', 1]);
  assert.equal(await collect(cluster.scan({ type: 'list', count: 500 })), ['a-list']);
  await cluster.send(['DEL', 'a-list']);
});

test('while slots move under the scan, every key comes at least once', async () => {
  let n = 0;
  let isOver = false;
  const moving = (async () => {
    while (!isOver) {
      const slot = hashSlot(KEYS[(n++ * 37) % KEYS.length]!);
      const source = await servers.nodeOf(slot);
      const targets = servers.liveNodes.filter((node) => node.role === 'primary' && node !== source);
      await servers.moveSlot(slot, targets[n % targets.length]!, { keysPerStep: 1 });
    }
  })();
  while (n < 12) {
    const seen = new Set(await collect(cluster.scan({ count: 20 })));
    assert.equal(
      KEYS.filter((key) => !seen.has(key)),
      [],
    );
  }
  isOver = true;
  await moving;
});

test('a slot that is half-way is covered', async () => {
  const tagged = Array.from({ length: 50 }, (_, n) => `{half}${n}`);
  await cluster.sendAll(tagged.map((key) => ['SET', key, 'x']));
  const source = await servers.nodeOf(hashSlot('{half}'));
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  const migration = await servers.beginMigration(hashSlot('{half}'), target);
  await migration.migrateKeys(25);
  assert.equal(new Set(await collect(cluster.scan({ match: '{half}*', count: 1000 }))).size, tagged.length);
  await migration.finish();
  await cluster.sendAll(tagged.map((key) => ['DEL', key]));
});

test('a failover in mid-scan starts that node’s scan again', async () => {
  await servers.settled();
  const replica = servers.liveNodes.find(({ role }) => role === 'replica')!;
  let failover: Promise<void> | undefined;
  const seen = await collect(cluster.scan({ count: 20, timeoutMs: 20_000 }), async () => {
    failover ??= servers.failover(replica);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  await failover;
  assert.equal(new Set(seen).size, KEYS.length);
});

test('one server: every key, and again from the start when its connection was killed', async () => {
  const server = await startServer();
  const { host, port } = server;
  const client = await connect({ host, port });
  const admin = await connect({ host, port });
  await client.sendAll(KEYS.map((key) => ['SET', key, 'x']));
  assert.equal(new Set(await collect(client.scan({ count: 100 }))).size, KEYS.length);
  let pages = 0;
  const seen = await collect(client.scan({ count: 100 }), async () => {
    if (++pages === 10) await admin.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  });
  assert.is(new Set(seen).size, KEYS.length);
  assert.ok(seen.length > KEYS.length, 'what came before the loss came twice');
  client.destroy();
  admin.destroy();
  await server.stop();
});

test.run();
