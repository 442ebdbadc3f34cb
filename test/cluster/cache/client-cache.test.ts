import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster, ClusterOptions } from '../../../src/cluster/index.ts';
import { hashSlot } from '../../../src/cluster/index.ts';
import { FakeCluster, type FakeNode } from '../../support/fake-cluster.ts';
import { KEYS, TrackingModel } from './tracking-model.ts';

const test = suite('cluster/cache/client-cache');

type Action = 'read' | 'write' | 'writeElsewhere' | 'move' | 'learn' | 'execute' | 'deliver' | 'lose';
type Step = readonly [action: Action, where: string | number];

const key = fc.constantFrom(...KEYS);
const node = fc.constantFrom(0, 1);
const often = 12;

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: often, arbitrary: fc.tuple(fc.constant<Action>('read'), key) },
  { weight: 2 * often, arbitrary: fc.tuple(fc.constantFrom<Action>('execute', 'deliver'), node) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom<Action>('write', 'writeElsewhere', 'move', 'learn'), key) },
  { weight: 1, arbitrary: fc.tuple(fc.constant<Action>('lose'), node) },
);

test('whatever happens, no hit is older than what the client has been told', async () => {
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 60, maxLength: 120 }),
      fc.constantFrom(1e6, 700),
      async (steps, maxBytes) => {
        const model = new TrackingModel(maxBytes);
        for (const [action, where] of steps) {
          (model[action] as (where: string | number) => void).call(model, where);
          await undefined;
        }
        hits += model.hits;
        assert.equal(model.stale, []);
        assert.ok(model.cache.stats.bytes <= maxBytes);
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(hits > 1000, `${hits} hits`);
});

test('an answer from before the slot went away and came back is not kept', async () => {
  const model = new TrackingModel();
  model.read('a');
  model.execute(0);
  for (const _times of [1, 2]) {
    model.move('a');
    model.learn('a');
  }
  model.deliver(0);
  model.read('a');
  assert.is(model.hits, 0);
});

test('nor is one from before a write of our own that another node has answered first', async () => {
  const model = new TrackingModel();
  model.move('a');
  model.read('a');
  model.write('a');
  // The read is redirected, and the next one follows it; the slot comes back, and the write finds it where it was sent.
  model.execute(0);
  model.read('a');
  model.execute(1);
  model.execute(1);
  model.move('a');
  model.execute(0);
  model.deliver(0);
  model.deliver(1);
  model.deliver(1);
  model.read('a');
  assert.is(model.hits, 0);
});

interface Tracked {
  readonly fake: FakeCluster;
  readonly cluster: Cluster;
  readonly nodes: readonly FakeNode[];
}

async function start(options: Partial<ClusterOptions> = {}): Promise<Tracked> {
  const fake = new FakeCluster(2);
  let value = 0;
  for (const one of fake.nodes) one.answer = ([name]) => (name === 'GET' ? `$2\r\nv${value++ % 10}\r\n` : '+OK\r\n');
  return { fake, cluster: await fake.connect({ cache: {}, ...options }), nodes: fake.nodes };
}

function invalidate(one: FakeNode, name: string): void {
  one.connection.reply(`>2\r\n+invalidate\r\n*1\r\n$${name.length}\r\n${name}\r\n`);
}

const CACHED = { cache: true } as const;

test('a reply is kept until its key is invalidated', async () => {
  const { fake, cluster, nodes } = await start();
  const [, foo] = nodes as [FakeNode, FakeNode];
  const get = (): Promise<unknown> => fake.settle(cluster.send(['GET', 'foo'], CACHED));
  assert.equal([await get(), await get(), await get()], ['v0', 'v0', 'v0']);
  assert.equal(foo.take(), ['CLIENT TRACKING ON', 'GET foo']);
  invalidate(foo, 'another');
  assert.is(await get(), 'v0');
  invalidate(foo, 'foo');
  assert.is(await get(), 'v1');
  foo.connection.reply('>2\r\n+invalidate\r\n_\r\n');
  assert.is(await get(), 'v2');
  const { hits, misses, entries } = cluster.stats().cache!;
  assert.equal([hits, misses, entries], [3, 3, 1]);
  cluster.destroy();
});

test('only what asks for it comes from the cache, each form for itself', async () => {
  const { fake, cluster } = await start();
  await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'v1');
  assert.equal(await fake.settle(cluster.send(['GET', 'foo'], { ...CACHED, reply: 'bytes' })), Buffer.from('v2'));
  assert.is(await fake.settle(cluster.send(['GET', 'foo'], CACHED)), 'v0');
  cluster.destroy();
});

test('what a caller does to a value, no other sees', async () => {
  const { fake, cluster } = await start();
  const get = (): Promise<Buffer> => fake.settle(cluster.send<Buffer>(['GET', 'foo'], { ...CACHED, reply: 'bytes' }));
  (await get()).fill(0);
  (await get()).fill(0);
  assert.equal(await get(), Buffer.from('v0'));
  cluster.destroy();
});

test('a write of our own is read at once, before any invalidation has come', async () => {
  const { fake, cluster } = await start();
  await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  await fake.settle(cluster.send(['SET', 'foo', 1]));
  assert.is(await fake.settle(cluster.send(['GET', 'foo'], CACHED)), 'v1');
  cluster.destroy();
});

