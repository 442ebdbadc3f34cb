import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, hashSlot } from '../../src/cluster/index.ts';
import type { ClusterError, ErrorReply, RedisError } from '../../src/errors.ts';
import { type Answer, FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/transaction');

const FOO = hashSlot('foo');
const ABORT = '-EXECABORT Transaction discarded because of previous errors.\r\n';
const COMMANDS = [
  ['SET', '{foo}1', 1],
  ['SET', '{foo}2', 2],
];

/** Three nodes; the last has the slot of foo. */
async function three(): Promise<{ fake: FakeCluster; cluster: Cluster; a: FakeNode; c: FakeNode }> {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect();
  const [a, , c] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  for (const node of fake.nodes) node.answer = queueing();
  return { fake, cluster, a, c };
}

/** A node that knows MULTI, and refuses single commands as it is told. */
function queueing(refuse: (words: readonly string[]) => string | undefined = () => undefined): Answer {
  let queued: number | undefined;
  let isDoomed = false;
  return (words) => {
    const refusal = refuse(words);
    if (words[0] === 'MULTI') {
      queued = 0;
      isDoomed = false;
      return '+OK\r\n';
    }
    if (words[0] === 'EXEC') {
      const count = queued ?? 0;
      queued = undefined;
      if (isDoomed) return ABORT;
      return refusal ?? `*${count}\r\n${'+OK\r\n'.repeat(count)}`;
    }
    if (queued === undefined) return refusal ?? '+OK\r\n';
    queued++;
    if (refusal !== undefined) isDoomed = true;
    return refusal ?? '+QUEUED\r\n';
  };
}

test('all of it goes to the node of the slot, and EXEC answers', async () => {
  const { fake, cluster, c } = await three();
  assert.equal(await fake.settle(cluster.transaction(COMMANDS)), ['OK', 'OK']);
  assert.equal(c.take(), ['MULTI', 'SET {foo}1 1', 'SET {foo}2 2', 'EXEC']);
  cluster.destroy();
});

test('MOVED to a queued command: the whole goes to the other node, and nothing of it ran [failure mode 9]', async () => {
  const { fake, cluster, a, c } = await three();
  c.answer = queueing((words) => (words[1] === '{foo}2' ? `-MOVED ${FOO} ${a.address}\r\n` : undefined));
  fake.layout = [...fake.layout.slice(0, 2), [10924, 16383, a]];
  assert.equal(await fake.settle(cluster.transaction(COMMANDS)), ['OK', 'OK']);
  assert.equal(a.take(), ['MULTI', 'SET {foo}1 1', 'SET {foo}2 2', 'EXEC']);
  assert.is(cluster.primaryOf(FOO), a.address);
  cluster.destroy();
});

test('MOVED, ASK and TRYAGAIN of EXEC itself are followed the same way: it has discarded', async () => {
  const { fake, cluster, a, c } = await three();
  const refusals = [`-ASK ${FOO} ${a.address}\r\n`];
  c.answer = queueing((words) => (words[0] === 'EXEC' ? refusals.shift() : undefined));
  const later = ['-TRYAGAIN Multiple keys request during rehashing of slot\r\n'];
  a.answer = queueing((words) => {
    if (words[0] === 'ASKING') return '+OK\r\n';
    return words[0] === 'EXEC' ? later.shift() : undefined;
  });
  await fake.settle(cluster.send(['GET', 'bar']));
  a.take();
  assert.equal(await fake.settle(cluster.transaction(COMMANDS)), ['OK', 'OK']);
  const whole = ['ASKING', 'MULTI', 'SET {foo}1 1', 'SET {foo}2 2', 'EXEC'];
  assert.equal(a.take(), [...whole, ...whole], 'ASKING once, before MULTI');
  assert.is.not(cluster.primaryOf(FOO), a.address, 'ASK teaches nothing');
  cluster.destroy();
});

test('a refusal that passes is waited for, whatever its text: what is not queued has not run', async () => {
  const { fake, cluster, c } = await three();
  const refusals = ['-LOADING Redis is loading the dataset in memory\r\n', '-MASTERDOWN any text\r\n'];
  c.answer = queueing((words) => (words[1] === '{foo}2' ? refusals.shift() : undefined));
  assert.equal(await fake.settle(cluster.transaction(COMMANDS)), ['OK', 'OK']);
  assert.is(c.take().filter((command) => command === 'EXEC').length, 3);
  cluster.destroy();
});

test('in a fresh session it is redirected as a whole too', async () => {
  const { fake, cluster, a, c } = await three();
  c.answer = queueing((words) => (words[0] === 'SET' ? `-MOVED ${FOO} ${a.address}\r\n` : undefined));
  assert.equal(await fake.settle(cluster.session('foo', (session) => session.transaction(COMMANDS))), ['OK', 'OK']);
  assert.equal(a.take(), ['MULTI', 'SET {foo}1 1', 'SET {foo}2 2', 'EXEC']);
  cluster.destroy();
});

test('other refusals are the caller’s, explained', async () => {
  const { fake, cluster, c } = await three();
  c.answer = queueing((words) => (words[1] === '{foo}2' ? '-OOM no memory\r\n' : undefined));
  const error = await fake.failure<ErrorReply>(cluster.transaction(COMMANDS));
  assert.is(error.prefix, 'EXECABORT');
  assert.match(error.message, /SET \(command 2 of 2\) was refused: OOM no memory/);
  assert.equal([(error.cause as ErrorReply).address, c.take().length], [c.address, 4]);
  cluster.destroy();
});

test('a value that looks like a redirection is a value', async () => {
  const { fake, cluster, a, c } = await three();
  c.answer = (words) => {
    if (words[0] === 'MULTI') return '+OK\r\n';
    return words[0] === 'EXEC' ? `*1\r\n-MOVED ${FOO} ${a.address}\r\n` : '+QUEUED\r\n';
  };
  const [reply] = await fake.settle(cluster.transaction([['EVAL', 'return redis.error_reply("MOVED")', 1, 'foo']]));
  assert.is((reply as ErrorReply).prefix, 'MOVED');
  assert.equal(a.take(), []);
  cluster.destroy();
});

test('it keeps its place among the commands of its slot, also when all of them are moved', async () => {
  const { fake, cluster, a, c } = await three();
  await fake.settle(cluster.transaction(COMMANDS));
  c.answer = queueing((words) => (words[0] === 'SET' ? `-MOVED ${FOO} ${a.address}\r\n` : undefined));
  fake.layout = [...fake.layout.slice(0, 2), [10924, 16383, a]];
  a.take();
  const sent = [
    cluster.send(['SET', '{foo}1', 'before']),
    cluster.transaction(COMMANDS),
    cluster.send(['SET', '{foo}1', 'after']),
  ];
  await fake.settle(Promise.all(sent));
  assert.equal(a.take(), ['SET {foo}1 before', 'MULTI', 'SET {foo}1 1', 'SET {foo}2 2', 'EXEC', 'SET {foo}1 after']);
  cluster.destroy();
});

test('keys in different slots are refused before anything is sent, naming the commands', async () => {
  const { fake, cluster } = await three();
  const error = await fake.failure<ClusterError>(cluster.transaction([['PING'], ['GET', 'foo'], ['GET', 'bar']]));
  assert.equal([error.code, error.wasSent], ['ERR_CROSS_SLOT', false]);
  assert.match(error.message, /command 2 is about slot 12182, command 3 about slot 5061/);
  const split = await fake.failure<ClusterError>(cluster.transaction([['MGET', 'foo', 'bar']]));
  assert.is(split.code, 'ERR_CROSS_SLOT');
  assert.equal(
    fake.nodes.flatMap((node) => node.take()),
    [],
  );
  cluster.destroy();
});

test('it goes to the primary, also where reads would go to replicas', async () => {
  const fake = new FakeCluster(3);
  const cluster = await fake.connect({ readFrom: 'preferReplica' });
  fake.nodes[2]!.answer = queueing();
  await fake.settle(cluster.transaction([['GET', 'foo']]));
  assert.equal(fake.nodes[2]!.take(), ['MULTI', 'GET foo', 'EXEC']);
  cluster.destroy();
});

test('without a key any primary will do', async () => {
  const { fake, cluster } = await three();
  assert.equal(await fake.settle(cluster.transaction([['PING'], ['TIME']])), ['OK', 'OK']);
  cluster.destroy();
});

test('a loop of redirections ends, and a lost connection is not repeated', async () => {
  const { fake, cluster, a, c } = await three();
  c.answer = queueing((words) => (words[0] === 'SET' ? `-MOVED ${FOO} ${a.address}\r\n` : undefined));
  a.answer = queueing((words) => (words[0] === 'SET' ? `-MOVED ${FOO} ${c.address}\r\n` : undefined));
  const loop = await fake.failure<ClusterError>(cluster.transaction(COMMANDS, { timeoutMs: 60_000 }));
  assert.is(loop.code, 'ERR_REDIRECTIONS');
  const answer = queueing();
  for (const node of [a, c]) node.answer = (words, own) => (words[0] === 'EXEC' ? undefined : answer(words, own));
  const lost = fake.failure<RedisError>(cluster.transaction(COMMANDS));
  await fake.pass(50);
  for (const node of [a, c]) for (const connection of node.connections) if (!connection.isDestroyed) connection.close();
  const error = await lost;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  cluster.destroy();
});

test.run();
