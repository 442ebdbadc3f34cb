import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, hashSlot } from '../../src/cluster/index.ts';
import type { ClusterError, ConnectionError, ErrorReply, RedisError, TimeoutError } from '../../src/errors.ts';
import type { Session } from '../../src/net/index.ts';
import { type Answer, FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/leases');

/** `foo` is in slot 12182: the last of three nodes has it; `bar`, 5061, the first. */
const FOO = hashSlot('foo');

function moved(node: FakeNode): string {
  return `-MOVED ${FOO} ${node.address}\r\n`;
}

function ask(node: FakeNode): string {
  return `-ASK ${FOO} ${node.address}\r\n`;
}

const element: Answer = (words) => (words[0] === 'ASKING' ? '+OK\r\n' : '*2\r\n+foo\r\n+x\r\n');

async function three(options = {}): Promise<{ fake: FakeCluster; cluster: Cluster; nodes: FakeNode[] }> {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect(options);
  return { fake, cluster, nodes: fake.nodes };
}

/** Gives the slot of foo to another node, of which all are told. */
function hand(fake: FakeCluster, to: FakeNode): void {
  fake.layout = [...fake.layout.filter(([first]) => first > FOO || first === 0), [FOO, FOO, to]];
}

test('a blocking command goes to the node of its slot, over a connection of its own', async () => {
  const { fake, cluster, nodes } = await three();
  nodes[2]!.answer = (words) => (words[0] === 'BLPOP' ? undefined : '+v\r\n');
  void cluster.send(['BLPOP', 'foo', 0]).catch(() => undefined);
  await fake.pass(5);
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'v');
  assert.is(nodes[2]!.connections.length, 2);
  cluster.destroy();
});

test('MOVED and ASK are followed, and MOVED teaches the shared connections too', async () => {
  const { fake, cluster, nodes } = await three();
  const [a, b, c] = nodes as [FakeNode, FakeNode, FakeNode];
  hand(fake, b);
  c.answer = () => moved(b);
  b.answer = () => ask(a);
  a.answer = element;
  assert.equal(await fake.settle(cluster.send(['BLPOP', 'foo', 0])), ['foo', 'x']);
  assert.equal(a.take().slice(-2), ['ASKING', 'BLPOP foo 0']);
  assert.is(cluster.primaryOf(FOO), b.address);
  assert.is(cluster.stats().totals.redirects, 2);
  cluster.destroy();
});

test('TRYAGAIN after an ASK is repeated at its target; CLUSTERDOWN and UNBLOCKED begin again at the primary', async () => {
  const { fake, cluster, nodes } = await three();
  const [a, , c] = nodes as [FakeNode, FakeNode, FakeNode];
  const answers = [
    ask(a),
    '-CLUSTERDOWN The cluster is down\r\n',
    '-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n',
    '*-1\r\n',
  ];
  c.answer = () => answers.shift();
  let refusals = 0;
  a.answer = (words) => {
    if (words[0] === 'ASKING') return '+OK\r\n';
    const text =
      refusals++ < 2 ? 'TRYAGAIN Multiple keys request during rehashing of slot' : 'CLUSTERDOWN The cluster is down';
    return `-${text}\r\n`;
  };
  assert.is(await fake.settle(cluster.send(['BLPOP', 'foo', '{foo}2', 30])), null);
  assert.is(a.take().filter((command) => command.startsWith('BLPOP')).length, 3);
  assert.is(c.take().length, 4);
  cluster.destroy();
});

test('a loop of redirections ends with ERR_REDIRECTIONS, and a stranger that MOVED names is not dialled', async () => {
  const { fake, cluster, nodes } = await three();
  nodes[1]!.answer = () => moved(nodes[2]!);
  nodes[2]!.answer = () => moved(nodes[1]!);
  const error = await fake.failure<ClusterError>(cluster.send(['BLPOP', 'foo', 0]));
  assert.equal([error.code, error.wasSent], ['ERR_REDIRECTIONS', false]);
  let refusals = 0;
  nodes[2]!.answer = (words, node) => (refusals++ < 2 ? `-MOVED ${FOO} 6.6.6.6:6666\r\n` : element(words, node));
  hand(fake, nodes[2]!);
  assert.equal(await fake.settle(cluster.send(['BLPOP', 'foo', 0], { timeoutMs: 20_000 })), ['foo', 'x']);
  assert.is(
    fake.runtime.transports.some(({ endpoint }) => endpoint.host === '6.6.6.6'),
    false,
  );
  cluster.destroy();
});

