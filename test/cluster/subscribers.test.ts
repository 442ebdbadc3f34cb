import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/cluster/index.ts';
import { hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError, ErrorReply, TimeoutError } from '../../src/errors.ts';
import type { Gap, Message, PubSubEvent, Subscription } from '../../src/net/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';
import { tagInSlot } from '../support/key-in-slot.ts';

const test = suite('cluster/subscribers');
/** foo is in the third node's share. */
const FOO = hashSlot('foo');

function push(...elements: (string | number)[]): string {
  const parts = elements.map((element) =>
    typeof element === 'number' ? `:${element}\r\n` : `$${element.length}\r\n${element}\r\n`,
  );
  return `>${parts.length}\r\n${parts.join('')}`;
}

/** A node that confirms everything. */
function confirmAll([name = '', ...channels]: readonly string[]): string {
  if (/SUBSCRIBE$/.test(name)) return channels.map((channel) => push(name.toLowerCase(), channel, 1)).join('');
  if (name !== 'PING') return '+OK\r\n';
  return channels.length === 0 ? '+PONG\r\n' : `$${channels[0]!.length}\r\n${channels[0]}\r\n`;
}

function pubSubCluster(count: number): FakeCluster {
  const fake = new FakeCluster(count);
  for (const node of fake.nodes) node.answer = confirmAll;
  return fake;
}

/** What a node was asked about subscriptions since the last call. */
function asked(node: FakeNode): string[] {
  return node.take().filter((command) => command.includes('SUBSCRIBE'));
}

async function next(fake: FakeCluster, subscription: Subscription): Promise<PubSubEvent> {
  const { value } = await fake.settle(subscription.next());
  return value!;
}

/** The node that brings plain channels, which nobody else may. */
function homeOf(fake: FakeCluster): FakeNode {
  const homes = fake.nodes.filter((node) => asked(node).length > 0);
  assert.is(homes.length, 1);
  return homes[0]!;
}

test('plain channels and patterns come from one node, over one connection', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  await fake.settle(Promise.all([cluster.subscribe(['a', 'b']), cluster.psubscribe('c*'), cluster.subscribe('d')]));
  const home = homeOf(fake);
  assert.ok(home.connections.length <= 2);
  cluster.destroy();
});

test('sharded channels come from the primaries of their slots, whichever those are', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  const subscription = await fake.settle(cluster.ssubscribe(['foo', 'bar', '{foo}2']));
  assert.equal(fake.nodes.map(asked), [['SSUBSCRIBE bar'], [], ['SSUBSCRIBE foo {foo}2']]);
  fake.nodes[2]!.connection.reply(push('smessage', 'foo', 'm'));
  assert.equal(await next(fake, subscription), { kind: 'smessage', channel: 'foo', payload: 'm' });
  await fake.settle(subscription.unsubscribe());
  assert.equal(fake.nodes.map(asked), [['SUNSUBSCRIBE bar'], [], ['SUNSUBSCRIBE foo {foo}2']]);
  cluster.destroy();
});

/** A sharded subscription to foo, which its server has given up because the slot moved to the second node. */
async function movedAway(fake: FakeCluster): Promise<{ cluster: Cluster; subscription: Subscription }> {
  const cluster = await fake.connect();
  const subscription = await fake.settle(cluster.ssubscribe('foo'));
  const [, target, source] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  fake.nodes.map(asked);
  source.answer = (words) =>
    words[0] === 'SSUBSCRIBE' ? `-MOVED ${FOO} ${target.host}:${target.port}\r\n` : confirmAll(words);
  source.connection.reply(push('sunsubscribe', 'foo', 0));
  return { cluster, subscription };
}

test('a slot that moves takes its channels along: MOVED is followed, and the gap is told [failure mode 19]', async () => {
  const fake = pubSubCluster(3);
  const { cluster, subscription } = await movedAway(fake);
  const gap = (await next(fake, subscription)) as Gap;
  assert.equal([gap.reason, gap.channels], ['moved', ['foo']]);
  assert.equal(fake.nodes.map(asked), [[], ['SSUBSCRIBE foo'], ['SSUBSCRIBE foo']]);
  assert.is(cluster.primaryOf(FOO), fake.nodes[1]!.address, 'commands know it too');
  fake.nodes[1]!.connection.reply(push('smessage', 'foo', 'there'));
  assert.is(((await next(fake, subscription)) as Message).payload, 'there');
  cluster.destroy();
});

