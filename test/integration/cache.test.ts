import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { startCluster, type TestCluster, waitUntil } from '../../src/testing/index.ts';
import { since } from '../support/server-needs.ts';

const PASSWORD = 'CATAPI';
const test = suite('integration/cache: six real nodes that speak RESP3');
/** Without RESP3 nothing is kept: what is written is seen all the same, and there are no hits to count. */
const testCached = since(test, 6, 0);

const CACHED = { cache: true, timeoutMs: 20_000 } as const;
const KEYS = Array.from({ length: 60 }, (_, n) => `key:${n}`);

let servers: TestCluster;
/** Has the cache. */
let reader: Cluster;
/** Somebody else. */
let writer: Cluster;

test.before(async () => {
  servers = await startCluster({ password: PASSWORD });
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  reader = await connectCluster({ seeds, password: PASSWORD, cache: { maxBytes: 1e6 } });
  writer = await connectCluster({ seeds, password: PASSWORD });
});

test.after(async () => {
  reader?.destroy();
  writer?.destroy();
  await servers?.stop();
});

const hits = (): number => reader.stats().cache!.hits;

/** What somebody else has written is read a moment later. */
async function seen(key: string, value: string | null): Promise<void> {
  await waitUntil(5000, async () => {
    const found = await reader.send(['GET', key], CACHED);
    return found === value ? undefined : `${key} is still ${String(found)}`;
  });
}

testCached('reads are answered from memory until somebody writes', async () => {
  await writer.sendAll(KEYS.map((key) => ['SET', key, 'old']));
  const read = (): Promise<unknown[]> => Promise.all(KEYS.map((key) => reader.send(['GET', key], CACHED)));
  await read();
  const before = hits();
  assert.equal(
    await read(),
    KEYS.map(() => 'old'),
  );
  assert.is(hits() - before, KEYS.length);
  await writer.sendAll(KEYS.map((key) => ['SET', key, 'new']));
  for (const key of KEYS) await seen(key, 'new');
});

test('a key that was not there, one that expires, one that is deleted', async () => {
  await seen('missing', null);
  await writer.send(['SET', 'missing', 'found', 'PX', 60]);
  await seen('missing', 'found');
  await seen('missing', null);
  await writer.send(['SET', 'missing', 'again']);
  await seen('missing', 'again');
  await writer.send(['DEL', 'missing']);
  await seen('missing', null);
});

test('a write of our own is read at once', async () => {
  for (let n = 0; n < 200; n++) {
    await reader.send(['SET', 'own', n]);
    assert.is(await reader.send(['GET', 'own'], CACHED), String(n));
  }
});

testCached('keys that are no text are invalidated too', async () => {
  const key = Buffer.from([0xff, 0xfe, 0x00]);
  const get = (): Promise<unknown> => reader.send(['GET', key], CACHED);
  await writer.send(['SET', key, 1]);
  await get();
  const before = hits();
  assert.is(await get(), '1');
  assert.is(hits(), before + 1);
  await writer.send(['SET', key, 2]);
  await waitUntil(5000, async () => ((await get()) === '2' ? undefined : 'still old'));
});

test('FLUSHALL empties it', async () => {
  await writer.send(['SET', 'flushed', 1]);
  await seen('flushed', '1');
  await writer.send(['FLUSHALL']);
  await seen('flushed', null);
});

test('a connection that is killed takes its entries with it', async () => {
  await writer.send(['SET', 'killed', 1]);
  await seen('killed', '1');
  const node = await servers.nodeOf(hashSlot('killed'));
  await node.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  await writer.send(['SET', 'killed', 2], { retry: 'always' });
  await seen('killed', '2');
});

test('while slots move, what is written is seen; a key that is made at the new primary too', async () => {
  for (const [n, key] of KEYS.slice(0, 12).entries()) {
    const slot = hashSlot(key);
    if (n % 2 === 0) await writer.send(['SET', key, 'before']);
    else await writer.send(['DEL', key]);
    await seen(key, n % 2 === 0 ? 'before' : null);
    const source = await servers.nodeOf(slot);
    const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
    await servers.moveSlot(slot, target);
    // Reads that miss tell of the move; a reader that never asks again is what maxAgeMs is for.
    await reader.send(['EXISTS', key]);
    await writer.send(['SET', key, 'after']);
    await seen(key, 'after');
  }
});

test('a failover takes the entries of its shard with it', async () => {
  await servers.settled();
  await Promise.all(KEYS.map((key) => reader.send(['GET', key], CACHED)));
  const replica = servers.liveNodes.find(({ role }) => role === 'replica')!;
  await servers.failover(replica);
  await writer.sendAll(
    KEYS.map((key) => ['SET', key, 'since']),
    { timeoutMs: 20_000 },
  );
  await Promise.all(KEYS.map((key) => reader.send(['EXISTS', key], { timeoutMs: 20_000 })));
  for (const key of KEYS) await seen(key, 'since');
});

testCached('a counter that others raise never goes back', async () => {
  let isOver = false;
  const writing = (async () => {
    while (!isOver) await writer.sendAll(KEYS.map((key) => ['INCR', `counter:${key}`]));
  })();
  const last = new Map<string, number>();
  const before = hits();
  for (let round = 0; round < 300; round++) {
    await Promise.all(
      KEYS.map(async (key) => {
        const value = Number(await reader.send(['GET', `counter:${key}`], CACHED));
        assert.ok(value >= (last.get(key) ?? 0), `${key}: ${value} after ${last.get(key)}`);
        last.set(key, value);
      }),
    );
  }
  isOver = true;
  await writing;
  assert.ok(hits() > before);
  for (const key of KEYS) await seen(`counter:${key}`, String(await writer.send(['GET', `counter:${key}`])));
});

test.run();
