import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError } from '../../src/errors.ts';
import { type SlotRange, startCluster, type TestCluster, waitUntil } from '../../src/testing/index.ts';
import { findAtomicMove } from '../support/atomic-move.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { hasSetting, needing } from '../support/server-needs.ts';

const hasDatabases = await hasSetting('cluster-databases');
const move = await findAtomicMove();
const test = suite('integration/cluster-databases');
const testDatabases = needing(test, hasDatabases, 'databases in cluster mode (Valkey 9.0)');

const PASSWORD = 'CATAPI';
const DATABASE = 5;
const TAGS = [0, 6000, 12_000].map(tagInSlot);
const KEYS = TAGS.map((tag) => `{${tag}}key`);

let servers: TestCluster;
/** Of database 0. */
let plain: Cluster;
/** Of another. */
let other: Cluster;

test.before(async () => {
  const config = hasDatabases ? { 'cluster-databases': 16 } : {};
  servers = await startCluster({ password: PASSWORD, config });
  plain = await connect({});
  if (hasDatabases) other = await connect({ database: DATABASE });
});

test.after(async () => {
  plain?.destroy();
  other?.destroy();
  await servers?.stop();
});

function connect(options: Partial<ClusterOptions>): Promise<Cluster> {
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  return connectCluster({ seeds, password: PASSWORD, timeoutMs: 20_000, ...options });
}

test('a database that the nodes do not have is refused, in their own words', async () => {
  const error = await connect({ database: 99 }).then(
    () => assert.unreachable(),
    (reason: unknown) => reason as ConnectionError,
  );
  assert.match(error!.message, /SELECT is not allowed in cluster mode|DB index is out of range/);
});

testDatabases('each client has the keys of its database: single, split, scanned, in transactions', async () => {
  await plain.send(['MSET', ...KEYS.flatMap((key) => [key, 'plain'])]);
  await other.send(['MSET', ...KEYS.flatMap((key) => [key, 'other'])]);
  for (const [cluster, value] of [
    [plain, 'plain'],
    [other, 'other'],
  ] as const) {
    const expected = KEYS.map(() => value);
    assert.equal(await cluster.send(['MGET', ...KEYS]), expected);
    assert.equal(await Promise.all(KEYS.map((key) => cluster.send(['GET', key]))), expected);
    assert.equal(await cluster.transaction([['GET', KEYS[0]!]]), [value]);
    const seen = new Set<string>();
    for await (const page of cluster.scan()) for (const key of page) seen.add(key);
    assert.equal(seen, new Set(KEYS));
    assert.is(await cluster.send(['DBSIZE']), KEYS.length);
  }
  await other.send(['FLUSHDB']);
  assert.is(await plain.send(['DBSIZE']), KEYS.length);
});

testDatabases('blocking commands, sessions and replicas are of the same database', async () => {
  const [key] = KEYS;
  const list = `{${TAGS[0]}}list`;
  const waiting = other.send(['BLPOP', list, 20]);
  await plain.send(['RPUSH', list, 'plain']);
  await other.send(['RPUSH', list, 'other']);
  assert.equal(await waiting, [list, 'other']);
  await other.session(key!, async (session) => {
    await session.send(['SET', key!, 'in a session']);
  });
  assert.is(await plain.send(['GET', key!]), 'plain');
  await waitUntil(5000, async () => {
    const read = await other.send(['GET', key!], { readFrom: 'preferReplica' });
    return read === 'in a session' ? undefined : `a replica says ${String(read)}`;
  });
});

// To one: where two are written to while a slot moves, Valkey 9.1.2 itself puts the last writes into the wrong one.
testDatabases('writes to another database follow their slot, in order', async () => {
  const slot = hashSlot(KEYS[1]!);
  const slots: SlotRange = [slot, slot];
  const source = await servers.nodeOf(slot);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  const list = `{${TAGS[1]}}order`;
  let sent = 0;
  let isOver = false;
  const write = async (): Promise<void> => {
    while (!isOver) await Promise.all(Array.from({ length: 100 }, () => other.send(['RPUSH', list, sent++])));
  };
  const writing = write();
  for (let round = 0; round < 2; round++) {
    await move!({ slots, source, target });
    await move!({ slots, source: target, target: source });
  }
  isOver = true;
  await writing;
  const values = await other.send<string[]>(['LRANGE', list, 0, -1]);
  assert.is(values.length, sent);
  assert.ok(values.every((value, n) => Number(value) === n));
  assert.is(await plain.send(['EXISTS', list]), 0);
});

test.run();
