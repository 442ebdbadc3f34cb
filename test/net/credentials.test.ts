import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from '../../src/cluster/index.ts';
import type { ConnectionError } from '../../src/errors.ts';
import type { Credentials } from '../../src/net/index.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

const test = suite('net/credentials');

/** An async iterable that is fed by hand. */
function feed(): { source: AsyncIterable<Credentials>; push: (credentials: Credentials) => void } {
  const ready: Credentials[] = [];
  let wake: (() => void) | undefined;
  async function* values(): AsyncGenerator<Credentials> {
    for (;;) {
      while (ready.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      yield ready.shift()!;
    }
  }
  const push = (credentials: Credentials): void => {
    ready.push(credentials);
    wake?.();
  };
  return { source: values(), push };
}

test('a function is asked at every connection', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes;
  let password = 'one';
  node!.password = 'one';
  const cluster = await fake.connect({ credentials: async () => ({ password }) });
  password = 'two';
  node!.password = 'two';
  node!.connection.close();
  assert.is(await fake.settle(cluster.send(['GET', 'a'])), 'OK');
  cluster.destroy();
});

test('credentials that may change are tried again within the budget, fixed ones are not', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes;
  node!.password = 'one';
  let password = 'one';
  const cluster = await fake.connect({ credentials: () => ({ password }) });
  node!.password = 'two';
  node!.connection.close();
  const waiting = cluster.send(['GET', 'a']);
  await fake.pass(200);
  password = 'two';
  assert.is(await fake.settle(waiting), 'OK');
  cluster.destroy();
});

test('each value of an iterable is given to live connections: AUTH alone, when nothing is owed [failure mode 5]', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes;
  node!.password = 'one';
  const { source, push } = feed();
  push({ password: 'one' });
  const cluster = await fake.connect({ credentials: source });
  node!.answer = (words) => (words[0] === 'GET' ? undefined : '+OK\r\n');
  const slow = cluster.send(['GET', 'a']);
  await fake.pass(5);
  push({ username: 'u', password: 'two' });
  await fake.pass(5);
  const next = cluster.send(['SET', 'a', 1]);
  await fake.pass(5);
  assert.equal(node!.take(), ['GET a'], 'not before the answer that is owed');
  node!.answer = () => '+OK\r\n';
  fake.unblock(node!.connection);
  node!.connection.reply('+slow\r\n');
  assert.is(await fake.settle(slow), 'slow');
  assert.is(await fake.settle(next), 'OK');
  assert.equal(node!.take(), ['AUTH u two', 'SET a 1']);
  cluster.destroy();
});

test('a refused re-authentication ends the connection; no message holds the password', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes;
  const { source, push } = feed();
  push({ password: 'one' });
  const cluster = await fake.connect({ credentials: source });
  node!.answer = (words) => (words[0] === 'AUTH' ? '-WRONGPASS secret-two\r\n' : '+OK\r\n');
  push({ password: 'secret-two' });
  await fake.pass(5);
  assert.is(node!.connection.isDestroyed, true);
  node!.password = 'another';
  const error = await fake.failure<ConnectionError>(cluster.send(['GET', 'a'], { timeoutMs: 300 }));
  assert.not.match(`${error.message} ${(error.cause as Error).message}`, /secret/);
  cluster.destroy();
});

test('a source that fails is ERR_AUTH', async () => {
  const fake = new FakeCluster(1);
  const credentials = (): Credentials => {
    throw new Error('vault is sealed');
  };
  const error = await fake.failure<ConnectionError>(fake.connect({ credentials }));
  assert.is(error.code, 'ERR_AUTH');
});

test('credentials and a password exclude each other', () => {
  const options = { seeds: ['redis://h'], password: 'x', credentials: () => ({}) };
  assert.throws(() => new Cluster(options), /either credentials or a password/);
});

test.run();
