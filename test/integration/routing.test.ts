import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { ClusterError, type ErrorReply, type RedisError, TimeoutError } from '../../src/errors.ts';
import type { Reply } from '../../src/resp/index.ts';
import { startCluster, startServer, type TestCluster } from '../../src/testing/index.ts';
import { since } from '../support/server-needs.ts';

const test = suite('integration/routing: six real nodes');
const testSince7 = since(test, 7, 0);

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

test.before.each(async () => {
  await cluster.send(['FLUSHALL']);
});

const primaries = () => servers.liveNodes.filter(({ role }) => role === 'primary');

async function failure<T extends RedisError>(promise: Promise<unknown>): Promise<T> {
  try {
    await promise;
  } catch (error) {
    return error as T;
  }
  throw new Error('expected a rejection');
}

const KEYS: readonly string[] = Array.from({ length: 300 }, (_, n) => `key:${n}`);

test('MSET, MGET, EXISTS, TOUCH, UNLINK and DEL over all nodes give what one server would', async () => {
  assert.is(await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]), 'OK');
  const wanted = [...KEYS, 'missing', KEYS[7]!, KEYS[7]!];
  const values = [...KEYS.map((_, n) => String(n)), null, '7', '7'];
  assert.equal(await cluster.send(['MGET', ...wanted]), values);
  const bytes = (await cluster.send(['MGET', ...wanted], { reply: 'bytes' })) as (Buffer | null)[];
  assert.equal(
    bytes.map((value) => (value === null ? null : String(value))),
    values,
  );
  assert.is(await cluster.send(['EXISTS', ...wanted]), 302);
  assert.is(await cluster.send(['TOUCH', ...KEYS]), 300);
  assert.is(await cluster.send(['UNLINK', ...KEYS.slice(0, 100)]), 100);
  assert.equal(await cluster.sendAll([['DEL', ...KEYS], ['DBSIZE']]).then(([deleted]) => deleted), 200);
  assert.is(await cluster.send(['DBSIZE']), 0);
});

test('a raw reply of a split command is what a proxy can pass on', async () => {
  await cluster.send(['MSET', 'foo', 'a', 'bar', 'b']);
  assert.is(String(await cluster.send(['MGET', 'foo', 'bar'], { reply: 'raw' })), '*2\r\n$1\r\na\r\n$1\r\nb\r\n');
  assert.is(String(await cluster.send(['MSET', 'foo', 'a', 'bar', 'b'], { reply: 'raw' })), '+OK\r\n');
  assert.is(await cluster.send(['MGET', 'foo', 'bar'], { reply: 'skip' }), null);
});

test('split: false leaves CROSSSLOT to the server', async () => {
  const error = await failure<ErrorReply>(cluster.send(['MGET', 'foo', 'bar'], { split: false }));
  assert.equal([error.code, error.prefix], ['ERR_REPLY', 'CROSSSLOT']);
  assert.equal(await cluster.send(['MGET', '{foo}1', '{foo}2'], { split: false }), [null, null]);
});

test('split commands are right while slots move', async () => {
  await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]);
  const wanted = [...KEYS, ...KEYS.slice(0, 20)];
  let isMoving = true;
  let reads = 0;
  const reader = async (): Promise<void> => {
    while (isMoving) {
      const values = await cluster.send(['MGET', ...wanted], { timeoutMs: 20_000 });
      assert.equal(
        values,
        wanted.map((key) => key.slice(4)),
      );
      assert.is(await cluster.send(['EXISTS', ...wanted], { timeoutMs: 20_000 }), wanted.length);
      assert.is(await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])], { timeoutMs: 20_000 }), 'OK');
      reads++;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const reading = reader();
  for (const key of KEYS.slice(0, 6)) {
    const slot = hashSlot(key);
    const source = await servers.nodeOf(slot);
    await servers.moveSlot(slot, primaries().find((node) => node !== source)!);
  }
  isMoving = false;
  await reading;
  assert.ok(reads > 3, `${reads} rounds`);
});

