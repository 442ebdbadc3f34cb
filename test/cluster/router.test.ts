import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Route } from '../../src/cluster/index.ts';
import { hashSlot } from '../../src/cluster/index.ts';
import { type ClusterError, type ConnectionError, ErrorReply } from '../../src/errors.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/router');

const FOO = hashSlot('foo');

/** Who got something. */
function asked(fake: FakeCluster): number[] {
  return fake.nodes.flatMap((node, index) => (node.take().length > 0 ? [index] : []));
}

test('route sends a command to a key’s node, a slot’s, a node by address or id', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const routes: [Route, number][] = [
    [{ key: 'foo' }, 2],
    [{ slot: 0 }, 0],
    [{ slot: 6000, role: 'primary' }, 1],
    [{ node: '10.0.0.1:7001' }, 1],
    [{ node: 'id7002' }, 2],
    [{ key: undefined, node: '10.0.0.1:7000' } as unknown as Route, 0],
  ];
  for (const [route, index] of routes) {
    await fake.settle(cluster.send(['CLIENT', 'LIST'], { route }));
    assert.equal(asked(fake), [index], JSON.stringify(route));
  }
  cluster.destroy();
});

test('route to a chance node is one node, to all is all', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  for (const [route, count] of [
    ['randomPrimary', 1],
    ['randomNode', 1],
    ['allPrimaries', 3],
    ['allNodes', 3],
  ] as const) {
    await fake.settle(cluster.send(['CONFIG', 'GET', 'port'], { route }));
    assert.is(asked(fake).length, count, route);
  }
  cluster.destroy();
});

test('a replica is asked with role: replica, the primary where it has none, or says it is not for it', async () => {
  const fake = new FakeCluster(2);
  const [primary, replica] = fake.nodes as [FakeNode, FakeNode];
  const entry = (node: FakeNode): string => `*3\r\n$8\r\n${node.host}\r\n:${node.port}\r\n+id${node.port}\r\n`;
  fake.clusterSlots = () => `*1\r\n*4\r\n:0\r\n:16383\r\n${entry(primary)}${entry(replica)}`;
  const cluster = await fake.connect();
  replica.answer = () => '+from the replica\r\n';
  const route: Route = { key: 'foo', role: 'replica' };
  assert.is(await fake.settle(cluster.send(['GET', 'foo'], { route })), 'from the replica');
  replica.answer = () => `-MOVED ${FOO} ${primary.address}\r\n`;
  primary.answer = () => '+from the primary\r\n';
  assert.is(await fake.settle(cluster.send(['GET', 'foo'], { route })), 'from the primary');
  assert.is(cluster.primaryOf(FOO), primary.address);
  replica.answer = () => '+about the replica\r\n';
  assert.is(await fake.settle(cluster.send(['ROLE'], { route })), 'about the replica');
  fake.clusterSlots = () => `*1\r\n*3\r\n:0\r\n:16383\r\n${entry(primary)}`;
  const alone = await fake.connect();
  assert.is(await fake.settle(alone.send(['GET', 'foo'], { route })), 'from the primary');
  assert.is(await fake.settle(alone.send(['ROLE'], { route })), 'from the primary');
  cluster.destroy();
  alone.destroy();
});

test('a node that was named tells what it says, redirections included; an unknown one is ERR_NO_NODE', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a] = fake.nodes as [FakeNode];
  a.answer = () => `-MOVED ${FOO} 10.0.0.1:7002\r\n`;
  const told = await fake.failure<ErrorReply>(cluster.send(['GET', 'foo'], { route: { node: a.address } }));
  assert.instance(told, ErrorReply);
  assert.is(told.prefix, 'MOVED');
  assert.is(a.take().length, 1);
  const unknown = await fake.failure<ClusterError>(cluster.send(['GET', 'foo'], { route: { node: 'nobody' } }));
  assert.equal([unknown.code, unknown.wasSent], ['ERR_NO_NODE', false]);
  cluster.destroy();
});

test('who wants a certain node is told at once that it takes no writes; what only passes is waited for', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect();
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  a.answer = () => "-READONLY You can't write against a read only replica.\r\n";
  for (const route of [{ node: a.address }, 'allNodes'] as const) {
    const told = await fake.failure<ErrorReply>(cluster.send(['FLUSHALL'], { route }));
    assert.is(told.prefix, 'READONLY');
  }
  assert.equal([a.take().length, b.take().length], [2, 1]);
  let refusals = 0;
  a.answer = () => (refusals++ < 2 ? '-LOADING Redis is loading the dataset in memory\r\n' : '+OK\r\n');
  assert.is(await fake.settle(cluster.send(['FLUSHALL'], { route: { node: a.address } })), 'OK');
  assert.is(refusals, 3);
  cluster.destroy();
});

test('a routed command is not sent twice where it may have run, and is where it only reads', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a] = fake.nodes as [FakeNode];
  const route: Route = { node: a.address };
  a.answer = () => undefined;
  const write = fake.failure<ConnectionError>(cluster.send(['INCR', 'bar'], { route }));
  const read = cluster.send(['GET', 'bar'], { route });
  await fake.pass(5);
  a.answer = () => '+value\r\n';
  a.connection.close();
  assert.equal([(await write).code, (await write).wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.is(await fake.settle(read), 'value');
  cluster.destroy();
});

test('routes that can’t be used are refused synchronously, naming the option', async () => {
  const fake = new FakeCluster(1);
  const cluster = await fake.connect();
  const wrong: unknown[] = ['everywhere', {}, { slot: 16384 }, { slot: 1, node: 'x' }, { slot: 1, role: 'x' }, null, 7];
  for (const route of wrong) {
    const send = (): unknown => cluster.send(['PING'], { route: route as Route });
    assert.throws(send, (error: Error & { code: string }) => {
      return error.code === 'ERR_INVALID_ARGUMENT' && error.message.includes('route');
    });
  }
  assert.throws(() => cluster.send(['PING'], { split: 1 as unknown as boolean }), 'split must be');
  assert.throws(() => cluster.route([]));
  cluster.destroy();
});

test('route() says where a command would go, and sends nothing', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const plan = (args: string[], route?: Route): unknown[] => {
    const { kind, slot, address } = cluster.route(args, { route });
    return [kind, slot, address];
  };
  assert.equal(plan(['GET', 'foo']), ['slot', FOO, '10.0.0.1:7002']);
  assert.equal(plan(['MGET', 'foo', 'bar']), ['split', undefined, undefined]);
  assert.equal(plan(['DBSIZE']), ['allPrimaries', undefined, undefined]);
  assert.equal(plan(['PUBLISH', 'c', 'm']), ['anyNode', undefined, undefined]);
  assert.equal(plan(['MY.OWN', 'foo']), ['unknown', FOO, '10.0.0.1:7002']);
  assert.equal(plan(['INFO'], { node: 'id7001' }), ['node', undefined, '10.0.0.1:7001']);
  assert.equal(plan(['BLPOP', 'foo', '0']), ['lease', FOO, '10.0.0.1:7002']);
  const refused = cluster.route(['RENAME', 'foo', 'bar']);
  assert.equal([refused.kind, refused.error?.code], ['refused', 'ERR_CROSS_SLOT']);
  assert.equal(asked(fake), []);
  cluster.destroy();
});

test.run();
