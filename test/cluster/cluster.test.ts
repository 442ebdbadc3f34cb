import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import {
  ClusterError,
  type ConnectionError,
  type ErrorReply,
  type RedisError,
  type TimeoutError,
} from '../../src/errors.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/cluster');

/** `foo` is in slot 12182: the last of three nodes has it; `bar`, 5061, the first. */
const FOO = hashSlot('foo');

function moved(node: FakeNode, slot: number = FOO): string {
  return `-MOVED ${slot} ${node.address}\r\n`;
}

test('commands go to the primary of their slot', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  await fake.settle(Promise.all([cluster.send(['SET', 'foo', 1]), cluster.send(['GET', 'bar'])]));
  assert.equal(
    fake.nodes.map((node) => node.take()),
    [['GET bar'], [], ['SET foo 1']],
  );
  assert.is(cluster.primaryOf(FOO), fake.nodes[2]!.address);
  cluster.destroy();
});

test('MOVED is followed at once and remembered', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (_words) => moved(a);
  a.answer = () => '+here\r\n';
  fake.layout = [...fake.layout, [FOO, FOO, a]];
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'here');
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'here');
  assert.is(c.received.length, 1);
  assert.is(cluster.primaryOf(FOO), a.address);
  assert.is(cluster.stats().totals.redirects, 1);
  cluster.destroy();
});

test('MOVED with an empty host means the host that answered', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  fake.nodes[2]!.answer = () => `-MOVED ${FOO} :7000\r\n`;
  fake.nodes[0]!.answer = () => '+here\r\n';
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'here');
  cluster.destroy();
});

test('hostile redirections reach the caller as what they are, and change nothing [failure mode 27]', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const texts = ['__proto__ 1.1.1.1:1', '16384 1.1.1.1:1', '-1 1.1.1.1:1', '1 1.1.1.1:0', '1 1.1.1.1:65536', '1 x', ''];
  for (const text of texts) {
    fake.nodes[2]!.answer = () => `-MOVED ${text}\r\n`;
    const error = await fake.failure<ErrorReply>(cluster.send(['GET', 'foo']));
    assert.is(error.prefix, 'MOVED', text);
  }
  assert.is(({} as Record<string, unknown>)['1.1.1.1:1'], undefined);
  assert.is(cluster.primaryOf(FOO), fake.nodes[2]!.address);
  cluster.destroy();
});

test('`?` is never dialled: the topology is asked, and the command retried', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => {
    fake.layout = [[0, 16383, a]];
    return `-MOVED ${FOO} ?:7001\r\n`;
  };
  a.answer = () => '+here\r\n';
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'here');
  assert.ok(fake.runtime.transports.every(({ endpoint }) => endpoint.host !== '?'));
  cluster.destroy();
});

test('ASK: ASKING goes right before the command, and the map does not learn from it [failure mode 8]', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (words) => (words[1] === 'foo' ? `-ASK ${FOO} ${a.address}\r\n` : '+there\r\n');
  a.answer = () => '+here\r\n';
  const [asked] = await fake.settle(Promise.all([cluster.send(['GET', 'foo']), cluster.send(['GET', 'bar'])]));
  assert.is(asked, 'here');
  const received = a.take();
  assert.is(received[received.indexOf('ASKING') + 1], 'GET foo');
  assert.is(cluster.primaryOf(FOO), c.address);
  assert.is(b.received.length, 0);
  cluster.destroy();
});

test('an unassigned slot is looked up once, then ERR_SLOT_UNASSIGNED', async () => {
  const fake = new FakeCluster(1);
  fake.layout = [[0, 100, fake.nodes[0]!]];
  const cluster = await fake.connect();
  const error = await fake.failure<ClusterError>(cluster.send(['GET', 'foo']));
  assert.equal([error.code, error.slot, error.wasSent], ['ERR_SLOT_UNASSIGNED', FOO, false]);
  fake.layout = [[0, 16383, fake.nodes[0]!]];
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  cluster.destroy();
});

test('seeds are asked at once; when none is usable the error lists each and why', async () => {
  const fake = new FakeCluster(2);
  fake.nodes[0]!.answer = null;
  fake.nodes[1]!.password = 'right';
  const seeds = fake.nodes.map(({ host, port }) => ({ host, port }));
  const options = { seeds, runtime: fake.runtime, password: 'wrong-secret' };
  const error = await fake.failure<ConnectionError>(connectCluster(options));
  assert.is(error.code, 'ERR_CONNECT');
  assert.match(error.message, /10\.0\.0\.1:7000: .*ECONNREFUSED/);
  assert.match(error.message, /10\.0\.0\.1:7001: .*refused the password/);
  assert.not.match(error.message, /secret/);
  const cluster = await fake.settle(connectCluster({ ...options, password: 'right', seeds: [...seeds].reverse() }));
  cluster.destroy();
  // The fake nodes have timers of their own, for answers on their way.
  await fake.pass(1);
  assert.is(fake.runtime.timers, 0, 'nothing is left to ring');
});

test('a password that differs on one node: the error names that node', async () => {
  const fake = new FakeCluster(3);
  fake.nodes[2]!.password = 'another';
  const cluster = await fake.connect({ password: 'P' });
  const error = await fake.failure<ConnectionError>(cluster.send(['GET', 'foo']));
  assert.equal([error.code, error.wasSent], ['ERR_AUTH', false]);
  assert.match(error.message, /10\.0\.0\.1:7002 refused the password/);
  cluster.destroy();
});

