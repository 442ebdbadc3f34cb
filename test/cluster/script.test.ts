import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError } from '../../src/errors.ts';
import { defineScript } from '../../src/net/index.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/script');

const SCRIPT = defineScript('return 1', { keys: 1 });
const NOSCRIPT = '-NOSCRIPT No matching script. Please use EVAL.\r\n';

/** Answers as a server that learns scripts. */
function learning(node: FakeNode): void {
  let isKnown = false;
  node.answer = ([name]) => {
    if (name === 'EVALSHA' && !isKnown) return NOSCRIPT;
    if (name === 'EVAL') isKnown = true;
    return '+OK\r\n';
  };
}

test('a node is given a script once, each node for itself', async () => {
  const fake = new FakeCluster(3);
  for (const node of fake.nodes) learning(node);
  const cluster = await fake.connect();
  // The script has a blank, which these nodes take for the end of a word.
  const script = defineScript('return', { keys: 1 });
  for (const key of ['foo', 'bar', 'foo']) await fake.settle(cluster.runScript(script, { keys: [key], args: [7] }));
  const [bar, , foo] = fake.nodes as [FakeNode, FakeNode, FakeNode];
  const named = (key: string): string => `EVALSHA ${script.sha1} 1 ${key} 7`;
  assert.equal(foo.take(), [named('foo'), 'EVAL return 1 foo 7', named('foo')]);
  assert.equal(bar.take(), [named('bar'), 'EVAL return 1 bar 7']);
  cluster.destroy();
});

test('commands of the slot that are not written yet stay behind a script that has to be given', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes as [FakeNode];
  const cluster = await fake.connect({ maxBatchBytes: 1 });
  learning(node);
  const sent = [
    cluster.runScript(SCRIPT, { keys: ['foo'] }),
    cluster.send(['SET', 'foo', 1]),
    cluster.send(['SET', 'foo', 2]),
  ];
  node.connection.isStalled = true;
  await fake.pass(5);
  await fake.pass(5);
  node.connection.release();
  await fake.settle(Promise.all(sent));
  const names = node.take().map((command) => command.replace(/ return.*/, ''));
  assert.equal(names.slice(names.indexOf('EVAL')), ['EVAL', 'SET foo 1', 'SET foo 2']);
  cluster.destroy();
});

test('a script without keys runs at any primary', async () => {
  const fake = new FakeCluster(3);
  for (const node of fake.nodes) learning(node);
  const cluster = await fake.connect();
  assert.is(await fake.settle(cluster.runScript(defineScript('return'))), 'OK');
  cluster.destroy();
});

test('a script that was sent and lost its connection is not run twice', async () => {
  const fake = new FakeCluster(1);
  const [node] = fake.nodes as [FakeNode];
  const cluster = await fake.connect();
  node.answer = () => undefined;
  const running = cluster.runScript(SCRIPT, { keys: ['foo'] });
  await fake.pass(5);
  node.connection.close(new Error('ECONNRESET'));
  const error = await fake.failure<ConnectionError>(running);
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  cluster.destroy();
});

test('MOVED is followed by its name first, and the new node is given the script', async () => {
  const fake = new FakeCluster(2);
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  const cluster = await fake.connect();
  const slot = hashSlot('foo');
  b.answer = () => `-MOVED ${slot} ${a.address}\r\n`;
  learning(a);
  assert.is(await fake.settle(cluster.runScript(SCRIPT, { keys: ['foo'] })), 'OK');
  assert.equal(
    a.take().map((command) => command.split(' ')[0]),
    ['EVALSHA', 'EVAL'],
  );
  cluster.destroy();
});

test.run();
