import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionError } from '../../src/errors.ts';
import { Client, type ConnectOptions, type Session } from '../../src/net/index.ts';
import { FakeRuntime, type FakeTransport } from '../support/fake-runtime.ts';

const test = suite('net/client-connections');

/** A client in RESP2; every connection is welcomed as soon as it is dialled. */
async function ready(options: ConnectOptions): Promise<{ client: Client; runtime: FakeRuntime }> {
  const runtime = new FakeRuntime();
  runtime.onOpen = (transport) => runtime.setTimer(() => transport.welcome(), 0);
  const client = new Client({ protocol: 2, runtime, ...options });
  const isReady = client.ready();
  runtime.advance(0);
  await isReady;
  return { client, runtime };
}

function open(runtime: FakeRuntime): FakeTransport[] {
  return runtime.transports.filter(({ isDestroyed }) => !isDestroyed);
}

/** What promises have come to, after all call-backs that are due. */
async function settled<T>(promise: Promise<T>): Promise<T | 'pending' | Error> {
  let result: T | 'pending' | Error = 'pending';
  promise.then(
    (value) => (result = value),
    (error: Error) => (result = error),
  );
  await turn();
  return result;
}

/** Runs a session until the test ends it. */
async function begin(client: Client): Promise<{ session: Session; end: () => Promise<void> }> {
  let finish: () => void = () => undefined;
  const started = new Promise<Session>((resolve) => {
    const run = client.session(async (session) => {
      resolve(session);
      await new Promise<void>((ended) => {
        finish = ended;
      });
    });
    run.catch(() => undefined);
  });
  const session = await started;
  return {
    session,
    async end() {
      finish();
      await turn();
    },
  };
}

test('maxConnections counts shared and leased ones: an idle shared one makes room, and comes back afterwards', async () => {
  const { client, runtime } = await ready({ maxConnections: 1 });
  const { session, end } = await begin(client);
  const watched = session.send(['WATCH', 'a']);
  runtime.advance(0);
  const [leased] = open(runtime) as [FakeTransport];
  assert.is(open(runtime).length, 1);
  leased.reply('+OK\r\n');
  assert.is(await settled(watched), 'OK');
  const limited = client.send(['GET', 'a'], { timeoutMs: 300 }).catch((error: ConnectionError) => error);
  const waiting = client.send(['GET', 'a'], { timeoutMs: 3000 });
  runtime.advance(1000);
  const error = (await settled(limited)) as ConnectionError;
  assert.equal([error.code, error.wasSent, error.address], ['ERR_CONNECTION_LIMIT', false, '127.0.0.1:6379']);
  assert.is(leased.isDestroyed, false, 'a session keeps its connection');
  await end();
  leased.takeCommands();
  leased.reply('+OK\r\n');
  runtime.advance(0);
  assert.is(leased.isDestroyed, true);
  assert.equal(open(runtime)[0]!.takeCommands(), ['GET a']);
  open(runtime)[0]!.reply('$1\r\nx\r\n');
  assert.is(await settled(waiting), 'x');
  client.destroy();
});

test('a session that gives up before it had its connection leaves none behind that waits', async () => {
  const { client, runtime } = await ready({ maxConnections: 1 });
  const slow = client.send(['GET', 'slow']);
  runtime.flush();
  const { session, end } = await begin(client);
  const limited = session.send(['WATCH', 'a'], { timeoutMs: 100 }).catch((error: ConnectionError) => error.code);
  runtime.advance(150);
  assert.is(await settled(limited), 'ERR_CONNECTION_LIMIT');
  await end();
  open(runtime)[0]!.reply('+x\r\n');
  assert.is(await settled(slow), 'x');
  runtime.advance(2000);
  assert.is(open(runtime).length <= 1, true);
  assert.is(runtime.transports.length, 1, 'nobody needed another one');
  client.destroy();
});

test('of one server too: an old connection is replaced, and nothing overtakes what it still owes', async () => {
  const { client, runtime } = await ready({ maxConnectionAgeMs: 1000 });
  const old = runtime.last;
  runtime.advance(940);
  const first = client.send(['INCR', 'a']);
  runtime.flush();
  runtime.advance(20);
  const second = client.send(['INCR', 'a']);
  runtime.advance(20);
  const [, next] = runtime.transports as [FakeTransport, FakeTransport];
  assert.equal([old.takeCommands(), next.takeCommands()], [['INCR a'], []]);
  old.reply(':1\r\n');
  assert.is(old.isDestroyed, true);
  assert.equal(next.takeCommands(), ['INCR a']);
  next.reply(':2\r\n');
  assert.equal([await settled(first), await settled(second)], [1, 2]);
  client.destroy();
});

test('an old lease is not lent again; one that is in use stays until it is given back', async () => {
  const { client, runtime } = await ready({ maxConnectionAgeMs: 1000 });
  const { session, end } = await begin(client);
  const reply = session.send(['GET', 'a']);
  runtime.advance(0);
  const leased = runtime.last;
  leased.reply('+x\r\n');
  assert.is(await settled(reply), 'x');
  runtime.advance(5000);
  assert.is(leased.isDestroyed, false);
  await end();
  assert.is(leased.isDestroyed, true);
  client.destroy();
});

test('an idle lease is closed when it is old', async () => {
  const { client, runtime } = await ready({ maxConnectionAgeMs: 1000 });
  const { session, end } = await begin(client);
  const reply = session.send(['GET', 'a']);
  runtime.advance(0);
  const leased = runtime.last;
  leased.reply('+x\r\n');
  assert.is(await settled(reply), 'x');
  await end();
  assert.is(leased.isDestroyed, false);
  runtime.advance(1000);
  assert.is(leased.isDestroyed, true);
  client.destroy();
});

test('a connection with subscriptions is not retired for its age', async () => {
  const { client, runtime } = await ready({ maxConnectionAgeMs: 1000 });
  const subscribed = client.subscribe('news');
  for (let step = 0; step < 3; step++) runtime.advance(0);
  const subscriber = runtime.last;
  assert.equal(subscriber.takeCommands(), ['SUBSCRIBE news']);
  subscriber.reply('*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n');
  await subscribed;
  runtime.advance(5000);
  assert.is(subscriber.isDestroyed, false);
  assert.is(runtime.transports[0]!.isDestroyed, true, 'the idle shared one is');
  client.destroy();
});

test('unref and ref are the runtime’s, for everything the client has', async () => {
  const { client, runtime } = await ready({});
  assert.is(client.unref(), client);
  assert.is(runtime.isReferenced, false);
  assert.is(client.ref(), client);
  assert.is(runtime.isReferenced, true);
  client.destroy();
});

test.run();