test('DBSIZE sums, KEYS unites, RANDOMKEY finds the one shard that is not empty', async () => {
  await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]);
  assert.is(await cluster.send(['DBSIZE']), KEYS.length);
  assert.equal(((await cluster.send(['KEYS', '*'])) as string[]).sort(), [...KEYS].sort());
  await cluster.send(['FLUSHDB']);
  assert.is(await cluster.send(['RANDOMKEY']), null);
  await cluster.send(['SET', 'foo', 1]);
  for (let n = 0; n < 10; n++) assert.is(await cluster.send(['RANDOMKEY']), 'foo');
});

test('FLUSHALL empties all, SCRIPT LOAD loads to all, SCRIPT EXISTS is true only where all have it', async () => {
  await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]);
  assert.is(await cluster.send(['FLUSHALL']), 'OK');
  assert.equal(await Promise.all(primaries().map((node) => node.send(['DBSIZE']))), [0, 0, 0]);
  const sha = await cluster.send<string>(['SCRIPT', 'LOAD', 'return 42']);
  for (const node of servers.liveNodes) assert.equal(await node.send(['SCRIPT', 'EXISTS', sha]), [1]);
  assert.equal(await cluster.send(['SCRIPT', 'EXISTS', sha, 'x'.repeat(40)]), [1, 0]);
  await primaries()[1]!.send(['SCRIPT', 'FLUSH']);
  assert.equal(await cluster.send(['SCRIPT', 'EXISTS', sha]), [0]);
  assert.is(await cluster.send(['SCRIPT', 'FLUSH']), 'OK');
  assert.is((await failure<ErrorReply>(cluster.send(['SCRIPT', 'KILL']))).prefix, 'NOTBUSY');
});

testSince7('FUNCTION LOAD, LIST, STATS, DELETE and KILL', async () => {
  const code = "#!lua name=mine\nredis.register_function('answer', function() return 42 end)";
  assert.is(await cluster.send(['FUNCTION', 'LOAD', code]), 'mine');
  for (const node of primaries()) assert.is(((await node.send(['FUNCTION', 'LIST'])) as Reply[]).length, 1);
  assert.is(((await cluster.send(['FUNCTION', 'STATS'])) as Reply[]).length, 2 * primaries().length);
  assert.is((await failure<ErrorReply>(cluster.send(['FUNCTION', 'LOAD', code]))).code, 'ERR_REPLY');
  assert.is((await failure<ErrorReply>(cluster.send(['FUNCTION', 'KILL']))).prefix, 'NOTBUSY');
  assert.is(await cluster.send(['FUNCTION', 'DELETE', 'mine']), 'OK');
  for (const node of primaries()) assert.equal(await node.send(['FUNCTION', 'LIST']), []);
});

test('INFO, LATENCY and MEMORY come by node; PING and CONFIG SET are of all', async () => {
  const reports = (await cluster.send(['INFO', 'server'])) as string[];
  const addresses = reports.filter((_, i) => i % 2 === 0);
  assert.equal(new Set(addresses), new Set(primaries().map(({ address }) => address)));
  for (const [i, address] of addresses.entries()) {
    assert.match(reports[2 * i + 1]!, `tcp_port:${address.split(':')[1]}`);
  }
  assert.is(((await cluster.send(['MEMORY', 'DOCTOR'])) as Reply[]).length, 6);
  assert.is(((await cluster.send(['LATENCY', 'LATEST'])) as Reply[]).length, 12);
  assert.is(await cluster.send(['PING']), 'PONG');
  assert.is(await cluster.send(['CONFIG', 'SET', 'slowlog-max-len', 77]), 'OK');
  for (const node of servers.liveNodes) {
    assert.equal(await node.send(['CONFIG', 'GET', 'slowlog-max-len']), ['slowlog-max-len', '77']);
  }
  assert.is(typeof (await cluster.send(['SLOWLOG', 'LEN'])), 'number');
});

