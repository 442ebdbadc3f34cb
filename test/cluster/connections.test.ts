import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError, RedisError } from '../../src/errors.ts';
import type { Outcome } from '../../src/net/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';
import { FakeRuntime, type FakeTransport } from '../support/fake-runtime.ts';

const test = suite('cluster/connections');

/** `foo` is in slot 12182: the last of three nodes has it; `bar`, 5061, the first. */
const FOO = hashSlot('foo');

/** A key whose slot leaves `rest` when it is divided by `divisor`, at the node that has `foo`. */
function keyBesideFoo(rest: number, divisor: number, not: readonly string[] = []): string {
  for (let n = 0; ; n++) {
    const key = `key:${n}`;
    const slot = hashSlot(key);
    if (slot > 10_923 && slot % divisor === rest && slot !== FOO && !not.includes(key)) return key;
  }
}

function open(fake: FakeCluster): FakeTransport[] {
  return fake.runtime.transports.filter(({ isDestroyed }) => !isDestroyed);
}

test('connectionsPerNode: a slot’s commands share a connection, others take others, and none is opened before it is needed', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ connectionsPerNode: 4 });
  assert.is(fake.runtime.transports.length, 1, 'the seed');
  const over = new Map<string, Set<FakeTransport>>();
  fake.nodes[2]!.answer = (words, _node, transport) => {
    const of = over.get(words[1]!) ?? new Set();
    over.set(words[1]!, of.add(transport!));
    return '+OK\r\n';
  };
  const keys = [0, 1, 2, 3].map((rest) => keyBesideFoo(rest, 4));
  for (let round = 0; round < 3; round++) {
    for (const [i, key] of keys.entries()) {
      await fake.settle(
        cluster.sendAll([
          ['GET', key],
          ['INCR', key],
        ]),
      );
      if (round === 0) assert.is(fake.runtime.transports.length, 2 + i);
    }
  }
  assert.equal(
    [...over.values()].map(({ size }) => size),
    [1, 1, 1, 1],
  );
  assert.is(new Set([...over.values()].flatMap((of) => [...of])).size, 4);
  cluster.destroy();
});

test('connectionsPerNode is a whole number above 0', () => {
  const options = { seeds: ['redis://h:1'], runtime: new FakeRuntime() };
  for (const connectionsPerNode of [0, 1.5, -1, Number.POSITIVE_INFINITY, '2'] as number[]) {
    assert.throws(() => new Cluster({ ...options, connectionsPerNode }), /connectionsPerNode must be/);
  }
});

/** One of several connections to a node is lost, or silent; the other one's commands go on. */
test('when one of several connections is lost, what was sent over the others goes on', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ connectionsPerNode: 2 });
  const node = fake.nodes[2]!;
  const [even, odd] = [keyBesideFoo(0, 2), keyBesideFoo(1, 2)];
  node.answer = () => undefined;
  const kept = cluster.send(['INCR', even]);
  await fake.pass(5);
  const keeping = node.connection;
  const lost = fake.failure<ConnectionError>(cluster.send(['INCR', odd]));
  await fake.pass(5);
  assert.is.not(node.connection, keeping);
  node.connection.close();
  const error = await lost;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  keeping.reply(':7\r\n');
  assert.is(await fake.settle(kept), 7);
  cluster.destroy();
});

test('of several connections only the silent one is given up when its slots have moved away', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ connectionsPerNode: 2, handoverMs: 1500 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  const [even, odd] = [keyBesideFoo(0, 2), keyBesideFoo(1, 2)];
  c.answer = () => undefined;
  const stuck = fake.failure<ConnectionError>(cluster.send(['INCR', even]));
  await fake.pass(1000);
  const slow = cluster.send(['INCR', odd]);
  await fake.pass(100);
  const slowly = c.connection;
  fake.layout = [[0, 16383, a]];
  fake.epochs.set(a.port, 1);
  const error = await stuck;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  slowly.reply(':3\r\n');
  assert.is(await fake.settle(slow), 3);
  cluster.destroy();
});