test('a slot that nobody has: the call waits for one within its budget, and says so at its end', async () => {
  const fake = new FakeCluster(3);
  const [low, middle, high] = fake.layout;
  fake.layout = [low!, middle!];
  const cluster = await fake.connect();
  const error = await fake.failure<TimeoutError>(cluster.send(['BLPOP', 'foo', 0], { timeoutMs: 1000 }));
  assert.equal(
    [error.code, error.wasSent, (error.cause as ClusterError).code],
    ['ERR_COMMAND_TIMEOUT', false, 'ERR_SLOT_UNASSIGNED'],
  );
  const popped = cluster.send(['BLPOP', 'foo', 0]);
  await fake.pass(500);
  fake.layout = [low!, middle!, high!];
  fake.nodes[2]!.answer = element;
  assert.equal(await fake.settle(popped), ['foo', 'x']);
  cluster.destroy();
});

test('MOVED heard over a lease does not let new commands overtake those that are under way on the old node', async () => {
  const { fake, cluster, nodes } = await three();
  const [, b, c] = nodes as [FakeNode, FakeNode, FakeNode];
  assert.is(await fake.settle(cluster.send(['SET', 'foo', 0])), 'OK');
  const shared = c.connection;
  c.answer = (words) => (words[0] === 'BLPOP' ? moved(b) : undefined);
  b.answer = (words) => (words[0] === 'BLPOP' ? undefined : '+OK\r\n');
  hand(fake, b);
  const first = cluster.send(['SET', 'foo', 1]);
  void cluster.send(['BLPOP', '{foo}q', 0]).catch(() => undefined);
  await fake.pass(20);
  const second = cluster.send(['SET', 'foo', 2]);
  await fake.pass(20);
  assert.equal(
    b.received.filter((command) => command.startsWith('SET')),
    [],
  );
  shared.reply(moved(b));
  await fake.settle(Promise.all([first, second]));
  assert.equal(
    b.received.filter((command) => command.startsWith('SET')),
    ['SET foo 1', 'SET foo 2'],
  );
  cluster.destroy();
});

test('the limit is per node: a connection given back at one lets nobody in at another', async () => {
  const { fake, cluster, nodes } = await three({ maxLeasesPerNode: 1 });
  const [a, , c] = nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => undefined;
  a.answer = element;
  void cluster.send(['BLPOP', 'foo', 0]).catch(() => undefined);
  void cluster.send(['BLPOP', '{foo}2', 0]).catch(() => undefined);
  await fake.settle(cluster.send(['BLPOP', 'bar', 0]));
  await fake.pass(10);
  assert.equal(c.take(), ['BLPOP foo 0']);
  c.connection.reply('*-1\r\n');
  await fake.pass(10);
  assert.equal(c.take(), ['BLPOP {foo}2 0']);
  cluster.destroy();
});

test('a session is about one slot: other keys are refused before anything is sent', async () => {
  const { fake, cluster, nodes } = await three();
  const errors = await fake.settle(
    cluster.session('foo', async (session) => {
      const outcomes = await session.sendAll([['GET', 'bar'], ['MGET', 'foo', 'bar'], ['WATCH', 'bar'], ['PING']]);
      const transaction = await session.transaction([['SET', 'bar', 1]]).catch((error: unknown) => error);
      return [...outcomes, transaction] as (RedisError | string)[];
    }),
  );
  assert.equal(
    errors.map((error) => (typeof error === 'string' ? error : error.code)),
    ['ERR_CROSS_SLOT', 'ERR_CROSS_SLOT', 'ERR_CROSS_SLOT', 'OK', 'ERR_CROSS_SLOT'],
  );
  assert.equal(nodes[2]!.take(), ['PING']);
  assert.throws(() => cluster.session(null as never, async () => undefined), /argument/);
  cluster.destroy();
});

test('a fresh session follows MOVED with all that it sent, in order', async () => {
  const { fake, cluster, nodes } = await three();
  const [, b, c] = nodes as [FakeNode, FakeNode, FakeNode];
  hand(fake, b);
  c.answer = () => moved(b);
  b.answer = () => '+OK\r\n';
  const replies = await fake.settle(
    cluster.session('foo', async (session) => {
      const both = session.sendAll([
        ['WATCH', 'foo'],
        ['GET', 'foo'],
      ]);
      const third = session.send(['GET', '{foo}2']);
      return [...(await both), await third, session.address];
    }),
  );
  assert.equal(replies, ['OK', 'OK', 'OK', b.address]);
  assert.equal(b.take().slice(0, 3), ['WATCH foo', 'GET foo', 'GET {foo}2']);
  cluster.destroy();
});