test('CLUSTER KEYSLOT, COUNTKEYSINSLOT and GETKEYSINSLOT ask the node of the slot', async () => {
  await cluster.send(['SET', 'foo', 1]);
  await cluster.send(['SET', 'bar', 1]);
  for (const key of ['foo', 'bar']) {
    const slot = await cluster.send<number>(['CLUSTER', 'KEYSLOT', key]);
    assert.is(slot, hashSlot(key));
    assert.is(await cluster.send(['CLUSTER', 'COUNTKEYSINSLOT', slot]), 1);
    assert.equal(await cluster.send(['CLUSTER', 'GETKEYSINSLOT', slot, 10]), [key]);
  }
  assert.match(await cluster.send<string>(['CLUSTER', 'INFO']), 'cluster_state:ok');
  assert.is(servers.nodes.filter(({ id }) => id === undefined).length, 0);
});

test('PUBSUB of all nodes: each knows its own subscribers', async () => {
  const [first, second] = primaries();
  const subscribers = await Promise.all([subscribe(first!.port, 'news'), subscribe(second!.port, 'news')]);
  assert.equal(await cluster.send(['PUBSUB', 'CHANNELS']), ['news']);
  assert.equal(await cluster.send(['PUBSUB', 'NUMSUB', 'news', 'none']), ['news', 2, 'none', 0]);
  assert.is(await cluster.send(['PUBSUB', 'NUMPAT']), 0);
  assert.is(typeof (await cluster.send(['PUBLISH', 'news', 'x'])), 'number');
  for (const socket of subscribers) socket.destroy();
});

testSince7('PUBSUB SHARDNUMSUB and SHARDCHANNELS of all nodes', async () => {
  const owner = await servers.nodeOf(hashSlot('foo'));
  const socket = await subscribe(owner.port, 'foo', 'SSUBSCRIBE');
  assert.equal(await cluster.send(['PUBSUB', 'SHARDNUMSUB', 'foo', 'bar']), ['foo', 1, 'bar', 0]);
  assert.equal(await cluster.send(['PUBSUB', 'SHARDCHANNELS']), ['foo']);
  assert.is(await cluster.send(['SPUBLISH', 'foo', 'x']), 1);
  socket.destroy();
});

test('a node can be named by address and by id; replicas and all nodes can be asked', async () => {
  for (const { address, id, port } of servers.liveNodes) {
    for (const node of [address, id]) {
      assert.equal(await cluster.send(['CONFIG', 'GET', 'port'], { route: { node } }), ['port', String(port)]);
    }
  }
  const roles = (await cluster.send(['ROLE'], { route: 'allNodes' })) as Reply[];
  const kinds = roles.filter((_, i) => i % 2 === 1).map((role) => (role as string[])[0]);
  assert.equal(kinds.sort(), ['master', 'master', 'master', 'slave', 'slave', 'slave']);
  assert.is(((await cluster.send(['ROLE'], { route: { slot: 0, role: 'replica' } })) as string[])[0], 'slave');
  assert.is(((await cluster.send(['ROLE'], { route: { slot: 0 } })) as string[])[0], 'master');
  for (const args of [['SCAN', 0], ['SHUTDOWN'], ['CONFIG', 'GET', 'port'], ['CLIENT', 'LIST']]) {
    assert.is((await failure<ClusterError>(cluster.send(args))).code, 'ERR_NO_NODE', args.join(' '));
  }
});

test('a subcommand that is new to our tables is left to the server', async () => {
  const error = await failure<ErrorReply>(cluster.send(['CLUSTER', 'NO-SUCH-THING']));
  assert.is(error.code, 'ERR_REPLY');
  const unknown = await failure<ErrorReply>(cluster.send(['NO.SUCH.COMMAND', 'foo']));
  assert.match(unknown.message, /unknown command/i);
});

