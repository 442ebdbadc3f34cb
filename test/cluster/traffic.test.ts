import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import type { ClusterError, ConnectionError, ErrorReply, TimeoutError } from '../../src/errors.ts';
import { FakeCluster, FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/traffic');

/** `foo` is in slot 12182: the last of three nodes has it; `bar`, 5061, the first. */
const FOO = hashSlot('foo');

function moved(node: FakeNode, slot: number = FOO): string {
  return `-MOVED ${slot} ${node.address}\r\n`;
}

test('a node that MOVED happens to name is not dialled unless the topology or allowNode knows it', async () => {
  const fake = new FakeCluster(3);
  const stranger = new FakeNode('6.6.6.6', 6666);
  stranger.answer = () => '+stolen\r\n';
  fake.nodes.push(stranger);
  const cluster = await fake.connect({ password: 'secret' });
  let refusals = 0;
  fake.nodes[2]!.answer = () => (refusals++ < 3 ? moved(stranger) : '+safe\r\n');
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'safe');
  assert.is(stranger.connections.length, 0);
  cluster.destroy();

  const trusting = await fake.connect({ allowNode: (address) => address === stranger.address });
  refusals = 0;
  assert.is(await fake.settle(trusting.send(['GET', 'foo'])), 'stolen');
  trusting.destroy();
});

test('TRYAGAIN after an ASK is retried at the target of the ASK', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => `-ASK ${FOO} ${a.address}\r\n`;
  let refusals = 0;
  a.answer = (words) => {
    if (words[0] === 'ASKING') return '+OK\r\n';
    return refusals++ < 3 ? '-TRYAGAIN Multiple keys request during rehashing of slot\r\n' : '*1\r\n+v\r\n';
  };
  assert.equal(await fake.settle(cluster.send(['MGET', 'foo', '{foo}2'])), ['v']);
  assert.is(c.take().length, 1);
  assert.equal(new Set(a.take()), new Set(['ASKING', 'MGET foo {foo}2']));
  cluster.destroy();
});

test('a command queued behind one that is refused or asked elsewhere does not overtake it', async () => {
  for (const refusal of ['-CLUSTERDOWN The cluster is down\r\n', `-ASK ${FOO} 10.0.0.1:7000\r\n`]) {
    const fake = new FakeCluster(3);
    const cluster = await fake.connect();
    const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
    await fake.settle(Promise.all([cluster.send(['GET', 'bar']), cluster.send(['GET', 'foo'])]));
    c.answer = () => undefined;
    const first = cluster.send(['SET', '{foo}1', 1]);
    await fake.pass(1);
    c.answer = () => '+OK\r\n';
    fake.unblock(c.connection);
    // Queued in the turn in which the refusal arrives; the flush is still to come.
    const second = cluster.send(['SET', '{foo}2', 2]);
    c.connection.reply(refusal);
    fake.runtime.flush();
    assert.equal(
      c.received.filter((command) => command.includes('{foo}2')),
      [],
      refusal,
    );
    await fake.settle(Promise.all([first, second]));
    const order = [...a.received, ...c.received].filter((command) => command.startsWith('SET'));
    assert.is(order.at(-1), 'SET {foo}2 2');
    cluster.destroy();
  }
});

test('an ASK whose target has no connection yet is not followed later: the primary is asked again', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => `-ASK ${FOO} ${b.address}\r\n`;
  b.answer = (words) => (words[0] === 'ASKING' ? '+OK\r\n' : '+there\r\n');
  const promise = cluster.send(['GET', 'foo']);
  await fake.pass(3);
  assert.equal(b.take(), []);
  assert.is(await fake.settle(promise), 'there');
  assert.equal([b.take(), c.received.length > 1], [['ASKING', 'GET foo'], true]);
  cluster.destroy();
});

const REFUSALS = [
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN Hash slot not served',
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "READONLY You can't write against a read only replica.",
  'NOAUTH Authentication required.',
];

test('refusals that prove that nothing ran are retried until they end [failure mode 30]', async () => {
  for (const refusal of REFUSALS) {
    const fake = new FakeCluster(3);
    const cluster = await fake.connect();
    let refusals = 0;
    fake.nodes[2]!.answer = () => (refusals++ < 4 ? `-${refusal}\r\n` : ':1\r\n');
    assert.is(await fake.settle(cluster.send(['INCR', 'foo'])), 1, refusal);
    assert.is(fake.nodes[2]!.take().length, 5, refusal);
    cluster.destroy();
  }
});

test('refusals that don’t end exhaust the budget: TimeoutError, nothing ran, the refusal is its cause', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  fake.nodes[2]!.answer = () => '-CLUSTERDOWN The cluster is down\r\n';
  const error = await fake.failure<TimeoutError>(cluster.send(['INCR', 'foo'], { timeoutMs: 700 }));
  assert.equal([error.code, error.wasSent, error.timeoutMs], ['ERR_COMMAND_TIMEOUT', false, 700]);
  assert.is((error.cause as ErrorReply).prefix, 'CLUSTERDOWN');
  cluster.destroy();
});

