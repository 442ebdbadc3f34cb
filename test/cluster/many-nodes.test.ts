import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { ClusterError, type ConnectionError, ErrorReply, TimeoutError } from '../../src/errors.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/many-nodes');

/** `bar` is in slot 5061, of the first of three nodes, `foo` in 12182, of the last, `hello` in 866, of the first. */
const FOO = hashSlot('foo');

type Three = [FakeNode, FakeNode, FakeNode];

/** Answers MGET with a value for each key, and what else is counted with the number of keys. */
function serve(...nodes: readonly FakeNode[]): void {
  for (const node of nodes) {
    node.answer = ([name, ...keys]) => {
      if (name === 'MGET') return `*${keys.length}\r\n${keys.map((key) => `+v-${key}\r\n`).join('')}`;
      return name === 'MSET' ? '+OK\r\n' : `:${keys.length}\r\n`;
    };
  }
}

test('a command over several slots is one command per slot, and one reply in the order of its keys', async () => {
  const fake = new FakeCluster(3);
  serve(...fake.nodes);
  const cluster = await fake.connect();
  assert.equal(await fake.settle(cluster.send(['MGET', 'foo', 'bar', 'hello', 'foo'])), [
    'v-foo',
    'v-bar',
    'v-hello',
    'v-foo',
  ]);
  assert.equal(
    fake.nodes.map((node) => node.take()),
    [['MGET bar', 'MGET hello'], [], ['MGET foo foo']],
  );
  assert.is(await fake.settle(cluster.send(['DEL', 'foo', 'bar', 'hello'])), 3);
  assert.is(await fake.settle(cluster.send(['MSET', 'foo', 1, 'bar', 2])), 'OK');
  assert.equal(await fake.settle(cluster.sendAll([['EXISTS', 'foo', 'bar'], ['PING']])), [2, 0]);
  cluster.destroy();
});

test('all parts for one node leave in one write', async () => {
  const fake = new FakeCluster(3);
  serve(...fake.nodes);
  const cluster = await fake.connect();
  await fake.settle(cluster.send(['GET', 'bar']));
  const { connection } = fake.nodes[0]!;
  let writes = 0;
  const read = connection.onWrite!;
  connection.onWrite = () => {
    writes++;
    read();
  };
  const keys = Array.from({ length: 50 }, (_, n) => `key${n}`).filter((key) => hashSlot(key) < 5462);
  await fake.settle(cluster.send(['MGET', ...keys]));
  assert.ok(keys.length > 10);
  assert.is(writes, 1);
  cluster.destroy();
});

test('each part follows its own redirection', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as Three;
  serve(a, b);
  c.answer = () => `-MOVED ${FOO} ${b.address}\r\n`;
  assert.equal(await fake.settle(cluster.send(['MGET', 'foo', 'bar'])), ['v-foo', 'v-bar']);
  assert.is(cluster.primaryOf(FOO), b.address);
  cluster.destroy();
});

test('a part that fails rejects the whole with what became of each, and whether any may have run', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as Three;
  serve(a);
  c.answer = () => '-OOM command not allowed\r\n';
  const error = await fake.failure<ClusterError>(cluster.send(['MSET', 'bar', 1, 'foo', 2]));
  assert.instance(error, ClusterError);
  assert.equal([error.code, error.wasSent], ['ERR_SPLIT_PARTIAL', true]);
  assert.instance(error.cause, ErrorReply);
  assert.equal(
    error.parts!.map(({ slot, keyPositions }) => [slot, keyPositions]),
    [
      [5061, [1]],
      [FOO, [3]],
    ],
  );
  cluster.destroy();
});

test('when the budget ends, the parts that were answered are told beside those that were not', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as Three;
  serve(a);
  c.answer = () => undefined;
  const started = fake.runtime.time;
  const error = await fake.failure<ClusterError>(cluster.send(['MGET', 'bar', 'foo'], { timeoutMs: 300 }));
  assert.ok(fake.runtime.time - started <= 310);
  assert.is(error.code, 'ERR_SPLIT_PARTIAL');
  assert.equal(error.parts![0]!.outcome, ['v-bar']);
  assert.instance(error.parts![1]!.outcome, TimeoutError);
  assert.is(cluster.stats().live, 0);
  cluster.destroy();
});

test('nothing of a split command ran: wasSent is false', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const node of fake.nodes) node.answer = () => '-CLUSTERDOWN The cluster is down\r\n';
  const error = await fake.failure<ClusterError>(cluster.send(['DEL', 'bar', 'foo'], { timeoutMs: 300 }));
  assert.equal([error.code, error.wasSent], ['ERR_SPLIT_PARTIAL', false]);
  cluster.destroy();
});

test('an aborted command is ERR_ABORTED, its parts are withdrawn, and nothing is left under way', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const controller = new AbortController();
  const promise = cluster.send(['MGET', 'bar', 'foo'], { signal: controller.signal });
  controller.abort();
  const error = await fake.failure<TimeoutError>(promise);
  assert.equal([error.code, error.wasSent], ['ERR_ABORTED', false]);
  await fake.pass(50);
  assert.equal(
    fake.nodes.flatMap((node) => node.take()),
    [],
  );
  assert.is(cluster.stats().live, 0);
  assert.is(fake.runtime.timers < 10, true);
  cluster.destroy();
});