test('a connection that is replaced while it owes answers: nothing of a slot that it owes for overtakes, others go on at once', async () => {
  const fake = new FakeCluster(1);
  const cluster = await fake.connect();
  const [node] = fake.nodes as [FakeNode];
  node.answer = (words) => {
    if (words[1] === 'foo' && node.connections.length === 1) return `-MOVED ${FOO} ${node.address}\r\n`;
    return node.connections.length > 1 ? ':2\r\n' : undefined;
  };
  const redirected = cluster.send(['INCR', 'foo']);
  const slow = cluster.send(['INCR', '{slow}']);
  await fake.settle(redirected);
  const next = cluster.send(['INCR', '{slow}']);
  const other = cluster.send(['INCR', 'other']);
  assert.is(await fake.settle(other), 2);
  assert.equal(
    node.received.filter((command) => command === 'INCR {slow}').length,
    1,
    'the second waits for the first',
  );
  node.connections[0]!.reply(':1\r\n');
  assert.equal(await fake.settle(Promise.all([slow, next])), [1, 2]);
  cluster.destroy();
});

test('maxConnectionAgeMs: one connection takes the place of another, in order, and no caller notices', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnectionAgeMs: 1000 });
  const node = fake.nodes[2]!;
  let count = 0;
  node.answer = (words) => (words[0] === 'INCR' ? `:${++count}\r\n` : '+OK\r\n');
  const replies: Promise<unknown>[] = [];
  for (let sent = 0; sent < 3000; sent++) {
    replies.push(cluster.send(['INCR', 'foo']));
    await fake.pass(1);
  }
  const all = await fake.settle(Promise.all(replies));
  assert.equal(
    all,
    Array.from({ length: 3000 }, (_, n) => n + 1),
  );
  assert.ok(node.connections.length >= 3 && node.connections.length <= 4, `${node.connections.length} connections`);
  assert.ok(open(fake).length <= 2, 'its last one, and the seed’s');
  assert.is(cluster.stats().totals.losses, 0);
  cluster.destroy();
});

/** What commands came to: replies, and codes of errors. */
async function outcomes(fake: FakeCluster, promise: Promise<Outcome[]>): Promise<unknown[]> {
  return (await fake.settle(promise)).map((outcome) =>
    outcome instanceof Error ? (outcome as RedisError).code : outcome,
  );
}

/** A node's own keys. */
const KEYS = ['bar', 'c', 'foo'];

test('maxConnections: never more are open; the idle one that was used least recently makes room', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnections: 2 });
  assert.equal(
    KEYS.map((key) => cluster.primaryOf(hashSlot(key))),
    fake.nodes.map(({ address }) => address),
  );
  let most = 0;
  for (const node of fake.nodes) {
    node.answer = () => {
      most = Math.max(most, open(fake).length);
      return '+OK\r\n';
    };
  }
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  for (const key of ['bar', 'c', 'bar', 'foo']) assert.is(await fake.settle(cluster.send(['GET', key])), 'OK');
  assert.equal(
    [a, b, c].map(({ connections }) => connections.length),
    [1, 1, 1],
  );
  assert.equal(
    [a, b, c].map(({ connection }) => connection.isDestroyed),
    [false, true, false],
  );
  for (let round = 0; round < 5; round++) {
    assert.equal(await outcomes(fake, cluster.sendAll(KEYS.map((key) => ['GET', key]))), ['OK', 'OK', 'OK']);
  }
  assert.is(most, 2);
  cluster.destroy();
  assert.is(open(fake).length, 0);
});

test('maxConnections: what owes an answer is not closed; a command waits within its budget, then ERR_CONNECTION_LIMIT', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnections: 1 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  a.answer = () => undefined;
  const slow = cluster.send(['INCR', 'bar'], { timeoutMs: 8000 });
  await fake.pass(5);
  const startedAt = fake.runtime.time;
  const error = await fake.failure<ConnectionError>(cluster.send(['INCR', 'foo'], { timeoutMs: 400 }));
  assert.equal([error.code, error.wasSent, error.address], ['ERR_CONNECTION_LIMIT', false, c.address]);
  assert.match(
    error.message,
    /INCR not sent within 400 ms: all 1 connections of this client are in use \(maxConnections\)/,
  );
  assert.ok(fake.runtime.time - startedAt >= 399);
  const waiting = cluster.send(['INCR', 'foo'], { timeoutMs: 8000 });
  await fake.pass(500);
  assert.is(c.connections.length, 0);
  a.connection.reply(':1\r\n');
  assert.is(await fake.settle(slow), 1);
  assert.is(await fake.settle(waiting), 'OK');
  cluster.destroy();
});

