import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster, ClusterOptions } from '../../src/cluster/index.ts';
import { hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError } from '../../src/errors.ts';
import type { Reader } from '../../src/net/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/replica-reads');

interface Shard {
  readonly fake: FakeCluster;
  readonly cluster: Cluster;
  readonly primary: FakeNode;
  readonly replicas: readonly [FakeNode, FakeNode];
}

/** One primary with every slot, and two replicas of it. */
async function start(options: Partial<ClusterOptions> = { readFrom: 'preferReplica' }): Promise<Shard> {
  const fake = new FakeCluster(3);
  let draws = 0;
  fake.runtime.random = () => (draws++ % 10) / 10;
  const [primary, ...replicas] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  const describe = ({ port }: FakeNode): string => `*3\r\n$8\r\n10.0.0.1\r\n:${port}\r\n+id${port}\r\n`;
  fake.clusterSlots = () => `*1\r\n*5\r\n:0\r\n:16383\r\n${fake.nodes.map(describe).join('')}`;
  for (const node of fake.nodes) node.answer = ([name]) => (name === 'READONLY' ? '+OK\r\n' : `+${node.port}\r\n`);
  return { fake, cluster: await fake.connect(options), primary, replicas };
}

/** What a node received that is not the handshake's. */
function reads(node: FakeNode): string[] {
  return node.take().filter((command) => command !== 'READONLY' && command !== 'INFO server');
}

function gets(count: number): string[][] {
  return Array.from({ length: count }, (_, n) => ['GET', `key${n}`]);
}

test('reads go to replicas, after READONLY; everything else goes to the primary', async () => {
  const { fake, cluster, primary, replicas } = await start();
  await fake.settle(cluster.send(['GET', 'foo']));
  const [reader] = replicas.filter((node) => node.received.length > 0);
  assert.equal(reader!.take(), ['READONLY', 'INFO server', 'GET foo']);
  await fake.settle(cluster.sendAll([['SET', 'foo', 1], ['PUBLISH', 'c', 'm'], ['EVAL', 'x', 1, 'foo'], ['DBSIZE']]));
  assert.equal(reads(primary), ['SET foo 1', 'PUBLISH c m', 'EVAL x 1 foo', 'DBSIZE']);
  assert.equal(replicas.flatMap(reads), []);
  cluster.destroy();
});

test('by default, and where a command says so, the primary reads', async () => {
  const byDefault = await start({});
  await byDefault.fake.settle(byDefault.cluster.sendAll(gets(20)));
  assert.is(reads(byDefault.primary).length, 20);
  assert.ok(byDefault.fake.runtime.transports.every(({ endpoint }) => endpoint.port === byDefault.primary.port));
  await byDefault.fake.settle(byDefault.cluster.send(['GET', 'foo'], { readFrom: 'preferReplica' }));
  assert.equal(byDefault.replicas.flatMap(reads), ['GET foo']);
  byDefault.cluster.destroy();
  const { fake, cluster, primary } = await start();
  await fake.settle(cluster.send(['GET', 'foo'], { readFrom: 'primary' }));
  assert.equal(reads(primary), ['GET foo']);
  cluster.destroy();
});

test('READONLY is sent again on every new connection', async () => {
  const { fake, cluster, replicas } = await start();
  fake.nodes[2]!.answer = null;
  await fake.settle(cluster.sendAll(gets(20)));
  const [reader] = replicas;
  reader.take();
  reader.connection.close(new Error('ECONNRESET'));
  await fake.pass(1500);
  await fake.settle(cluster.sendAll(gets(20)));
  await fake.pass(50);
  await fake.settle(cluster.sendAll(gets(1)));
  assert.equal(reader.take(), ['READONLY', 'INFO server', 'GET key0']);
  cluster.destroy();
});

for (const refusal of [
  'LOADING Redis is loading the dataset in memory',
  'MASTERDOWN Link with MASTER is down',
  'MOVED',
]) {
  test(`a replica that answers ${refusal} is avoided for a while, and its reads go elsewhere [failure mode 30]`, async () => {
    const { fake, cluster, primary, replicas } = await start();
    await fake.settle(cluster.sendAll(gets(20)));
    for (const node of fake.nodes) node.take();
    const [bad, good] = replicas;
    const isRefusing = { value: true };
    bad.answer = ([, key]) => {
      const text = refusal === 'MOVED' ? `MOVED ${hashSlot(key!)} 10.0.0.9:7009` : refusal;
      return isRefusing.value ? `-${text}\r\n` : '+7001\r\n';
    };
    const replies = await fake.settle(cluster.sendAll(gets(40)));
    assert.ok(replies.every((reply) => reply === '7002'));
    assert.ok(bad.take().length > 0);
    await fake.settle(cluster.sendAll(gets(40)));
    assert.equal(bad.take(), [], 'avoided');
    assert.ok(good.take().length >= 40);
    assert.equal(reads(primary), []);
    assert.is(cluster.primaryOf(0), primary.address, 'the map has learnt nothing');
    isRefusing.value = false;
    await fake.pass(1500);
    await fake.settle(cluster.sendAll(gets(40)));
    assert.ok(bad.take().length > 0, 'and tried again');
    cluster.destroy();
  });
}