test('a split command counts once, and gives its room back', async () => {
  const fake = new FakeCluster(3);
  serve(...fake.nodes);
  const cluster = await fake.connect({ maxCommands: 1 });
  const first = cluster.send(['MGET', 'bar', 'foo']);
  assert.is((await fake.failure<ClusterError>(cluster.send(['GET', 'bar']))).code, 'ERR_QUEUE_FULL');
  await fake.settle(first);
  assert.is(await fake.settle(cluster.send(['DEL', 'bar', 'foo'])), 2);
  cluster.destroy();
});

test('a closed client tells ERR_CLOSED, once', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const node of fake.nodes) node.answer = () => undefined;
  const failure = fake.failure<ConnectionError>(cluster.send(['MGET', 'bar', 'foo']));
  await fake.pass(5);
  cluster.destroy();
  assert.equal([(await failure).code, (await failure).wasSent], ['ERR_CLOSED', true]);
});

test('split: false sends it whole to the node of its first key, whose refusal is told', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const refusal = "CROSSSLOT Keys in request don't hash to the same slot";
  fake.nodes[0]!.answer = () => `-${refusal}\r\n`;
  const error = await fake.failure<ErrorReply>(cluster.send(['MGET', 'bar', 'foo'], { split: false }));
  assert.equal([error.code, error.message], ['ERR_REPLY', refusal]);
  assert.equal(fake.nodes[0]!.take(), ['MGET bar foo']);
  cluster.destroy();
});

test('all primaries are asked, and a read survives that one of them is replaced meanwhile', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as Three;
  for (const node of fake.nodes) node.answer = () => ':5\r\n';
  assert.is(await fake.settle(cluster.send(['DBSIZE'])), 15);
  // The last one dies with the question in its hands; a replica that nobody asked takes over.
  const replica = new (Object.getPrototypeOf(c).constructor)('10.0.0.1', 7009) as FakeNode;
  replica.answer = () => ':7\r\n';
  fake.nodes.push(replica);
  c.answer = () => undefined;
  const promise = cluster.send(['DBSIZE']);
  await fake.pass(5);
  c.answer = null;
  c.connection.close();
  fake.layout = [
    [0, 5461, a],
    [5462, 10_923, b],
    [10_924, 16_383, replica],
  ];
  fake.epochs.set(replica.port, 9);
  assert.is(await fake.settle(promise), 17);
  cluster.destroy();
});

test('slots that came to a node that is asked anyway do not count twice', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as Three;
  a.answer = () => ':5\r\n';
  b.answer = () => ':5\r\n';
  c.answer = null;
  const promise = cluster.send(['DBSIZE']);
  await fake.pass(20);
  fake.layout = [
    [0, 5461, a],
    [5462, 16_383, b],
  ];
  fake.epochs.set(b.port, 9);
  assert.is(await fake.settle(promise), 10);
  cluster.destroy();
});

test('a part that may have run is not sent twice: the error says so', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const c = fake.nodes[2]!;
  c.answer = () => undefined;
  const failure = fake.failure<ConnectionError>(cluster.send(['FLUSHALL']));
  await fake.pass(5);
  c.answer = () => '+OK\r\n';
  c.connection.close();
  const error = await failure;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.equal(c.take(), ['FLUSHALL']);
  cluster.destroy();
});

test('a part that was refused unexecuted is sent again', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  let refusals = 0;
  fake.nodes[1]!.answer = () => (refusals++ < 3 ? '-LOADING Redis is loading the dataset in memory\r\n' : '+OK\r\n');
  assert.is(await fake.settle(cluster.send(['FLUSHALL'])), 'OK');
  assert.equal(
    fake.nodes.map((node) => node.take().length),
    [1, 4, 1],
  );
  cluster.destroy();
});

test('RANDOMKEY asks one primary after the other, and is null only when all are empty', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const node of fake.nodes) node.answer = () => '$-1\r\n';
  assert.is(await fake.settle(cluster.send(['RANDOMKEY'])), null);
  assert.equal(
    fake.nodes.map((node) => node.take()),
    [['RANDOMKEY'], ['RANDOMKEY'], ['RANDOMKEY']],
  );
  for (const full of fake.nodes) {
    full.answer = () => '$3\r\nkey\r\n';
    assert.is(await fake.settle(cluster.send(['RANDOMKEY'])), 'key');
    assert.is(String(await fake.settle(cluster.send(['RANDOMKEY'], { reply: 'raw' }))), '$3\r\nkey\r\n');
    full.answer = () => '$-1\r\n';
  }
  const controller = new AbortController();
  fake.nodes.forEach((node) => {
    node.take();
    node.answer = () => undefined;
  });
  const aborted = fake.failure<TimeoutError>(cluster.send(['RANDOMKEY'], { signal: controller.signal }));
  await fake.pass(3);
  controller.abort();
  assert.equal([(await aborted).code, (await aborted).wasSent], ['ERR_ABORTED', true]);
  await fake.pass(5);
  assert.equal(
    fake.nodes.flatMap((node) => node.take()),
    ['RANDOMKEY'],
    'nobody else is asked for a caller who has left',
  );
  cluster.destroy();
});

test('reports that can’t be added up come by node', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect({ maps: 'map' });
  for (const node of fake.nodes) node.answer = () => `+i am ${node.port}\r\n`;
  assert.equal(
    await fake.settle(cluster.send(['INFO'])),
    new Map([
      ['10.0.0.1:7000', 'i am 7000'],
      ['10.0.0.1:7001', 'i am 7001'],
    ]),
  );
  cluster.destroy();
});

test.run();