test('maxConnections: a command that was sent at last and then not answered in time is an ordinary timeout', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnections: 1 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  a.answer = () => undefined;
  c.answer = () => undefined;
  const slow = cluster.send(['INCR', 'bar']);
  await fake.pass(5);
  const late = fake.failure<RedisError>(cluster.send(['INCR', 'foo'], { timeoutMs: 1000 }));
  await fake.pass(300);
  a.connection.reply(':1\r\n');
  await fake.settle(slow);
  const error = await late;
  assert.equal([error.code, error.wasSent, error.cause], ['ERR_COMMAND_TIMEOUT', true, undefined]);
  cluster.destroy();
});

test('maxConnections: nodes that are busy all the time take turns, and nobody starves', async () => {
  const fake = new FakeCluster(3);
  for (const node of fake.nodes) node.latencyMs = 5;
  const cluster = await fake.connect({ maxConnections: 2, timeoutMs: 2000 });
  const counts = KEYS.map(() => 0);
  let isRunning = true;
  const worker = async (i: number): Promise<void> => {
    while (isRunning) {
      await cluster.send(['INCR', KEYS[i]!]);
      counts[i]!++;
    }
  };
  const workers: Promise<void>[] = [];
  // One of the three always has something under way, so that no connection is ever idle.
  for (let n = 0; n < 3; n++) {
    workers.push(...KEYS.map((_, i) => worker(i)));
    await fake.pass(2);
  }
  await fake.pass(3000);
  isRunning = false;
  await fake.settle(Promise.all(workers));
  assert.ok(
    counts.every((count) => count > 500),
    String(counts),
  );
  assert.ok(open(fake).length <= 2);
  cluster.destroy();
});

test('maxConnections: a session in use and subscriptions are never closed for others', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnections: 2 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  let end: () => void = () => undefined;
  const session = cluster.session('bar', async (one) => {
    await one.send(['WATCH', 'bar']);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return one.send(['GET', 'bar']);
  });
  await fake.pass(10);
  const leased = a.connection;
  for (let round = 0; round < 3; round++) {
    for (const key of ['foo', 'c']) assert.is(await fake.settle(cluster.send(['GET', key])), 'OK');
  }
  const fromC = c.connections.length;
  assert.ok(fromC >= 2, 'the other one is shared in turns');
  assert.is(leased.isDestroyed, false);
  end();
  assert.is(await fake.settle(session), 'OK');
  cluster.destroy();
});

test('maxConnections: an idle lease is closed for others as any connection', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxConnections: 1 });
  await fake.settle(cluster.session('bar', (session) => session.send(['WATCH', 'bar'])));
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  assert.is(await fake.settle(cluster.session('bar', (session) => session.send(['GET', 'bar']))), 'OK');
  assert.is(open(fake).length, 1);
  cluster.destroy();
});

test('maxConnections: an ASK is followed, though both nodes are needed at once and others want their turns', async () => {
  const fake = new FakeCluster(3);
  for (const node of fake.nodes) node.latencyMs = 5;
  const cluster = await fake.connect({ maxConnections: 2 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (words) => (words[1] === 'foo' ? `-ASK ${FOO} ${a.address}\r\n` : '+OK\r\n');
  a.answer = (words) => (words[1] === 'foo' ? '+there\r\n' : '+OK\r\n');
  let isRunning = true;
  const busy = (async () => {
    while (isRunning) await cluster.send(['GET', 'c']);
  })();
  for (let n = 0; n < 10; n++) assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'there');
  isRunning = false;
  await fake.settle(busy);
  cluster.destroy();
});

test('maxConnections: subscriptions count, and wait within their budget', async () => {
  const fake = new FakeCluster(1);
  const cluster = await fake.connect({ maxConnections: 1 });
  const [node] = fake.nodes as [FakeNode];
  node.answer = () => undefined;
  const slow = cluster.send(['INCR', 'foo'], { timeoutMs: 8000 });
  await fake.pass(5);
  const error = await fake.failure<ConnectionError>(cluster.subscribe('news', { timeoutMs: 300 }));
  assert.equal([error.code, error.wasSent, error.address], ['ERR_CONNECTION_LIMIT', false, node.address]);
  node.connection.reply(':1\r\n');
  assert.is(await fake.settle(slow), 1);
  cluster.destroy();
});

test('maxConnections is a whole number above 0, or Infinity', () => {
  const options = { seeds: ['redis://h:1'], runtime: new FakeRuntime() };
  for (const maxConnections of [0, 1.5, -1, Number.NaN, '2'] as number[]) {
    assert.throws(() => new Cluster({ ...options, maxConnections }), /maxConnections must be/);
  }
});

test.run();
