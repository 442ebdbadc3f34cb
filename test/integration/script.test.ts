import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { ErrorReply } from '../../src/errors.ts';
import { connect, defineScript } from '../../src/net/index.ts';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { since } from '../support/server-needs.ts';

const test = suite('integration/script: six real nodes');
const testSince7 = since(test, 7, 0);

const APPEND = defineScript(`return redis.call('RPUSH', KEYS[1], ARGV[1])`, { keys: 1 });

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  servers = await startCluster();
  cluster = await connectCluster({ seeds: servers.nodes.map(({ host, port }) => ({ host, port })) });
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

const tags = Array.from({ length: 30 }, (_, n) => `list:${n}`);

test('scripts run where their keys are, and are given to each primary', async () => {
  const replies = await Promise.all(tags.map((key) => cluster.runScript(APPEND, { keys: [key], args: ['x'] })));
  assert.ok(replies.every((reply) => reply === 1));
  for (const node of servers.liveNodes.filter(({ role }) => role === 'primary')) {
    assert.equal(await node.send(['SCRIPT', 'EXISTS', APPEND.sha1]), [1]);
  }
});

test('what a script answers by itself is its caller’s, an error that looks like NOSCRIPT too', async () => {
  const failing = defineScript(`return redis.error_reply('MINE and nobody else’s')`);
  const error = (await cluster.runScript(failing).catch((reason: unknown) => reason)) as ErrorReply;
  assert.match(error.message, /^MINE/);
});

test('SCRIPT FLUSH in mid-run and slots on the move: each call takes effect once, in order while nothing is in flight', async () => {
  const keys = tags.map((tag) => `ordered:${tag}`);
  let isOver = false;
  let flushes = 0;
  const flushing = (async () => {
    while (!isOver) {
      for (const node of servers.liveNodes) if (node.role === 'primary') await node.send(['SCRIPT', 'FLUSH']);
      flushes++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  })();
  const moving = (async () => {
    for (const key of keys.slice(0, 8)) {
      const slot = hashSlot(key);
      const source = await servers.nodeOf(slot);
      const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
      await servers.moveSlot(slot, target, { keysPerStep: 1 });
    }
  })();
  const appendAll = async (key: string): Promise<void> => {
    // One after the other on a key, all keys at once.
    for (let n = 0; n < 100; n++) await cluster.runScript(APPEND, { keys: [key], args: [n] }, { timeoutMs: 20_000 });
  };
  await Promise.all(keys.map(appendAll));
  isOver = true;
  await Promise.all([flushing, moving]);
  assert.ok(flushes > 5);
  const expected = Array.from({ length: 100 }, (_, n) => String(n));
  for (const key of keys) assert.equal(await cluster.send(['LRANGE', key, 0, -1]), expected, key);
});

test('unawaited calls across SCRIPT FLUSH take effect once each', async () => {
  const calls: Promise<unknown>[] = [];
  for (let n = 0; n < 500; n++) {
    calls.push(cluster.runScript(APPEND, { keys: ['unawaited'], args: [n] }));
    if (n % 100 === 50) {
      const node = await servers.nodeOf(hashSlot('unawaited'));
      calls.push(node.send(['SCRIPT', 'FLUSH']));
    }
  }
  await Promise.all(calls);
  const list = (await cluster.send<string[]>(['LRANGE', 'unawaited', 0, -1])).map(Number);
  assert.equal(
    list.sort((a, b) => a - b),
    Array.from({ length: 500 }, (_, n) => n),
  );
});

testSince7('a script that only reads runs at replicas', async () => {
  const reading = defineScript(`return redis.call('LLEN', KEYS[1])`, { keys: 1, isReadonly: true });
  assert.is(await cluster.runScript(reading, { keys: ['unawaited'] }, { readFrom: 'preferReplica' }), 500);
  const known = await Promise.all(
    servers.liveNodes
      .filter(({ role }) => role === 'replica')
      .map((node) => node.send(['SCRIPT', 'EXISTS', reading.sha1])),
  );
  assert.ok(known.some((reply) => Array.isArray(reply) && reply[0] === 1));
});

testSince7('a library of functions is on all primaries, and callable', async () => {
  const code = `#!lua name=mine\nredis.register_function('twice', function(keys, args) return args[1] * 2 end)`;
  assert.is(await cluster.loadFunctions(code), 'mine');
  for (const node of servers.liveNodes.filter(({ role }) => role === 'primary')) {
    assert.is(((await node.send(['FUNCTION', 'LIST'])) as unknown[]).length, 1);
  }
  assert.is(await cluster.send(['FCALL', 'twice', 1, 'any', 21]), 42);
  const error = (await cluster.loadFunctions(code).catch((reason: unknown) => reason)) as ErrorReply;
  assert.match(error.message, /already exists/);
  assert.is(await cluster.loadFunctions(code, { replace: true }), 'mine');
});

test('one server: the same', async () => {
  const { host, port } = await servers.nodeOf(hashSlot('solo'));
  const client = await connect({ host, port });
  const script = defineScript(`return redis.call('INCR', KEYS[1])`);
  assert.is(await client.runScript(script, { keys: ['solo'] }), 1);
  assert.is(await client.runScript(script, { keys: ['solo'] }), 2);
  client.destroy();
});

test.run();