test('ASK and TRYAGAIN from a replica: the primary knows about each key', async () => {
  for (const text of [
    `ASK ${hashSlot('foo')} 10.0.0.9:7009`,
    'TRYAGAIN Multiple keys request during rehashing of slot',
  ]) {
    const { fake, cluster, primary, replicas } = await start();
    for (const node of replicas) node.answer = ([name]) => (name === 'GET' ? `-${text}\r\n` : '+OK\r\n');
    let refusals = 0;
    primary.answer = () => (refusals++ < 2 ? '-LOADING from here on it is a command as any\r\n' : '+7000\r\n');
    assert.is(await fake.settle(cluster.send(['GET', 'foo'])), '7000');
    assert.is(replicas.flatMap(reads).length, 1);
    cluster.destroy();
  }
});

test('an error that is the caller’s reaches the caller', async () => {
  const { fake, cluster, replicas } = await start();
  for (const node of replicas) node.answer = ([name]) => (name === 'GET' ? '-WRONGTYPE x\r\n' : '+OK\r\n');
  const error = await fake.failure(cluster.send(['GET', 'foo']));
  assert.is(error.message, 'WRONGTYPE x');
  cluster.destroy();
});

test('reads fail over: a lost replica, another one, the primary', async () => {
  const { fake, cluster, primary, replicas } = await start();
  await fake.settle(cluster.sendAll(gets(20)));
  for (const node of replicas) node.answer = () => undefined;
  const pending = cluster.sendAll(gets(20));
  await fake.pass(5);
  for (const node of replicas) {
    node.answer = null;
    for (const connection of node.connections) if (!connection.isDestroyed) connection.close(new Error('ECONNRESET'));
  }
  const replies = await fake.settle(pending);
  assert.ok(replies.every((reply) => reply === '7000'));
  assert.ok(reads(primary).length >= 20);
  cluster.destroy();
});

test('a read in doubt is repeated only if its caller allows it', async () => {
  const { fake, cluster, replicas } = await start();
  for (const node of replicas) node.answer = ([name]) => (name === 'GET' ? undefined : '+OK\r\n');
  const pending = cluster.send(['GET', 'foo'], { retry: 'never' });
  await fake.pass(5);
  replicas.find(({ connections }) => connections.length > 0)!.connection.close(new Error('ECONNRESET'));
  const error = await fake.failure<ConnectionError>(pending);
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  cluster.destroy();
});

test('a replica that is silent loses its reads to others within their budget', async () => {
  const { fake, cluster, replicas } = await start();
  await fake.settle(cluster.sendAll(gets(20)));
  const [silent] = replicas;
  silent.answer = () => undefined;
  const replies = await fake.settle(cluster.sendAll(gets(40), { timeoutMs: 4000 }));
  assert.ok(replies.every((reply) => reply === '7002'));
  cluster.destroy();
});

test('a replica that can’t be reached keeps no read waiting twice', async () => {
  const { fake, cluster, replicas } = await start();
  for (const node of replicas) node.answer = null;
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), '7000');
  const before = fake.runtime.time;
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), '7000');
  assert.ok(fake.runtime.time - before < 20);
  cluster.destroy();
});

test('zone: who is in it reads', async () => {
  const { fake, cluster, replicas } = await start({ readFrom: { zone: 'b' } });
  for (const [index, node] of replicas.entries()) {
    const text = `# Server\r\navailability_zone:${'ab'[index]}\r\nuptime:1`;
    node.answer = ([name]) => (name === 'INFO' ? `$${text.length}\r\n${text}\r\n` : `+${node.port}\r\n`);
  }
  // Until both are connected their zones are not known.
  for (let n = 0; n < 20; n++) await fake.settle(cluster.send(['GET', 'foo']));
  const replies = await fake.settle(cluster.sendAll(gets(20)));
  assert.ok(replies.every((reply) => reply === '7002'));
  cluster.destroy();
});

test('a function is asked for every read, and sees plain facts', async () => {
  let seen: readonly Reader[] = [];
  const { fake, cluster } = await start({
    readFrom: (readers) => {
      seen = readers;
      return readers.find(({ address }) => address.endsWith(':7002'));
    },
  });
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), '7002');
  assert.equal(
    seen.map(({ address, isPrimary }) => [address, isPrimary]),
    [
      ['10.0.0.1:7000', true],
      ['10.0.0.1:7001', false],
      ['10.0.0.1:7002', false],
    ],
  );
  assert.equal(Object.keys(seen[1]!), ['address', 'isPrimary', 'latencyMs', 'zone']);
  cluster.destroy();
});

