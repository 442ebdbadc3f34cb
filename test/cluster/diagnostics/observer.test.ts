import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cluster,
  channels,
  hashSlot,
  type Redirect,
  type RefreshTrace,
  type TopologyChange,
} from '../../../src/cluster/index.ts';
import type { CommandTrace, ConnectionChange } from '../../../src/net/index.ts';
import { FakeCluster, type FakeNode } from '../../support/fake-cluster.ts';
import { Recorder } from '../../support/recorder.ts';

const test = suite('cluster/diagnostics/observer');

/** `foo` is in slot 12182: the last of three nodes has it. */
const FOO = hashSlot('foo');

/** All that the listeners of a client hear. */
function listen(cluster: Cluster): { topology: TopologyChange[]; redirects: Redirect[]; connections: string[] } {
  const topology: TopologyChange[] = [];
  const redirects: Redirect[] = [];
  const connections: string[] = [];
  cluster.on('topology', (change) => topology.push(change));
  cluster.on('redirect', (redirect) => redirects.push(redirect));
  cluster.on('connection', ({ address, kind, state }) => connections.push(`${address} ${kind} ${state}`));
  return { topology, redirects, connections };
}

test('a MOVED is a redirect, a change of one slot, and a reason to look at the topology', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const heard = listen(cluster);
  const published = new Recorder('slotwire:redirect', 'slotwire:topology');
  const refreshes = Recorder.tracing<RefreshTrace>('slotwire:refresh');
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => `-MOVED ${FOO} ${a.address}\r\n`;
  fake.layout = [...fake.layout.slice(0, 2), [10924, FOO - 1, c], [FOO, FOO, a], [FOO + 1, 16383, c]];
  fake.epochs.set(a.port, 1);
  // Two at once: the second one's MOVED is no news.
  assert.equal(
    await fake.settle(
      cluster.sendAll([
        ['GET', 'foo'],
        ['INCR', 'foo'],
      ]),
    ),
    ['OK', 'OK'],
  );
  await fake.pass(500);
  c.connection.close();
  await fake.pass(500);
  published.stop();
  refreshes.stop();
  assert.equal({ ...heard.redirects[0] }, { kind: 'moved', slot: FOO, command: 'GET', from: c.address, to: a.address });
  assert.equal(
    heard.topology.map((change) => ({ ...change })),
    [
      {
        cause: { kind: 'moved', by: c.address },
        moved: [{ from: c.address, to: a.address, ranges: [{ start: FOO, end: FOO }], isFailover: false }],
        joined: [],
        left: [],
        replicas: [],
      },
    ],
    'the view that followed said the same',
  );
  assert.equal(
    published.told.map(([, message]) => message),
    [heard.redirects[0], heard.topology[0], heard.redirects[1]],
  );
  assert.equal(refreshes.events.slice(0, 4), ['start', 'end', 'asyncStart', 'asyncEnd']);
  assert.equal(
    refreshes.messages('asyncEnd').map(({ reasons, asked, error }) => [reasons, asked.length, error]),
    [
      [['moved'], 1, undefined],
      [['lost'], 1, undefined],
    ],
  );
  cluster.destroy();
});

test('a view tells who has which slots, which nodes came and which left, and why it was asked for', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  await fake.settle(cluster.send(['GET', 'bar']));
  await fake.settle(cluster.send(['GET', 'foo']));
  const heard = listen(cluster);
  c.answer = null;
  c.connection.close(new Error('read ECONNRESET'));
  fake.layout = [
    [0, 8191, a],
    [8192, 16383, b],
  ];
  fake.epochs.set(a.port, 2);
  fake.epochs.set(b.port, 2);
  await fake.pass(500);
  const [change] = heard.topology as [TopologyChange];
  const { kind, reasons } = change.cause as Extract<TopologyChange['cause'], { kind: 'view' }>;
  assert.equal([kind, [...reasons]], ['view', ['lost']]);
  assert.equal(change.left, [{ address: c.address, id: `id${c.port}` }]);
  assert.equal([change.joined, change.replicas], [[], []]);
  assert.equal(change.moved, [
    { from: b.address, to: a.address, ranges: [{ start: 5462, end: 8191 }], isFailover: false },
    { from: c.address, to: b.address, ranges: [{ start: 10924, end: 16383 }], isFailover: false },
  ]);
  assert.equal(heard.connections[0], `${c.address} shared lost`);
  cluster.destroy();
});

test('who listens from the start hears of all nodes, and of the seed that said so', async () => {
  const fake = new FakeCluster(2);
  const published = new Recorder<TopologyChange>('slotwire:topology');
  const refreshes = Recorder.tracing<RefreshTrace>('slotwire:refresh');
  const cluster = await fake.connect();
  await fake.pass(1);
  published.stop();
  refreshes.stop();
  const [, change] = published.told[0]!;
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  assert.equal(change.cause, { kind: 'view', by: a.address, reasons: ['start'] });
  assert.equal(change.joined.map(({ address }) => address).sort(), [a.address, b.address]);
  assert.equal(
    change.moved.map(({ from, to, ranges }) => [from, to, ranges]),
    [
      [undefined, a.address, [{ start: 0, end: 8191 }]],
      [undefined, b.address, [{ start: 8192, end: 16383 }]],
    ],
  );
  assert.equal(refreshes.messages('asyncEnd')[0]!.attributes, {
    'db.system.name': 'redis',
    'db.operation.name': 'CLUSTER SLOTS',
    'slotwire.refresh.reasons': 'start',
    'slotwire.refresh.nodes_asked': 1,
  });
  cluster.destroy();
});

