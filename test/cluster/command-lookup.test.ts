import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import type { ClusterError, TimeoutError } from '../../src/errors.ts';
import { type Answer, FakeCluster } from '../support/fake-cluster.ts';

const test = suite('cluster/command-lookup');

const FOO = hashSlot('foo');

/** RESP of a COMMAND INFO reply for one command, as Redis 6 writes it. */
function info(
  name: string,
  flags: readonly string[],
  keys: readonly [first: number, last: number, step: number],
): string {
  const numbers = keys.map((n) => `:${n}\r\n`).join('');
  return `*1\r\n*6\r\n$${name.length}\r\n${name}\r\n:-2\r\n*${flags.length}\r\n${flags.map((f) => `+${f}\r\n`).join('')}${numbers}`;
}

/** A cluster whose servers answer COMMAND with this, and anything else with OK. */
function clusterWith(answer: Answer): FakeCluster {
  const fake = new FakeCluster(3);
  for (const node of fake.nodes) {
    node.answer = (words) => (words[0] === 'COMMAND' ? answer(words, node) : '+OK\r\n');
  }
  return fake;
}

function received(fake: FakeCluster): string[][] {
  return fake.nodes.map((node) => node.take().filter((command) => !command.startsWith('COMMAND')));
}

test('a command that no table has is asked about once, and goes where its keys are from then on', async () => {
  let questions = 0;
  const fake = clusterWith(() => {
    questions++;
    return info('my.second', ['readonly', 'module'], [2, 2, 1]);
  });
  const cluster = await fake.connect();
  await fake.settle(Promise.all([cluster.send(['MY.SECOND', 'x', 'foo']), cluster.send(['my.second', 'y', 'foo'])]));
  await fake.settle(cluster.send(['MY.SECOND', 'z', 'foo']));
  assert.equal(received(fake), [[], [], ['MY.SECOND x foo', 'my.second y foo', 'MY.SECOND z foo']]);
  assert.is(questions, 1);
  assert.equal(cluster.route(['MY.SECOND', 'x', 'foo']).slot, FOO);
  cluster.destroy();
});

test('what a server says of it holds: keys in two slots are refused, a read is repeated after a loss', async () => {
  const fake = clusterWith(() => info('my.all', ['readonly'], [1, -1, 1]));
  const cluster = await fake.connect();
  const error = await fake.failure<ClusterError>(cluster.send(['MY.ALL', 'foo', 'bar']));
  assert.equal([error.code, error.wasSent], ['ERR_CROSS_SLOT', false]);
  const node = fake.nodes[2]!;
  node.answer = () => undefined;
  const promise = cluster.send(['MY.ALL', 'foo']);
  await fake.pass(5);
  node.answer = () => '+again\r\n';
  node.connection.close();
  assert.is(await fake.settle(promise), 'again');
  cluster.destroy();
});

test('a call that turns out to block has a connection of its own', async () => {
  const fake = clusterWith(() => info('my.pop', ['write', 'blocking'], [1, 1, 1]));
  const cluster = await fake.connect();
  const node = fake.nodes[2]!;
  await fake.settle(cluster.send(['GET', 'foo']));
  const { answer } = node;
  node.answer = (words) => (words[0] === 'MY.POP' ? undefined : answer!(words, node));
  const blocked = cluster.send(['MY.POP', 'foo']);
  await fake.pass(10);
  assert.is(await fake.settle(cluster.send(['GET', 'foo'])), 'OK', 'nobody waits behind it');
  cluster.destroy();
  const [outcome] = await Promise.allSettled([blocked]);
  assert.is(outcome?.status, 'rejected');
});

test('a name that servers do not know either: its first argument is taken for its key, for ten seconds', async () => {
  let questions = 0;
  const fake = clusterWith(() => {
    questions++;
    return '*1\r\n*-1\r\n';
  });
  const cluster = await fake.connect();
  await fake.settle(cluster.send(['MISSPELT', 'foo']));
  await fake.settle(cluster.send(['MISSPELT', 'foo']));
  assert.equal(received(fake)[2], ['MISSPELT foo', 'MISSPELT foo']);
  assert.is(questions, 1);
  await fake.pass(10_001);
  await fake.settle(cluster.send(['MISSPELT', 'foo']));
  assert.is(questions, 2);
  cluster.destroy();
});