test('a view of the topology that moves a slot moves its channels, and tells the old node so', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  const subscription = await fake.settle(cluster.ssubscribe('foo'));
  fake.nodes.map(asked);
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  fake.layout = [
    [0, 5000, a],
    [5001, 16383, b],
  ];
  fake.epochs.set(b.port, 7);
  // Any reason to look will do.
  a.answer = (words) => (words[0] === 'GET' ? `-MOVED ${hashSlot('bar')} ${b.host}:${b.port}\r\n` : confirmAll(words));
  await fake.settle(cluster.send(['GET', 'bar']));
  const gap = (await next(fake, subscription)) as Gap;
  assert.is(gap.reason, 'moved');
  assert.equal(asked(b), ['SSUBSCRIBE foo']);
  c.connection.reply(push('smessage', 'foo', 'from the past'));
  b.connection.reply(push('smessage', 'foo', 'now'));
  assert.is(((await next(fake, subscription)) as Message).payload, 'now');
  cluster.destroy();
});

test('a node that dies: plain channels move to another, sharded ones to whoever has their slot then [failure mode 19]', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  const plain = await fake.settle(cluster.subscribe('a'));
  const home = homeOf(fake);
  const [first] = fake.layout.find(([, , node]) => node === home)!;
  const channel = tagInSlot(first);
  const sharded = await fake.settle(cluster.ssubscribe(channel));
  const heir = fake.nodes.find((node) => node !== home)!;
  for (const node of fake.nodes) asked(node);
  home.answer = null;
  for (const connection of home.connections) if (!connection.isDestroyed) connection.close();
  assert.equal(((await next(fake, plain)) as Gap).channels, ['a']);
  await fake.pass(300);
  fake.layout = fake.layout.map(([from, to, node]) => [from, to, node === home ? heir : node]);
  fake.epochs.set(heir.port, 9);
  const gap = (await next(fake, sharded)) as Gap;
  assert.equal([gap.reason, gap.channels], ['connection', [channel]]);
  assert.ok(gap.durationMs >= 300, String(gap.durationMs));
  assert.ok(asked(heir).includes(`SSUBSCRIBE ${channel}`));
  cluster.destroy();
  assert.is(fake.runtime.timers, 0, 'nothing is left to ring');
});

test('a node that leaves the topology is left, and its connection closed', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  const subscription = await fake.settle(cluster.subscribe('a'));
  const home = homeOf(fake);
  const others = fake.nodes.filter((node) => node !== home);
  fake.layout = [
    [0, 8000, others[0]!],
    [8001, 16383, others[1]!],
  ];
  for (const node of others) fake.epochs.set(node.port, 5);
  const slot = hashSlot('bar');
  assert.is(cluster.primaryOf(slot), home.address);
  home.answer = () => `-MOVED ${slot} ${others[0]!.host}:${others[0]!.port}\r\n`;
  await fake.settle(cluster.send(['GET', 'bar']));
  assert.is(((await next(fake, subscription)) as Gap).reason, 'moved');
  await fake.pass(10);
  assert.ok(home.connections.every(({ isDestroyed }) => isDestroyed));
  cluster.destroy();
});

test('who only listens looks at the topology now and then: a node that is cut off from the others is left', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect({ idleProbeMs: 1000 });
  const subscription = await fake.settle(cluster.subscribe('a'));
  const home = homeOf(fake);
  const others = fake.nodes.filter((node) => node !== home);
  fake.layout = [
    [0, 8000, others[0]!],
    [8001, 16383, others[1]!],
  ];
  for (const node of others) fake.epochs.set(node.port, 5);
  assert.is(((await next(fake, subscription)) as Gap).reason, 'moved');
  await fake.pass(10);
  assert.ok(home.connections.every(({ isDestroyed }) => isDestroyed));
  await fake.settle(subscription.unsubscribe());
  await fake.pass(2000);
  const { refreshes } = cluster.stats();
  await fake.pass(5000);
  assert.is(cluster.stats().refreshes, refreshes, 'not when nothing is subscribed');
  cluster.destroy();
  assert.is(fake.runtime.timers, 0);
});

