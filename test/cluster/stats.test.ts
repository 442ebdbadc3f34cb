import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/stats');

/** `foo` is in slot 12182: the last of three nodes has it. */
const FOO = hashSlot('foo');

test('each node has its own counts, and the totals are their sums', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  let refusals = 0;
  c.answer = () => (refusals++ < 2 ? '-LOADING x\r\n' : `-MOVED ${FOO} ${a.address}\r\n`);
  await fake.settle(cluster.send(['GET', 'foo']));
  a.answer = () => '-WRONGTYPE x\r\n';
  await fake.failure(cluster.send(['INCR', 'foo']));
  const stats = cluster.stats();
  const of = (node: FakeNode) => stats.nodes.find(({ address }) => address === node.address)!;
  assert.equal([of(c).redirects, of(c).refusals, of(c).connections, of(c).id], [1, 2, 1, `id${c.port}`]);
  assert.equal({ ...of(c).errorReplies }, { LOADING: 2, MOVED: 1 });
  assert.equal({ ...of(a).errorReplies }, { WRONGTYPE: 1 });
  assert.equal({ ...stats.errors }, { ERR_REPLY: 1 });
  assert.equal({ ...stats.totals.errorReplies }, { WRONGTYPE: 1, LOADING: 2, MOVED: 1 });
  for (const name of ['commands', 'bytesSent', 'bytesReceived', 'connections'] as const) {
    assert.is(
      stats.totals[name],
      stats.nodes.reduce((sum, node) => sum + node[name], 0),
      name,
    );
    assert.ok(of(a)[name] > 0, name);
  }
  cluster.destroy();
});

test('what a node that left has done stays in the totals', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => '-WRONGTYPE x\r\n';
  await fake.failure(cluster.send(['INCR', 'foo']));
  const before = cluster.stats().totals;
  fake.layout = [[0, 16383, a]];
  fake.epochs.set(a.port, 1);
  c.connection.close();
  await fake.pass(500);
  const { nodes, totals } = cluster.stats();
  assert.equal(
    nodes.map(({ address }) => address),
    [a.address],
  );
  assert.equal([totals.losses, { ...totals.errorReplies }], [before.losses + 1, { WRONGTYPE: 1 }]);
  assert.ok(totals.commands > before.commands && totals.bytesSent > before.bytesSent);
  cluster.destroy();
});

test('parts of a command, and the client’s own questions, are no errors of callers', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const node of fake.nodes) node.answer = () => '-WRONGTYPE x\r\n';
  await fake.failure(cluster.send(['DEL', 'foo', 'bar', 'baz']));
  await fake.failure(cluster.send(['MODULE.THING', 'foo']));
  assert.equal({ ...cluster.stats().errors }, { ERR_SPLIT_PARTIAL: 1, ERR_REPLY: 1 });
  cluster.destroy();
});

test('a slot that holds commands back is an open lane, and the rest is under way', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  fake.nodes[2]!.answer = () => '-TRYAGAIN x\r\n';
  const failed = fake.failure(cluster.send(['GET', 'foo'], { timeoutMs: 200 }));
  await fake.pass(50);
  const { live, openLanes, leases, subscriptions, failedRefreshes, cache } = cluster.stats();
  assert.equal([live, openLanes, failedRefreshes, cache], [1, 1, 0, undefined]);
  assert.equal([leases, subscriptions.topics], [{ lent: 0, waiting: 0 }, 0]);
  await failed;
  await fake.pass(500);
  assert.equal([cluster.stats().live, cluster.stats().openLanes], [0, 0]);
  cluster.destroy();
});

test.run();
