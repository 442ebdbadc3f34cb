import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { type SeedAddress, Seeds } from '../../src/cluster/seeds.ts';
import type { ConnectionError } from '../../src/errors.ts';
import { formatAddress } from '../../src/net/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';

const test = suite('cluster/seeds');

function setUp(...seeds: SeedAddress[]): { runtime: FakeRuntime; seeds: Seeds } {
  const runtime = new FakeRuntime();
  return { runtime, seeds: new Seeds(seeds, { runtime, timeoutMs: 1000 }) };
}

async function found(seeds: Seeds): Promise<string[]> {
  return (await seeds.all()).map(formatAddress);
}

test('an address is itself; so is a name with one address, which the system resolves again at every dial', async () => {
  const path = { host: 'localhost', port: 0, path: '/s' };
  const { runtime, seeds } = setUp(
    { host: '10.0.0.1', port: 1 },
    { host: '::1', port: 2 },
    { host: 'one', port: 3 },
    path,
  );
  runtime.hosts.set('one', ['10.0.0.9', '10.0.0.9']);
  assert.equal(await found(seeds), ['10.0.0.1:1', '[::1]:2', 'one:3', '/s']);
  assert.is(runtime.timers, 0);
});

test('each address of a name with several is a seed of its own, and has its name over TLS', async () => {
  const tls = { rejectUnauthorized: true };
  const { runtime, seeds } = setUp({ host: 'many', port: 7, tls });
  runtime.hosts.set('many', ['10.0.0.1', 'fd00::1']);
  assert.equal(await seeds.all(), [
    { host: '10.0.0.1', port: 7, tls, serverName: 'many' },
    { host: 'fd00::1', port: 7, tls, serverName: 'many' },
  ]);
});

test('a service stands for its targets by their priority, and those for their addresses', async () => {
  const { runtime, seeds } = setUp({ service: '_redis._tcp.example' });
  runtime.services.set('_redis._tcp.example', [
    { host: 'last', port: 3, priority: 20 },
    { host: 'first', port: 1, priority: 5 },
    { host: 'gone', port: 9, priority: 6 },
    { host: 'second', port: 2, priority: 10 },
  ]);
  runtime.hosts.set('gone', []);
  runtime.hosts.set('second', ['10.0.0.1', '10.0.0.2']);
  assert.equal(await found(seeds), ['first:1', '10.0.0.1:2', '10.0.0.2:2', 'last:3']);
});

test('a name is looked up anew every time; what it led to last is a seed, and what it led to before is not', async () => {
  const { runtime, seeds } = setUp({ host: 'many', port: 7 });
  runtime.hosts.set('many', ['10.0.0.1', '10.0.0.2']);
  assert.equal(await found(seeds), ['10.0.0.1:7', '10.0.0.2:7']);
  runtime.hosts.set('many', ['10.0.0.2', '10.0.0.3']);
  assert.equal(await found(seeds), ['10.0.0.1:7', '10.0.0.2:7'], 'but not more than once a second');
  runtime.advance(1000);
  assert.equal(await found(seeds), ['10.0.0.2:7', '10.0.0.3:7']);
  const asked = ['10.0.0.1:7', '10.0.0.2:7', '10.0.0.3:7', '10.0.0.4:7', '10.0.0.2:8'];
  assert.equal(
    asked.filter((address) => seeds.has(address)),
    ['10.0.0.2:7', '10.0.0.3:7'],
  );
});

test('a name that leads nowhere fails alone, and says why; so does a name server that does not answer', async () => {
  const { runtime, seeds } = setUp(
    { host: 'gone', port: 1 },
    { service: '_x._tcp.y' },
    { host: 'hangs', port: 1 },
    { host: 'h', port: 1 },
  );
  runtime.hosts.set('gone', []);
  const { resolveHost } = runtime;
  runtime.resolveHost = (name) => (name === 'hangs' ? new Promise(() => undefined) : resolveHost.call(runtime, name));
  const promises = seeds.find();
  const settled = Promise.allSettled(promises);
  for (let turn = 0; turn < 5; turn++) await undefined;
  runtime.advance(1000);
  const outcomes = (await settled).map((one) =>
    one.status === 'rejected' ? (one.reason as ConnectionError) : 'found',
  );
  assert.equal(
    outcomes.map((one) => (one === 'found' ? one : `${one.code} ${one.message}`)),
    [
      'ERR_CONNECT could not resolve gone: ENOTFOUND gone',
      'ERR_CONNECT could not resolve _x._tcp.y: ENODATA _x._tcp.y',
      'ERR_CONNECT could not resolve hangs: no answer within 1000 ms',
      'found',
    ],
  );
});

test('a service without records, or whose targets have no address, leads nowhere', async () => {
  const { runtime, seeds } = setUp({ service: 'empty' }, { service: 'lost' });
  runtime.services.set('empty', []);
  runtime.services.set('lost', [{ host: 'gone', port: 1, priority: 1 }]);
  runtime.hosts.set('gone', []);
  const [empty, lost] = await Promise.allSettled(seeds.find());
  assert.match((empty as PromiseRejectedResult).reason.message, /could not resolve empty: it has no records/);
  assert.match((lost as PromiseRejectedResult).reason.message, /could not resolve gone/);
});