test('a lost connection takes with it what was read over it, before and after the next one is there', async () => {
  const { fake, cluster, nodes } = await start();
  const [bar, foo] = nodes as [FakeNode, FakeNode];
  await fake.settle(cluster.sendAll([['GET', 'x']]));
  await fake.settle(Promise.all([cluster.send(['GET', 'foo'], CACHED), cluster.send(['GET', 'bar'], CACHED)]));
  bar.take();
  foo.connection.close(new Error('ECONNRESET'));
  await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  await fake.settle(cluster.send(['GET', 'bar'], CACHED));
  assert.equal(foo.take().filter((command) => command === 'GET foo').length, 2);
  assert.equal(bar.take(), [], 'the other node’s entries stay');
  cluster.destroy();
});

test('a slot that moves, and comes back, takes its entries with it', async () => {
  const { fake, cluster, nodes } = await start();
  const [bar, foo] = nodes as [FakeNode, FakeNode];
  const slot = hashSlot('foo');
  const get = (): Promise<unknown> => fake.settle(cluster.send(['GET', 'foo'], CACHED));
  assert.is(await get(), 'v0');
  const answer = foo.answer!;
  const moved = (to: FakeNode) => () => `-MOVED ${slot} ${to.address}\r\n`;
  foo.answer = moved(bar);
  await fake.settle(cluster.send(['EXISTS', 'foo']));
  assert.is(cluster.primaryOf(slot), bar.address);
  bar.answer = moved(foo);
  foo.answer = answer;
  await fake.settle(cluster.send(['EXISTS', 'foo']));
  assert.is(cluster.primaryOf(slot), foo.address);
  assert.is(await get(), 'v1');
  cluster.destroy();
});

test('entries have an age, and a bound in bytes', async () => {
  const { fake, cluster } = await start({ cache: { maxAgeMs: 1000, maxBytes: 1000 } });
  await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  await fake.pass(1001);
  assert.is(await fake.settle(cluster.send(['GET', 'foo'], CACHED)), 'v1');
  for (let n = 0; n < 20; n++) await fake.settle(cluster.send(['GET', `key${n}`], CACHED));
  assert.ok(cluster.stats().cache!.bytes <= 1000);
  assert.ok(cluster.stats().cache!.entries > 1);
  cluster.destroy();
});

test('over RESP2 nothing is kept', async () => {
  const { fake, cluster, nodes } = await start({ protocol: 2 });
  for (const one of nodes) one.answer = ([name]) => (name === 'PING' ? '+PONG\r\n' : '$1\r\nx\r\n');
  for (let n = 0; n < 3; n++) await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  assert.equal(nodes[1]!.take(), ['PING', 'GET foo', 'GET foo', 'GET foo']);
  cluster.destroy();
});

test('a server that refuses tracking is used without the cache', async () => {
  const { fake, cluster, nodes } = await start();
  for (const one of nodes) {
    one.answer = ([name]) => (name === 'CLIENT' ? "-NOPERM can't run 'client|tracking'\r\n" : '$1\r\nx\r\n');
  }
  for (let n = 0; n < 3; n++) await fake.settle(cluster.send(['GET', 'foo'], CACHED));
  assert.is(nodes[1]!.take().filter((command) => command === 'GET foo').length, 3);
  cluster.destroy();
});

test('what can’t be kept is refused at once', async () => {
  const { cluster } = await start();
  for (const args of [
    ['SET', 'foo', 1],
    ['TTL', 'foo'],
    ['MGET', 'a', 'b'],
    ['DBSIZE'],
    ['UNHEARD-OF', 'foo'],
    ['SRANDMEMBER', 's'],
  ]) {
    assert.throws(() => cluster.send(args, CACHED), /cache is for commands that read one key/, args.join(' '));
  }
  cluster.destroy();
  const { cluster: without } = await start({ cache: undefined });
  assert.throws(() => without.send(['GET', 'foo'], CACHED), /needs the cache option/);
  without.destroy();
});

test('an invalidation that comes in the middle of a reply spoils that reply (protocol 35)', async () => {
  const { fake, cluster, nodes } = await start();
  const push = '>2\r\n+invalidate\r\n*1\r\n$3\r\nfoo\r\n';
  nodes[1]!.answer = ([name]) => (name === 'LRANGE' ? `*2\r\n$3\r\nold\r\n${push}$3\r\nnew\r\n` : '+OK\r\n');
  assert.equal(await fake.settle(cluster.send(['LRANGE', 'foo', 0, -1], CACHED)), ['old', 'new']);
  assert.is(cluster.stats().cache!.entries, 0);
  cluster.destroy();
});

test('errors are not kept', async () => {
  const { fake, cluster, nodes } = await start();
  nodes[1]!.answer = ([name]) => (name === 'GET' ? '-WRONGTYPE x\r\n' : '+OK\r\n');
  await fake.failure(cluster.send(['GET', 'foo'], CACHED));
  assert.is(cluster.stats().cache!.entries, 0);
  cluster.destroy();
});

test.run();