test('a user who may not ask has guesses', async () => {
  const fake = clusterWith(() => "-NOPERM this user has no permissions to run the 'command' command\r\n");
  const cluster = await fake.connect();
  assert.is(await fake.settle(cluster.send(['MY.OWN', 'foo'])), 'OK');
  assert.equal(received(fake)[2], ['MY.OWN foo']);
  cluster.destroy();
});

test('an unknown subcommand of a known container is asked about with its container', async () => {
  const questions: string[] = [];
  const fake = clusterWith((words) => {
    questions.push(words.join(' '));
    return '*1\r\n*-1\r\n';
  });
  const cluster = await fake.connect();
  await fake.settle(cluster.send(['CLUSTER', 'new-one', 'x']));
  assert.equal(questions, ['COMMAND INFO CLUSTER|NEW-ONE']);
  cluster.destroy();
});

test('where only the server can find the keys, it is asked each time', async () => {
  const fake = clusterWith((words) => {
    if (words[1] === 'INFO') return info('my.join', ['movablekeys'], [0, 0, 0]);
    const key = words.at(-1)!;
    return key === 'none' ? '-ERR The command has no key arguments\r\n' : `*1\r\n$${key.length}\r\n${key}\r\n`;
  });
  const cluster = await fake.connect();
  await fake.settle(cluster.send(['MY.JOIN', 'a', 'foo']));
  await fake.settle(cluster.send(['MY.JOIN', 'a', 'bar']));
  await fake.settle(cluster.send(['MY.JOIN', 'none']));
  const [first, , last] = received(fake);
  assert.ok(first!.includes('MY.JOIN a bar'));
  assert.ok(last!.includes('MY.JOIN a foo'));
  cluster.destroy();
});

test('a server that answers with something else than keys is taken to find none', async () => {
  for (const strange of ['*2\r\n$-1\r\n:7\r\n', '+OK\r\n', '$-1\r\n']) {
    const fake = clusterWith((words) => (words[1] === 'INFO' ? info('my.join', ['movablekeys'], [0, 0, 0]) : strange));
    const cluster = await fake.connect();
    assert.is(await fake.settle(cluster.send(['MY.JOIN', 'x'])), 'OK');
    cluster.destroy();
  }
});

test('keys that the server finds in two slots are refused', async () => {
  const fake = clusterWith((words) => {
    return words[1] === 'INFO' ? info('my.join', ['movablekeys'], [0, 0, 0]) : '*2\r\n$3\r\nfoo\r\n$3\r\nbar\r\n';
  });
  const cluster = await fake.connect();
  assert.is((await fake.failure<ClusterError>(cluster.send(['MY.JOIN', 'x']))).code, 'ERR_CROSS_SLOT');
  cluster.destroy();
});

test('the look-up is within the budget, and nothing was sent when it ends there', async () => {
  for (const stuck of ['INFO', 'GETKEYS']) {
    const fake = clusterWith((words) => {
      return words[1] === stuck ? undefined : info('my.join', ['movablekeys'], [0, 0, 0]);
    });
    const cluster = await fake.connect();
    const error = await fake.failure<TimeoutError>(cluster.send(['MY.JOIN', 'x'], { timeoutMs: 200 }));
    assert.equal([error.code, error.wasSent], ['ERR_COMMAND_TIMEOUT', false], stuck);
    cluster.destroy();
  }
});

test('a node that is lost or loading while it is asked is no answer: another is asked', async () => {
  let questions = 0;
  const fake = clusterWith((_words, node) => {
    questions++;
    if (questions === 1) return '-LOADING Redis is loading the dataset in memory\r\n';
    if (questions === 2) {
      fake.runtime.setTimer(() => node.connection.close(), 0);
      return undefined;
    }
    return info('my.second', [], [2, 2, 1]);
  });
  const cluster = await fake.connect();
  await fake.settle(cluster.send(['MY.SECOND', 'x', 'foo']));
  assert.equal(received(fake)[2], ['MY.SECOND x foo']);
  assert.is(questions, 3);
  cluster.destroy();
});

test.run();