/** A client that knows one name for the nodes of a cluster. */
async function connectBy(fake: FakeCluster, seed: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  return fake.settle(connectCluster({ seeds: [seed], runtime: fake.runtime, ...options }));
}

test('of a seed with several addresses all are tried: one that answers is enough', async () => {
  const fake = new FakeCluster(3);
  const [a, b, c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  fake.runtime.services.set('_redis._tcp.example', [
    { host: 'dead', port: a.port, priority: 1 },
    { host: '10.0.0.1', port: c.port, priority: 2 },
  ]);
  fake.runtime.hosts.set('dead', ['10.0.0.77', '10.0.0.78']);
  const cluster = await connectBy(fake, 'redis+srv://example');
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
  assert.equal(
    [a, b, c].map(({ connections }) => connections.length),
    [0, 0, 1],
  );
  cluster.destroy();
});

test('when no seed can be used, each name and address is listed with its reason', async () => {
  const fake = new FakeCluster(1);
  fake.runtime.hosts.set('many', ['10.0.0.77', '10.0.0.78']);
  fake.runtime.hosts.set('gone', []);
  const seeds = ['redis://many:1', 'redis://gone:2', 'redis+srv://nobody'];
  const error = await fake.failure<ConnectionError>(connectCluster({ seeds, runtime: fake.runtime }));
  assert.is(error.code, 'ERR_CONNECT');
  assert.match(error.message, /10\.0\.0\.77:1: .*ECONNREFUSED/);
  assert.match(error.message, /10\.0\.0\.78:1: .*ECONNREFUSED/);
  assert.match(error.message, /gone:2: could not resolve gone: ENOTFOUND gone/);
  assert.match(error.message, /_redis\._tcp\.nobody: could not resolve _redis\._tcp\.nobody: ENODATA/);
});

test('when every address has changed, the seeds are looked up anew and the cluster is found again [failure mode 18]', async () => {
  for (const seed of ['redis://nodes:7000', 'redis+srv://nodes']) {
    const fake = new FakeCluster(6);
    name(fake, seed, '10.0.0.1');
    const cluster = await connectBy(fake, seed);
    assert.is(await fake.settle(cluster.send(['SET', 'foo', 1])), 'OK');
    const old = [...fake.nodes];
    const young = old.map((node) => fake.addNode('10.0.9.9', node.port));
    fake.layout = fake.layout.map(([first, last], i) => [first, last, young[i]!]);
    name(fake, seed, '10.0.9.9');
    // The old addresses answer nothing at all, which takes longest to notice.
    for (const node of old) {
      node.isUnreachable = true;
      for (const connection of node.connections) connection.close();
    }
    assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK');
    assert.is(await fake.settle(cluster.send(['GET', 'bar'])), 'OK');
    assert.equal(
      [old, young].map((nodes) => nodes.some(({ address }) => addressesOf(cluster).includes(address))),
      [false, true],
    );
    cluster.destroy();
  }
});

function addressesOf(cluster: Cluster): string[] {
  return cluster.stats().nodes.map(({ address }) => address);
}

function name(fake: FakeCluster, seed: string, host: string): void {
  if (seed.startsWith('redis+srv')) {
    const targets = fake.nodes.filter((node) => node.host === host).slice(0, 2);
    fake.runtime.services.set(
      '_redis._tcp.nodes',
      targets.map(({ port }) => ({ host, port, priority: 1 })),
    );
  } else fake.runtime.hosts.set('nodes', [host, '10.0.0.99']);
}

test('a MOVED to what a seed’s name leads to is followed at once, one to anybody else is not', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes as [FakeNode];
  const [sibling, stranger] = [fake.addNode('10.0.0.2', 7000), fake.addNode('6.6.6.6', 7000)];
  sibling.answer = () => '+from the sibling\r\n';
  fake.runtime.hosts.set('many', ['10.0.0.1', '10.0.0.2']);
  const cluster = await connectBy(fake, 'redis://:secret@many:7000');
  const slot = hashSlot('foo');
  let moves = 0;
  node.answer = () => `-MOVED ${slot} ${moves++ === 0 ? stranger.address : sibling.address}\r\n`;
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'from the sibling');
  assert.equal([moves, stranger.connections.length], [2, 0]);
  cluster.destroy();
});

test('credentials, TLS and names come from whatever kind of seed', () => {
  const runtime = new FakeRuntime();
  const seeds = ['redis+srv://user:p%40ss@name', 'unix:/tmp/x', { host: 'h' }, 'rediss://[::1]'];
  const cluster = new Cluster({ seeds, runtime });
  cluster.destroy();
  for (const wrong of ['redis+srv://h:1', 'redis://h/x', 'redis://user@h', 'unix:', '']) {
    assert.throws(
      () => new Cluster({ seeds: [wrong], runtime }),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT',
      wrong,
    );
  }
});

test.run();