test('nearest: all are connected, and the one that answers soonest reads', async () => {
  const { fake, cluster, primary } = await start({ readFrom: 'nearest' });
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), '7000', 'nobody else is measured yet');
  await fake.pass(5);
  assert.equal(new Set(fake.runtime.transports.map(({ endpoint }) => endpoint.port)).size, 3);
  const slow = primary.answer!;
  primary.answer = () => undefined;
  void cluster.send(['GET', 'foo'], { readFrom: 'primary' });
  await fake.pass(50);
  primary.answer = slow;
  fake.unblock(primary.connection);
  primary.connection.reply('+late\r\n');
  const replies = await fake.settle(cluster.sendAll(gets(20)));
  assert.ok(replies.every((reply) => reply !== '7000'));
  cluster.destroy();
});

test('a cancelled read at a replica leaves its slot free', async () => {
  const { fake, cluster, replicas } = await start();
  for (const node of replicas) node.answer = ([name]) => (name === 'GET' ? undefined : '+OK\r\n');
  const error = await fake.failure<ConnectionError>(cluster.send(['GET', 'foo'], { timeoutMs: 100 }));
  assert.is(error.code, 'ERR_COMMAND_TIMEOUT');
  assert.is(await fake.settle(cluster.send(['SET', 'foo', 1])), '7000');
  assert.is(cluster.stats().live, 0);
  cluster.destroy();
  assert.ok(fake.runtime.transports.every(({ isDestroyed }) => isDestroyed));
});

test('a replica that leaves the cluster answers what it owes, and what was not sent goes elsewhere', async () => {
  const { fake, cluster, primary, replicas } = await start();
  await fake.settle(cluster.sendAll(gets(20)));
  for (const node of fake.nodes) node.take();
  const [gone, stays] = replicas;
  gone.answer = () => undefined;
  const pending = cluster.sendAll(gets(20));
  await fake.pass(5);
  const owed = gone.take().length;
  assert.ok(owed > 0);
  const describe = ({ port }: FakeNode): string => `*3\r\n$8\r\n10.0.0.1\r\n:${port}\r\n+id${port}\r\n`;
  fake.clusterSlots = () => `*1\r\n*4\r\n:0\r\n:16383\r\n${describe(primary)}${describe(stays)}`;
  stays.answer = ([, key]) => (key === 'moved' ? `-MOVED ${hashSlot('moved')} 10.0.0.1:7000\r\n` : '+7002\r\n');
  await fake.settle(
    cluster.send(['GET', 'moved'], { readFrom: (readers) => readers.find(({ address }) => address === stays.address) }),
  );
  await fake.pass(500);
  assert.not(gone.connection.isDestroyed, 'it owes answers');
  for (let n = 0; n < owed; n++) gone.connection.reply('+7001\r\n');
  const replies = await fake.settle(pending);
  assert.is(replies.filter((reply) => reply === '7001').length, owed);
  assert.ok(gone.connection.isDestroyed);
  await fake.settle(cluster.sendAll(gets(20)));
  assert.equal(gone.take(), []);
  cluster.destroy();
});

test('the topology is asked for new replicas now and then, and sooner where a slot has none', async () => {
  for (const [hasReplicas, everyMs] of [
    [true, 30_000],
    [false, 5000],
  ] as const) {
    const { fake, cluster, primary } = await start();
    const answer = fake.clusterSlots;
    const alone = `*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$8\r\n10.0.0.1\r\n:${primary.port}\r\n+id${primary.port}\r\n`;
    let questions = 0;
    fake.clusterSlots = () => {
      questions++;
      return hasReplicas ? answer() : alone;
    };
    await fake.settle(cluster.send(['GET', 'foo'], { readFrom: 'primary' }));
    fake.runtime.time += 29_000;
    await fake.settle(cluster.send(['GET', 'foo']));
    await fake.pass(1100);
    questions = 0;
    for (let n = 0; n < 10; n++) {
      await fake.settle(cluster.send(['GET', 'foo']));
      fake.runtime.time += everyMs / 5;
      await fake.pass(300);
    }
    assert.ok(questions >= 1 && questions <= 3, `${questions} questions`);
    cluster.destroy();
  }
});

test('readFrom that is none throws at once', async () => {
  const { cluster } = await start();
  assert.throws(() => cluster.send(['GET', 'foo'], { readFrom: 'replica' as never }), /readFrom must be/);
  cluster.destroy();
});

test.run();
