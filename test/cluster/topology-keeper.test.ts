import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot, SLOT_COUNT } from '../../src/cluster/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';
import { tagInSlot } from '../support/key-in-slot.ts';

const test = suite('cluster/topology-keeper');

/** Counts the topology questions that a cluster is asked. */
function countQuestions(fake: FakeCluster): () => number {
  let questions = 0;
  const answer = fake.clusterSlots.bind(fake);
  fake.clusterSlots = () => {
    questions++;
    return answer();
  };
  return () => questions;
}

test('a thousand MOVED in a row make a refresh or two, over connections that exist [failure mode 13]', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect();
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  const tags = Array.from({ length: 1000 }, (_, n) => tagInSlot(n));
  const moved = new Set(tags.map(hashSlot));
  await fake.settle(Promise.all([cluster.send(['GET', 'foo']), cluster.send(['GET', 'bar'])]));
  const connections = fake.runtime.transports.length;
  const questions = countQuestions(fake);
  a.answer = (words) => (moved.has(hashSlot(words[1]!)) ? `-MOVED ${hashSlot(words[1]!)} ${b.address}\r\n` : '+OK\r\n');
  fake.layout = [
    [0, 999, b],
    [1000, 8191, a],
    [8192, 16383, b],
  ];
  await fake.settle(Promise.all(tags.map((tag) => cluster.send(['GET', tag]))));
  await fake.pass(500);
  assert.ok(questions() >= 1 && questions() <= 3, `${questions()} questions`);
  assert.is(fake.runtime.transports.length, connections);
  cluster.destroy();
});

test('a user who may not ask CLUSTER NODES is served all the same', async () => {
  const fake = new FakeCluster(2);
  fake.clusterNodes = () => '-NOPERM no permission\r\n';
  const cluster = await fake.connect();
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  cluster.destroy();
});

test('nothing is asked without a reason', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const questions = countQuestions(fake);
  for (let i = 0; i < 20; i++) {
    await fake.settle(cluster.send(['GET', `key${i}`]));
    await fake.pass(200);
  }
  assert.is(questions(), 0);
  cluster.destroy();
});

test('while a slot has nobody who answers, the topology is asked a few times a second', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  await fake.settle(Promise.all([cluster.send(['GET', 'foo']), cluster.send(['GET', 'bar'])]));
  const questions = countQuestions(fake);
  fake.nodes[2]!.answer = null;
  fake.nodes[2]!.connection.close();
  const waiting = cluster.send(['GET', 'foo'], { timeoutMs: 4000 });
  const failed = fake.failure(waiting);
  await fake.pass(3000);
  assert.ok(questions() >= 9 && questions() <= 60, `${questions()} questions in 3 s`);
  await failed;
  cluster.destroy();
});

test('one node that lags behind does not undo what a MOVED taught; two that agree do [failure mode 26]', async () => {
  const fake = new FakeCluster(3);
  for (const { port } of fake.nodes) fake.epochs.set(port, 5);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  const slot = hashSlot('foo');
  await fake.settle(Promise.all([cluster.send(['GET', 'foo']), cluster.send(['GET', 'bar'])]));
  const before = fake.layout;
  const after = [...before, [slot, slot, a] as const];
  // Whoever is asked, every other answer is from before.
  let asked = 0;
  const answer = fake.clusterSlots.bind(fake);
  fake.clusterSlots = () => {
    fake.layout = asked++ % 2 === 0 ? before : after;
    return answer();
  };
  c.answer = () => `-MOVED ${slot} ${a.address}\r\n`;
  for (let round = 0; round < 10; round++) {
    assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
    await fake.pass(200);
    assert.is(cluster.primaryOf(slot), a.address);
  }
  assert.is(c.received.filter((command) => command === 'GET foo').length, 2, 'once before it moved, once redirected');
  fake.clusterSlots = () => {
    fake.layout = before;
    return answer();
  };
  c.answer = () => '+OK\r\n';
  a.answer = (words) => (words[1] === 'bar' ? `-MOVED ${hashSlot('bar')} ${b.address}\r\n` : '+OK\r\n');
  await fake.settle(cluster.send(['GET', 'bar']));
  await fake.pass(500);
  assert.is(cluster.primaryOf(slot), c.address);
  cluster.destroy();
});

test('when no node can say, the seeds are dialled again [failure mode 18]', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect();
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  fake.layout = [[0, SLOT_COUNT - 1, b]];
  a.answer = () => `-MOVED ${hashSlot('bar')} ${b.address}\r\n`;
  assert.is(await fake.settle(cluster.send(['GET', 'bar'])), 'OK');
  await fake.pass(300);
  // Only b is known now; it dies, and the seed has taken over.
  b.answer = null;
  b.connection.close();
  a.answer = () => '+seed\r\n';
  fake.layout = [[0, SLOT_COUNT - 1, a]];
  assert.is(await fake.settle(cluster.send(['GET', 'bar'])), 'seed');
  cluster.destroy();
});

test('a refresh leaves the connections of nodes that stay alone, and ends those of nodes that went [failure mode 25]', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  await fake.settle(Promise.all(['foo', 'bar', 'hello'].map((key) => cluster.send(['GET', key]))));
  fake.layout = [
    [0, 8000, a],
    [8001, SLOT_COUNT - 1, b],
  ];
  fake.epochs.set(b.port, 9);
  c.answer = () => `-MOVED ${hashSlot('foo')} ${b.address}\r\n`;
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  await fake.pass(300);
  assert.equal(
    [a, b, c].map((node) => node.connections.map(({ isDestroyed }) => isDestroyed)),
    [[false], [false], [true]],
  );
  cluster.destroy();
});

test.run();