test('a seed that no view names has not left: it never was in the cluster', async () => {
  const fake = new FakeCluster(3);
  const [, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  fake.layout = [
    [0, 8191, b],
    [8192, 16383, c],
  ];
  const published = new Recorder<TopologyChange>('slotwire:topology');
  const cluster = await fake.connect();
  await fake.pass(1);
  published.stop();
  const [, change] = published.told[0]!;
  assert.equal([change.joined.map(({ address }) => address), change.left], [[b.address, c.address], []]);
  cluster.destroy();
});

test('a refresh that nobody answers has failed: it is told, and counted', async () => {
  const fake = new FakeCluster(2);
  const cluster = await fake.connect();
  const refreshes = Recorder.tracing<RefreshTrace>('slotwire:refresh');
  for (const node of fake.nodes) {
    node.answer = null;
    for (const connection of node.connections) connection.close();
  }
  await fake.pass(3000);
  refreshes.stop();
  const failed = refreshes.messages('error');
  assert.ok(failed.length > 0);
  assert.equal([failed[0]!.error!.code, failed[0]!.asked.length], ['ERR_NO_NODE', 2]);
  assert.is(cluster.stats().failedRefreshes, failed.length);
  cluster.destroy();
});

test('an ASK is a redirect, and changes no topology', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const heard = listen(cluster);
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => `-ASK ${FOO} ${a.address}\r\n`;
  await fake.settle(cluster.send(['GET', 'foo']));
  assert.equal({ ...heard.redirects[0] }, { kind: 'ask', slot: FOO, command: 'GET', from: c.address, to: a.address });
  assert.equal(heard.redirects[0]!.attributes, {
    'db.system.name': 'redis',
    'db.operation.name': 'GET',
    'db.response.status_code': 'ASK',
    'network.transport': 'tcp',
    'server.address': c.host,
    'server.port': c.port,
    'slotwire.slot': FOO,
    'slotwire.redirect.to': a.address,
  });
  assert.equal(heard.topology, []);
  cluster.destroy();
});

test('a redirection to a node that may not be dialled goes nowhere, and is told so', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const heard = listen(cluster);
  let refusals = 0;
  fake.nodes[2]!.answer = () => (refusals++ < 1 ? `-MOVED ${FOO} 6.6.6.6:6666\r\n` : '+OK\r\n');
  await fake.settle(cluster.send(['GET', 'foo']));
  assert.equal([heard.redirects.length, heard.redirects[0]!.to, heard.topology], [1, undefined, []]);
  cluster.destroy();
});

test('blocking commands and sharded subscriptions are redirected as openly', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const heard = listen(cluster);
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => `-MOVED ${FOO} ${a.address}\r\n`;
  a.answer = (words) => (words[0] === 'BLPOP' ? '*2\r\n+foo\r\n+1\r\n' : undefined);
  await fake.settle(cluster.send(['BLPOP', 'foo', 1]));
  assert.equal(
    heard.redirects.map(({ command }) => command),
    ['BLPOP'],
  );
  assert.equal([heard.topology[0]!.cause, heard.topology.length], [{ kind: 'moved', by: c.address }, 1]);
  assert.ok(heard.connections.includes(`${a.address} leased open`));
  cluster.destroy();
});

test('the trace of a command names its slot, the node that answered last, and what came in between', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const recorder = Recorder.tracing<CommandTrace>('slotwire:command');
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  let refusals = 0;
  c.answer = () => (refusals++ < 2 ? '-TRYAGAIN x\r\n' : `-MOVED ${FOO} ${a.address}\r\n`);
  const promise = cluster.send(['SET', 'foo', 1]);
  assert.equal(recorder.messages('end')[0]!.address, c.address);
  await fake.settle(promise);
  await fake.settle(cluster.send(['MGET', 'foo', 'bar', 'baz']).catch(() => undefined));
  recorder.stop();
  const [set, get] = recorder.messages('asyncEnd') as [CommandTrace, CommandTrace];
  assert.equal([set.slot, set.address, set.redirects, set.refusals], [FOO, a.address, 1, 2]);
  const { attributes } = set;
  assert.equal(
    [attributes['slotwire.slot'], attributes['slotwire.redirects'], attributes['slotwire.refusals']],
    [FOO, 1, 2],
  );
  assert.equal([get.command, get.keyCount, get.slot, get.address], ['MGET', 3, -1, undefined]);
  assert.is(recorder.messages('asyncEnd').length, 2, 'parts, and questions of the client’s own, are no operations');
  cluster.destroy();
});

test('listeners come and go, and what one of them throws does the client no harm', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const uncaught: string[] = [];
  process.once('uncaughtException', (error) => uncaught.push(error.message));
  const heard: ConnectionChange[] = [];
  const end = cluster.on('connection', () => {
    throw new Error('mine');
  });
  const listener = (change: ConnectionChange): void => void heard.push(change);
  cluster.on('connection', listener);
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  await new Promise(setImmediate);
  assert.equal([uncaught, heard.map(({ state }) => state)], [['mine'], ['open']]);
  end();
  cluster.off('connection', listener);
  fake.nodes[2]!.connection.close();
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  assert.is(heard.length, 1);
  assert.throws(() => cluster.on('error' as 'topology', () => undefined), /no event "error"/);
  cluster.destroy();
});

test('the channels by their names are those that are published on', () => {
  const names = [channels.command.start, channels.connect.start, channels.refresh.start].map(({ name }) => name);
  assert.equal(names, [
    'tracing:slotwire:command:start',
    'tracing:slotwire:connect:start',
    'tracing:slotwire:refresh:start',
  ]);
  assert.equal(
    [channels.disconnect, channels.redirect, channels.topology].map(({ name }) => name),
    ['slotwire:disconnect', 'slotwire:redirect', 'slotwire:topology'],
  );
});

test.run();
