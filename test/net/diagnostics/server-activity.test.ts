import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Client, type ConnectionChange, type ConnectTrace } from '../../../src/net/index.ts';
import { FakeRuntime } from '../../support/fake-runtime.ts';
import { readyClient } from '../../support/ready-client.ts';
import { Recorder } from '../../support/recorder.ts';

const test = suite('net/diagnostics/server-activity');

test('an attempt to connect is told when it is dialled, and when the server has welcomed us', async () => {
  const runtime = new FakeRuntime();
  const client = new Client({ runtime, host: 'cache.example', port: 7000 });
  const recorder = Recorder.tracing<ConnectTrace>('slotwire:connect');
  const isReady = client.ready();
  runtime.advance(0);
  assert.equal(recorder.events, ['start', 'end']);
  runtime.last.peerAddress = '10.1.2.80';
  runtime.last.accept();
  runtime.last.reply('%1\r\n+proto\r\n:3\r\n');
  await isReady;
  recorder.stop();
  assert.equal(recorder.events, ['start', 'end', 'asyncStart', 'asyncEnd']);
  assert.equal(recorder.messages('asyncEnd')[0]!.attributes, {
    'db.system.name': 'redis',
    'network.transport': 'tcp',
    'server.address': 'cache.example',
    'server.port': 7000,
    'network.peer.address': '10.1.2.80',
    'network.peer.port': 7000,
    'network.protocol.name': 'resp',
    'network.protocol.version': '3',
    'slotwire.connection.kind': 'shared',
    'slotwire.connection.attempt': 1,
  });
  client.destroy();
});

test('attempts that fail are numbered until one succeeds, and events tell of each', async () => {
  const { client, runtime } = await readyClient();
  const changes: ConnectionChange[] = [];
  client.on('connection', (change) => changes.push(change));
  const recorder = Recorder.tracing<ConnectTrace>('slotwire:connect');
  const ends = new Recorder<ConnectionChange>('slotwire:disconnect');
  const waiting = client.send(['GET', 'a']);
  runtime.flush();
  runtime.last.close(new Error('read ECONNRESET'));
  for (let attempt = 0; attempt < 2; attempt++) {
    runtime.advance(100);
    runtime.last.close(new Error('connect ECONNREFUSED'));
  }
  runtime.advance(200);
  runtime.last.welcome();
  runtime.last.reply('+1\r\n');
  await waiting;
  runtime.last.close();
  client.send(['GET', 'b']).catch(() => undefined);
  runtime.advance(500);
  runtime.last.welcome();
  client.destroy();
  await turn();
  recorder.stop();
  ends.stop();
  assert.equal(
    recorder.messages('asyncEnd').map(({ attempt, error, protocol }) => [attempt, error?.code, protocol]),
    [
      [1, 'ERR_CONNECT', undefined],
      [2, 'ERR_CONNECT', undefined],
      [3, undefined, 2],
      [1, undefined, 2],
    ],
  );
  assert.is(recorder.messages('error').length, 2);
  assert.equal(
    changes.map(({ state, unanswered, error }) => [state, unanswered, error?.message]),
    [
      ['lost', 1, 'connection to 127.0.0.1:6379 lost: read ECONNRESET'],
      ['failed', 1, 'could not connect to 127.0.0.1:6379: connect ECONNREFUSED'],
      ['failed', 1, 'could not connect to 127.0.0.1:6379: connect ECONNREFUSED'],
      ['open', 0, undefined],
      ['lost', 0, 'connection to 127.0.0.1:6379 lost: the server closed the connection'],
      ['open', 0, undefined],
      ['closed', 0, undefined],
    ],
  );
  assert.equal(
    ends.told.map(([, { state, attributes }]) => [state, attributes['error.type']]),
    [
      ['lost', 'ERR_CONNECTION_LOST'],
      ['lost', 'ERR_CONNECTION_LOST'],
      ['closed', undefined],
    ],
  );
});

test('every kind of connection is told and counted: leased ones, and subscribers', async () => {
  const { client, runtime } = await readyClient();
  const kinds: string[] = [];
  client.on('connection', ({ kind, state }) => kinds.push(`${kind} ${state}`));
  const popped = client.send(['BLPOP', 'q', 1]);
  runtime.advance(0);
  runtime.last.welcome();
  runtime.last.reply('*-1\r\n');
  await popped;
  const subscribed = client.subscribe('news');
  runtime.flush();
  runtime.advance(0);
  runtime.last.welcome();
  runtime.flush();
  runtime.last.reply('*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n');
  await subscribed;
  assert.equal(kinds, ['leased open', 'subscriber open']);
  const { server, leases, subscriptions } = client.stats();
  assert.equal([server.connections, server.losses, server.leased], [3, 0, 0]);
  assert.equal(leases, { lent: 0, waiting: 0 });
  assert.equal(subscriptions, { subscriptions: 1, topics: 1, confirmed: 1 });
  client.destroy();
});

test('commands, bytes, error replies and what callers were told are counted', async () => {
  const { client, runtime } = await readyClient();
  const before = client.stats().server;
  const outcomes = Promise.allSettled([
    client.send(['GET', 'a']),
    client.send(['INCR', 'b']),
    client.send(['INCR', 'c']),
    client.send(['WATCH', 'd']),
    client.send(['GET', 'late'], { timeoutMs: 10 }),
  ]);
  assert.is(client.stats().live, 4);
  runtime.flush();
  const sent = Buffer.byteLength(runtime.last.take());
  const replies = '+1\r\n-WRONGTYPE no\r\n-something lower case\r\n';
  runtime.last.reply(replies);
  runtime.advance(10);
  await outcomes;
  const { live, errors, server } = client.stats();
  assert.equal([server.commands - before.commands, live, server.owed], [4, 0, 1]);
  assert.equal(
    [server.bytesSent - before.bytesSent, server.bytesReceived - before.bytesReceived],
    [sent, replies.length],
  );
  assert.equal({ ...server.errorReplies }, { WRONGTYPE: 1, _OTHER: 1 });
  assert.equal({ ...errors }, { ERR_NEEDS_SESSION: 1, ERR_REPLY: 2, ERR_COMMAND_TIMEOUT: 1 });
  assert.is(server.roundTripMs, 0);
  client.destroy();
});

test.run();