test('what a script says is believed only where the server alone could have said it', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const text of ['TRYAGAIN my own', 'READONLY x', 'LOADING x', 'NOAUTH x', `MOVED ${FOO + 1} 10.0.0.1:7000`]) {
    fake.nodes[2]!.answer = () => `-${text}\r\n`;
    const error = await fake.failure<ErrorReply>(cluster.send(['EVAL', 'return 1', 1, 'foo']));
    assert.is(error.message, text);
    assert.is(fake.nodes[2]!.take().length, 1, text);
  }
  fake.nodes[2]!.answer = () => moved(fake.nodes[0]!);
  assert.is(await fake.settle(cluster.send(['EVAL', 'return 1', 1, 'foo'])), 'OK');
  cluster.destroy();
});

test('errors that are the caller’s are not retried', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const text of ['WRONGTYPE x', 'OOM x', 'BUSY x', 'CROSSSLOT x', 'ERR x', 'constructor x']) {
    fake.nodes[2]!.answer = () => `-${text}\r\n`;
    assert.is((await fake.failure<ErrorReply>(cluster.send(['INCR', 'foo']))).message, text);
    assert.is(fake.nodes[2]!.take().length, 1);
  }
  cluster.destroy();
});

test('a loop of MOVED ends with ERR_REDIRECTIONS', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect({ maxRedirects: 5 });
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  a.answer = () => moved(b);
  b.answer = () => moved(a);
  const error = await fake.failure<ClusterError>(cluster.send(['GET', 'foo']));
  assert.equal([error.code, error.slot, error.wasSent], ['ERR_REDIRECTIONS', FOO, false]);
  assert.is(a.take().length + b.take().length, 6);
  cluster.destroy();
});

test('MOVED to the node itself: a new connection is tried, and the old one keeps its other commands [failure mode 12]', async () => {
  const fake = new FakeCluster(1);
  const cluster = await fake.connect();
  const [node] = fake.nodes as [FakeNode];
  node.answer = (words) => {
    if (node.connections.length > 1) return '+renewed\r\n';
    return words[1] === 'foo' ? moved(node) : undefined;
  };
  const redirected = cluster.send(['GET', 'foo']);
  const slow = cluster.send(['INCR', 'slow']);
  assert.is(await fake.settle(redirected), 'renewed');
  node.connections[0]!.reply(':1\r\n');
  assert.is(await fake.settle(slow), 1);
  assert.is(node.connections.length, 2);
  assert.is(node.connections[0]!.isDestroyed, true);
  cluster.destroy();
});

test('after a loss: reads go again, a written write is in doubt, others wait for the new connection in order', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const node = fake.nodes[2]!;
  node.answer = () => undefined;
  const read = cluster.send(['GET', 'foo']);
  const write = cluster.send(['INCR', 'foo']);
  const doubtful = fake.failure<ConnectionError>(write);
  await fake.pass(5);
  node.answer = () => '+OK\r\n';
  node.take();
  node.connection.close();
  const later = cluster.send(['SET', 'foo', 2]);
  const error = await doubtful;
  assert.equal([error.code, error.wasSent, error.address], ['ERR_CONNECTION_LOST', true, node.address]);
  assert.equal(await fake.settle(Promise.all([read, later])), ['OK', 'OK']);
  assert.equal(node.take(), ['GET foo', 'SET foo 2']);
  cluster.destroy();
});

test('a dead primary is replaced when another node says so, and what waited goes there', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  await fake.settle(cluster.send(['GET', 'foo']));
  await fake.settle(cluster.send(['GET', 'bar']));
  c.answer = null;
  c.connection.close();
  const promise = cluster.send(['INCR', 'foo']);
  await fake.pass(1000);
  a.answer = (words) => (words[0] === 'INCR' ? ':1\r\n' : '+OK\r\n');
  fake.layout = [[0, 16383, a]];
  assert.is(await fake.settle(promise), 1);
  assert.is(
    cluster.stats().nodes.find(({ address }) => address === c.address),
    undefined,
  );
  cluster.destroy();
});

test('a node whose slots moved away and that is silent is given up after handoverMs [failure mode 17]', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ handoverMs: 1500 });
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => undefined;
  const stuck = fake.failure<ConnectionError>(cluster.send(['INCR', 'foo']));
  await fake.pass(10);
  fake.layout = [[0, 16383, a]];
  fake.epochs.set(a.port, 1);
  await fake.pass(1200);
  assert.is(cluster.primaryOf(FOO), a.address, 'a silent node is a reason to ask another');
  const next = cluster.send(['INCR', 'foo']);
  assert.is(a.received.length, 0, 'held back while the old node owes an answer');
  const error = await stuck;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.is(await fake.settle(next), 'OK');
  assert.ok(fake.runtime.time < 1000 + 3000);
  cluster.destroy();
});

test.run();