test('when no node can be reached they are tried with a back-off, not all at once', async () => {
  const fake = pubSubCluster(64);
  const cluster = await fake.connect();
  await fake.settle(cluster.subscribe('a'));
  fake.runtime.random = seededRandom(1);
  const dialled = fake.runtime.transports.length;
  for (const node of fake.nodes) {
    node.answer = null;
    for (const connection of node.connections) if (!connection.isDestroyed) connection.close();
  }
  await fake.pass(100);
  // The topology is asked for at every node, too.
  const attempts = fake.runtime.transports.length - dialled - fake.nodes.length;
  assert.ok(attempts < 15, `${attempts} in 100 ms`);
  cluster.destroy();
});

test('a slot that nobody has is waited for, within the budget', async () => {
  const fake = pubSubCluster(3);
  const whole = fake.layout;
  fake.layout = whole.slice(0, 2);
  const cluster = await fake.connect();
  const error = await fake.failure<TimeoutError>(cluster.ssubscribe('foo', { timeoutMs: 200 }));
  assert.is(error.code, 'ERR_COMMAND_TIMEOUT');
  const promise = cluster.ssubscribe('foo');
  fake.layout = whole;
  await fake.settle(promise);
  cluster.destroy();
});

test('CLUSTERDOWN is waited out; a server without SSUBSCRIBE is not', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  let refusals = 2;
  fake.nodes[2]!.answer = (words) => (refusals-- > 0 ? '-CLUSTERDOWN Hash slot not served\r\n' : confirmAll(words));
  await fake.settle(cluster.ssubscribe('foo'));
  fake.nodes[0]!.answer = () => '-ERR unknown command `SSUBSCRIBE`, with args beginning with: `bar`, \r\n';
  const error = await fake.failure<ErrorReply>(cluster.ssubscribe('bar'));
  assert.equal([error.prefix, error.address], ['ERR', fake.nodes[0]!.address]);
  cluster.destroy();
});

test('a redirection to an address that no view knows is not followed', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  let redirections = 3;
  fake.nodes[2]!.answer = (words) =>
    words[0] === 'SSUBSCRIBE' && redirections-- > 0 ? `-MOVED ${FOO} evil.example:6379\r\n` : confirmAll(words);
  await fake.settle(cluster.ssubscribe('foo'));
  assert.ok(fake.runtime.transports.every(({ endpoint }) => endpoint.host !== 'evil.example'));
  assert.ok(redirections < 0);
  cluster.destroy();
});

test('two nodes that point at each other are asked with a back-off, until the budget ends', async () => {
  const fake = pubSubCluster(3);
  const cluster = await fake.connect();
  const [, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  b.answer = () => `-MOVED ${FOO} ${c.host}:${c.port}\r\n`;
  c.answer = () => `-MOVED ${FOO} ${b.host}:${b.port}\r\n`;
  const error = await fake.failure<TimeoutError>(cluster.ssubscribe('foo', { timeoutMs: 1000 }));
  assert.is((error.cause as ErrorReply).prefix, 'MOVED');
  const count = asked(b).length + asked(c).length;
  assert.ok(count > 4 && count < 25, String(count));
  cluster.destroy();
});

test('one node with another password: the error names it', async () => {
  const fake = pubSubCluster(3);
  fake.nodes[2]!.password = 'another';
  const cluster = await fake.connect({ password: 'P' });
  const error = await fake.failure<ConnectionError>(cluster.ssubscribe('foo'));
  assert.equal([error.code, error.address], ['ERR_AUTH', fake.nodes[2]!.address]);
  cluster.destroy();
});

test.run();