test('a cluster announced on loopback and reached from elsewhere is dialled at the seed’s host', async () => {
  const fake = new FakeCluster(3);
  fake.layout = fake.layout.map(([first, last, node]) => [first, last, ['127.0.0.1', (node as FakeNode).port]]);
  const cluster = await fake.connect();
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  fake.nodes[0]!.answer = null;
  fake.nodes[0]!.connection.close();
  const error = await fake.failure<TimeoutError>(cluster.send(['GET', 'bar'], { timeoutMs: 300 }));
  const { message } = error.cause as ConnectionError;
  assert.match(message, /announces this node as 127\.0\.0\.1:7000, 10\.0\.0\.1:7000 was dialled/);
  assert.match(message, /cluster-announce-ip.*addressMap/);
  cluster.destroy();
});

test('addressMap translates announced addresses, in views and in redirections', async () => {
  const fake = new FakeCluster(3);
  fake.layout = fake.layout.map(([first, last, node]) => [first, last, ['node.internal', (node as FakeNode).port]]);
  const cluster = await fake.connect({
    addressMap: ({ host, port }) => (host === 'node.internal' ? { host: '10.0.0.1', port } : undefined),
  });
  fake.nodes[2]!.answer = () => `-MOVED ${FOO} node.internal:7001\r\n`;
  fake.nodes[1]!.answer = () => '+mapped\r\n';
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'mapped');
  cluster.destroy();
});

test('a server that is not in cluster mode has every slot', async () => {
  const fake = new FakeCluster(1);
  fake.clusterSlots = () => '-ERR This instance has cluster support disabled\r\n';
  const cluster = await fake.connect();
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  assert.is(await fake.settle(cluster.send(['PING'])), 'OK');
  cluster.destroy();
});

test('commands that concern the whole cluster go to all of it, and their replies become one', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const [n, node] of fake.nodes.entries()) {
    node.answer = ([name]) => ({ DBSIZE: `:${n + 1}\r\n`, KEYS: `*1\r\n$2\r\nk${n}\r\n` })[name!] ?? '+OK\r\n';
  }
  assert.is(await fake.settle(cluster.send(['DBSIZE'])), 6);
  assert.equal(await fake.settle(cluster.send(['KEYS', '*'])), ['k0', 'k1', 'k2']);
  assert.is(await fake.settle(cluster.send(['FLUSHALL'])), 'OK');
  assert.equal(
    fake.nodes.map((node) => node.take()),
    fake.nodes.map(() => ['DBSIZE', 'KEYS *', 'FLUSHALL']),
  );
  fake.nodes[1]!.answer = () => '-NOPERM no\r\n';
  assert.is((await fake.failure<ErrorReply>(cluster.send(['FLUSHALL']))).prefix, 'NOPERM');
  cluster.destroy();
});

test('what would silently answer for one node is refused', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const codes: string[] = [];
  for (const args of [['SCAN', 0], ['CONFIG', 'GET', 'port'], ['SHUTDOWN']]) {
    codes.push((await fake.failure<ClusterError>(cluster.send(args))).code);
  }
  assert.equal(codes, ['ERR_NO_NODE', 'ERR_NO_NODE', 'ERR_NO_NODE']);
  cluster.destroy();
});

test('keys in different slots are refused before anything is sent', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const error = await fake.failure<ClusterError>(cluster.send(['SUNION', 'foo', 'bar']));
  assert.equal([error.code, error.wasSent], ['ERR_CROSS_SLOT', false]);
  assert.equal(
    fake.nodes.flatMap((node) => node.take()),
    [],
  );
  cluster.destroy();
});

test('sendAll follows redirections one by one, and always resolves [failure mode 10]', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (words) => (words[1] === 'foo' ? moved(a) : '-ERR no\r\n');
  const outcomes = await fake.settle(
    cluster.sendAll([
      ['GET', 'foo'],
      ['GET', 'bar'],
      ['GET', 'foo2'],
      ['SUNION', 'foo', 'bar'],
    ]),
  );
  assert.equal(outcomes.slice(0, 2), ['OK', 'OK']);
  assert.instance(outcomes[3], ClusterError);
  cluster.destroy();
});

test('a node’s share of admission is its own', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ maxCommandsPerNode: 1 });
  const first = cluster.send(['GET', 'foo']);
  const error = await fake.failure<RedisError>(cluster.send(['GET', 'foo']));
  assert.equal([error.code, error.wasSent], ['ERR_QUEUE_FULL', false]);
  assert.is(await fake.settle(cluster.send(['GET', 'bar'])), 'OK');
  await fake.settle(first);
  cluster.destroy();
});

test('options are checked synchronously', () => {
  const bad: unknown[] = [
    { seeds: [] },
    { seeds: ['http://x'] },
    { seeds: [{ port: 1 }] },
    { seeds: [{ host: 'h', port: 0 }] },
    { seeds: ['redis://h'], maxRedirects: -1 },
    { seeds: ['redis://h'], timeoutMs: 0 },
    { seeds: ['redis://h'], protocol: 4 },
  ];
  for (const options of bad) {
    assert.throws(
      () => new Cluster(options as never),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT',
      JSON.stringify(options),
    );
  }
});

test.run();