test('a session in use is over with the first redirection: nothing of it goes elsewhere', async () => {
  const { fake, cluster, nodes } = await three();
  const [, b, c] = nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (words) => {
    if (words[0] === 'SET') return moved(b);
    return words[0] === 'EXEC' ? '-EXECABORT Transaction discarded because of previous errors.\r\n' : '+OK\r\n';
  };
  const outcomes = await fake.settle(
    cluster.session('foo', async (session) => {
      await session.send(['WATCH', 'foo']);
      const sent = await session.sendAll([['MULTI'], ['SET', 'foo', 1], ['SET', 'foo', 2], ['EXEC']]);
      return [...sent, ...(await session.sendAll([['GET', 'foo']]))] as RedisError[];
    }),
  );
  assert.equal(
    outcomes.slice(1).map((error) => [error.code, error.wasSent]),
    [
      ['ERR_CLOSED', false],
      ['ERR_CLOSED', false],
      ['ERR_REPLY', true],
      ['ERR_CLOSED', false],
    ],
  );
  assert.is((outcomes[3] as ErrorReply).prefix, 'EXECABORT');
  assert.is(((outcomes[1] as ConnectionError).cause as ErrorReply).prefix, 'MOVED');
  assert.equal(b.take(), []);
  assert.is(cluster.primaryOf(FOO), b.address, 'the next session begins at the right node');
  cluster.destroy();
});

test('some answered, some sent elsewhere: the session is over, since to begin again would change the order', async () => {
  const { fake, cluster, nodes } = await three();
  const [a, , c] = nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = (words) => (words[0] === 'WATCH' ? ask(a) : '+v\r\n');
  const [watch, get] = await fake.settle(
    cluster.session('foo', (session) =>
      session.sendAll([
        ['WATCH', 'foo'],
        ['GET', '{foo}2'],
      ]),
    ),
  );
  assert.is(get, 'v');
  assert.equal([(watch as RedisError).code, (watch as RedisError).wasSent], ['ERR_CLOSED', false]);
  assert.equal(a.take(), []);
  cluster.destroy();
});

test('after an ASK a session works with the keys it was about, ASKING before each but within MULTI', async () => {
  const { fake, cluster, nodes } = await three();
  const [a, , c] = nodes as [FakeNode, FakeNode, FakeNode];
  c.answer = () => ask(a);
  a.answer = () => '+OK\r\n';
  const error = await fake.settle(
    cluster.session('foo', async (session: Session) => {
      for (const args of [['WATCH', 'foo'], ['GET', 'foo'], ['MULTI'], ['SET', 'foo', 1], ['EXEC'], ['GET', 'foo']]) {
        assert.is(await session.send(args), 'OK');
      }
      return session.send(['GET', '{foo}other']).catch((refused: RedisError) => refused);
    }),
  );
  assert.equal((error as RedisError).code, 'ERR_CLOSED');
  const expected = 'ASKING, WATCH foo, ASKING, GET foo, ASKING, MULTI, SET foo 1, EXEC, ASKING, GET foo';
  assert.is(a.take().join(', '), expected);
  cluster.destroy();
});

test('a node that leaves keeps its sessions until they end, and lends no more', async () => {
  const { fake, cluster, nodes } = await three();
  const [a, , c] = nodes as [FakeNode, FakeNode, FakeNode];
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const whole = cluster.session('foo', async (session) => {
    assert.is(await session.send(['WATCH', 'foo']), 'OK');
    await finished;
    assert.is(await session.send(['GET', 'foo']), 'OK');
  });
  await fake.pass(10);
  const lease = c.connection;
  fake.layout = [...fake.layout.slice(0, 2), [10924, 16383, a]];
  fake.epochs.set(a.port, 5);
  nodes[0]!.answer = () => '+OK\r\n';
  nodes[1]!.answer = () => `-MOVED 9999 ${a.address}\r\n`;
  void cluster.send(['GET', 'hello-other']).catch(() => undefined);
  await fake.pass(500);
  finish();
  await fake.settle(whole);
  await fake.pass(10);
  assert.is(c.connections.includes(lease), true);
  cluster.destroy();
  assert.is(lease.isDestroyed, true);
});

test('a cluster that is destroyed closes its leases and leaves no timer behind', async () => {
  const { fake, cluster, nodes } = await three({ maxLeases: 1 });
  nodes[2]!.answer = () => undefined;
  const calls = [cluster.send(['BLPOP', 'foo', 0]), cluster.send(['BLPOP', 'foo', 0])];
  await fake.pass(5);
  cluster.destroy();
  const codes = await Promise.all(calls.map((call) => fake.failure<RedisError>(call).then(({ code }) => code)));
  assert.equal(codes, ['ERR_CLOSED', 'ERR_CLOSED']);
  assert.is(nodes[2]!.connection.isDestroyed, true);
  assert.is(fake.runtime.timers, 0);
});

test.run();