test('a paused primary: the parts that were answered are told, within the budget', async () => {
  const paused = await servers.nodeOf(hashSlot('foo'));
  const other = KEYS.find((key) => cluster.primaryOf(hashSlot(key)) !== paused.address)!;
  await cluster.send(['MSET', other, 'there', 'foo', 'here']);
  paused.process.pause();
  try {
    const started = performance.now();
    const promise = cluster.send(['MGET', other, 'foo'], { timeoutMs: 400 });
    const error = await failure<ClusterError>(promise);
    assert.ok(performance.now() - started < 800);
    assert.instance(error, ClusterError);
    assert.equal([error.code, error.wasSent], ['ERR_SPLIT_PARTIAL', true]);
    assert.equal(error.parts![0], { slot: hashSlot(other), keyPositions: [1], outcome: ['there'] });
    assert.instance(error.parts![1]!.outcome, TimeoutError);
    assert.is((error.parts![1]!.outcome as RedisError).wasSent, true);
  } finally {
    paused.process.resume();
  }
  await servers.settled();
});

test('a read of all primaries does not wait for one that hangs, once its replica has taken over', async () => {
  await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]);
  await servers.settled();
  const paused = await servers.nodeOf(hashSlot('bar'));
  paused.process.pause();
  try {
    assert.is(await cluster.send(['DBSIZE'], { timeoutMs: 9000 }), KEYS.length);
    assert.is.not(cluster.primaryOf(hashSlot('bar')), paused.address);
  } finally {
    paused.process.resume();
  }
  await servers.settled();
});

test('a read of all primaries survives that one of them dies, within its budget', async () => {
  await cluster.send(['MSET', ...KEYS.flatMap((key, n) => [key, n])]);
  const victim = await servers.nodeOf(hashSlot('foo'));
  await servers.settled();
  await victim.process.kill();
  const [size, keys, values] = await Promise.all([
    cluster.send(['DBSIZE'], { timeoutMs: 20_000 }),
    cluster.send(['KEYS', '*'], { timeoutMs: 20_000 }),
    cluster.send(['MGET', ...KEYS], { timeoutMs: 20_000 }),
  ]);
  assert.is(size, KEYS.length);
  assert.is((keys as string[]).length, KEYS.length);
  assert.equal(
    values,
    KEYS.map((key) => key.slice(4)),
  );
});

test.run();

const renamed = suite('integration/routing: commands under names that no table has');

renamed('a server is asked what they are, and where their keys are', async () => {
  const config = { 'rename-command': ['BITOP COMBINE', 'EVAL RUN'] };
  const nodes = await startCluster({ replicasPerPrimary: 0, config });
  try {
    const client = await connectCluster({ seeds: nodes.nodes.map(({ host, port }) => ({ host, port })) });
    await client.send(['SET', 'foo', 'abc']);
    await client.send(['SET', 'bar', 'abc']);
    for (const key of ['foo', 'bar']) {
      assert.is(await client.send(['COMBINE', 'NOT', `{${key}}2`, key]), 3);
      assert.is(await client.send(['RUN', 'return redis.call("GET", KEYS[1])', 1, key]), 'abc');
    }
    assert.is(client.stats().totals.redirects, 0, 'each went straight to its node');
    client.destroy();
  } finally {
    await nodes.stop();
  }
});

renamed('a server without cluster mode has every key: nothing is split or refused', async () => {
  const server = await startServer();
  const client = await connectCluster({ seeds: [{ host: '127.0.0.1', port: server.port }] });
  try {
    assert.is(await client.send(['MSET', 'foo', 1, 'bar', 2]), 'OK');
    assert.equal(await client.send(['MGET', 'foo', 'bar']), ['1', '2']);
    assert.is(await client.send(['RENAME', 'foo', 'bar']), 'OK');
    assert.equal(await client.send(['SCAN', 0]), ['0', ['bar']]);
    assert.is(await client.send(['RANDOMKEY']), 'bar');
    assert.is(await client.send(['DBSIZE']), 1);
    assert.match(await client.send<string>(['INFO', 'server']), 'tcp_port');
  } finally {
    client.destroy();
    await server.stop();
  }
});

renamed.run();

/** A subscriber of its own, on a bare socket. */
async function subscribe(port: number, channel: string, command = 'SUBSCRIBE') {
  const { connect: open } = await import('node:net');
  const socket = open(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', () => resolve());
    socket.write(`${command} ${channel}\r\n`);
  });
  return socket;
}
