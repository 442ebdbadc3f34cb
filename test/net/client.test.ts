import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionError, ErrorReply, type RedisError } from '../../src/errors.ts';
import { Client, type ConnectOptions, type SendOptions } from '../../src/net/index.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';

const test = suite('net/client');

/** A client in RESP2 that the server has welcomed. */
async function ready(options: ConnectOptions = {}): Promise<{ client: Client; runtime: FakeRuntime }> {
  const runtime = new FakeRuntime();
  const client = new Client({ protocol: 2, runtime, ...options });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  return { client, runtime };
}

/** Sends; that nobody looks at the outcome yet is no unhandled rejection. */
function send<T extends Reply = Reply>(client: Client, args: readonly Argument[], options?: SendOptions): Promise<T> {
  const promise = client.send<T>(args, options);
  promise.catch(() => undefined);
  return promise;
}

/** What a promise has come to, after all call-backs that are due. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let result: unknown = 'pending';
  promise.then(
    (value) => (result = value),
    (error: unknown) => (result = error),
  );
  await turn();
  return result;
}

test('one flush carries all commands of a turn, and replies come back in their order', async () => {
  const { client, runtime } = await ready();
  const a = send(client, ['GET', 'a']);
  const b = send(client, ['INCR', 'b']);
  assert.is(runtime.last.take(), '');
  runtime.flush();
  assert.equal(runtime.last.takeCommands(), ['GET a', 'INCR b']);
  runtime.last.reply('$1\r\n1\r\n:2\r\n');
  assert.is(await outcome(a), '1');
  assert.is(await outcome(b), 2);
});

test('an error reply rejects with the command and the node that answered', async () => {
  const { client, runtime } = await ready();
  const promise = send(client, ['incr', 'a']);
  runtime.flush();
  runtime.last.reply('-WRONGTYPE not a number\r\n');
  const error = (await outcome(promise)) as ErrorReply;
  assert.instance(error, ErrorReply);
  assert.equal(
    [error.prefix, error.detail, error.command, error.address],
    ['WRONGTYPE', 'not a number', 'INCR', '127.0.0.1:6379'],
  );
  assert.is(error.code, 'ERR_REPLY');
});

test('sendAll resolves with replies and errors side by side', async () => {
  const { client, runtime } = await ready();
  const promise = client.sendAll([['GET', 'a'], ['NOPE'], ['GET', 'c']]);
  runtime.flush();
  runtime.last.reply('+x\r\n-ERR no\r\n');
  assert.is(await outcome(promise), 'pending');
  runtime.last.reply('_\r\n');
  const [a, b, c] = (await outcome(promise)) as unknown[];
  assert.is(a, 'x');
  assert.instance(b, ErrorReply);
  assert.is(c, null);
  assert.equal(await client.sendAll([]), []);
});

test('a timed-out command leaves a tombstone: its late reply answers nobody [failure modes 1, 2]', async () => {
  const { client, runtime } = await ready();
  const slow = send(client, ['GET', 'slow'], { timeoutMs: 100 });
  const next = send(client, ['GET', 'next']);
  runtime.flush();
  runtime.advance(100);
  const error = (await outcome(slow)) as RedisError;
  assert.is(error.code, 'ERR_COMMAND_TIMEOUT');
  assert.is(error.wasSent, true);
  runtime.last.reply('$4\r\nlate\r\n$4\r\nmine\r\n');
  assert.is(await outcome(next), 'mine');
});

test('an aborted command that was not written is never written', async () => {
  const { client, runtime } = await ready();
  const controller = new AbortController();
  const promise = send(client, ['SET', 'a', 1], { signal: controller.signal });
  controller.abort();
  const error = (await outcome(promise)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_ABORTED', false]);
  runtime.flush();
  assert.is(runtime.last.take(), '');
});

test('a signal that is aborted already refuses at once', async () => {
  const { client, runtime } = await ready();
  const error = (await outcome(send(client, ['GET', 'a'], { signal: AbortSignal.abort() }))) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_ABORTED', false]);
  runtime.flush();
  assert.is(runtime.last.take(), '');
});

test('after a loss: unwritten commands and written reads go out again in order, a written write is in doubt [failure mode 11]', async () => {
  const { client, runtime } = await ready();
  const read = send(client, ['GET', 'a']);
  const write = send(client, ['INCR', 'b']);
  const always = send(client, ['SET', 'c', 1], { retry: 'always' });
  const never = send(client, ['GET', 'd'], { retry: 'never' });
  runtime.flush();
  const unwritten = send(client, ['INCR', 'e']);
  runtime.last.close();
  const [lost, refused] = (await Promise.all([outcome(write), outcome(never)])) as ConnectionError[];
  assert.is(refused!.wasSent, true);
  assert.equal([lost!.code, lost!.wasSent, lost!.address], ['ERR_CONNECTION_LOST', true, '127.0.0.1:6379']);
  runtime.advance(100);
  assert.is(runtime.transports.length, 2);
  runtime.last.welcome();
  assert.equal(runtime.last.takeCommands(), ['GET a', 'SET c 1', 'INCR e']);
  runtime.last.reply('+1\r\n+OK\r\n:1\r\n');
  assert.equal([await read, await always, await unwritten], ['1', 'OK', 1]);
});

test('PUBLISH is neither readonly nor a write, so it is never sent twice', async () => {
  const { client, runtime } = await ready();
  const promise = send(client, ['PUBLISH', 'c', 'm']);
  runtime.flush();
  runtime.last.close();
  assert.is(((await outcome(promise)) as RedisError).wasSent, true);
});

test('commands that would change what others share are refused, naming what to use', async () => {
  const { client } = await ready();
  for (const args of [['MULTI'], ['subscribe', 'c'], ['CLIENT', 'REPLY', 'OFF'], ['SELECT', 1], ['wait', 1, 0]]) {
    const error = (await outcome(send(client, args))) as RedisError;
    assert.is(error.code, 'ERR_NEEDS_SESSION', String(args));
    assert.is(error.wasSent, false);
  }
});

test('arguments that can not be sent throw synchronously, naming the position [failure mode 3]', async () => {
  const { client } = await ready();
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, null, true, undefined, ['x']]) {
    assert.throws(
      () => send(client, ['SET', 'k', bad as never]),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT' && error.message.includes('2'),
    );
  }
  assert.throws(
    () => send(client, []),
    (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT',
  );
  assert.throws(() => send(client, ['GET', 'a'], { timeoutMs: -1 }), /timeoutMs/);
});

test('a full client refuses with ERR_QUEUE_FULL, and drained() resolves below half', async () => {
  const { client, runtime } = await ready({ maxCommands: 4 });
  const sent = [1, 2, 3, 4].map((n) => send(client, ['GET', n]));
  const error = (await outcome(send(client, ['GET', 5]))) as RedisError & { limit: number };
  assert.equal([error.code, error.wasSent, error.limit], ['ERR_QUEUE_FULL', false, 4]);
  const drained = client.drained();
  assert.is(await outcome(drained), 'pending');
  runtime.flush();
  runtime.last.reply('+1\r\n+2\r\n');
  assert.is(await outcome(drained), undefined);
  runtime.last.reply('+3\r\n+4\r\n');
  await Promise.all(sent);
});

test("with whenFull: 'wait' commands wait for room in their order, within their budget", async () => {
  const { client, runtime } = await ready({ maxCommands: 1, whenFull: 'wait' });
  const first = send(client, ['GET', 'a']);
  const second = send(client, ['GET', 'b']);
  const third = send(client, ['GET', 'c'], { timeoutMs: 50 });
  runtime.flush();
  assert.equal(runtime.last.takeCommands(), ['GET a']);
  runtime.advance(50);
  assert.equal(
    [((await outcome(third)) as RedisError).code, ((await outcome(third)) as RedisError).wasSent],
    ['ERR_COMMAND_TIMEOUT', false],
  );
  runtime.last.reply('+1\r\n');
  runtime.flush();
  assert.equal(runtime.last.takeCommands(), ['GET b']);
  runtime.last.reply('+2\r\n');
  assert.equal([await first, await second], ['1', '2']);
});

test('close waits for what is under way; destroy does not, and says whether it was sent [failure mode 4]', async () => {
  const { client, runtime } = await ready();
  const written = send(client, ['INCR', 'a']);
  runtime.flush();
  const closed = client.close();
  assert.is(((await outcome(send(client, ['GET', 'b']))) as RedisError).code, 'ERR_CLOSED');
  assert.is(await outcome(closed), 'pending');
  runtime.last.reply(':1\r\n');
  await closed;
  assert.is(await written, 1);
  assert.is(runtime.last.isDestroyed, true);

  const other = await ready();
  const lost = send(other.client, ['INCR', 'a']);
  other.runtime.flush();
  const queued = send(other.client, ['INCR', 'a']);
  other.client.destroy();
  const errors = (await Promise.all([outcome(lost), outcome(queued)])) as RedisError[];
  assert.equal(
    errors.map(({ code, wasSent }) => [code, wasSent]),
    [
      ['ERR_CLOSED', true],
      ['ERR_CLOSED', false],
    ],
  );
  other.runtime.advance(60_000);
  assert.is(other.runtime.timers, 0);
});

test('a connection that owes an answer and is silent is closed after livenessMs [failure mode 14]', async () => {
  const { client, runtime } = await ready({ livenessMs: 1000, timeoutMs: 60_000 });
  const promise = send(client, ['INCR', 'a']);
  runtime.flush();
  runtime.advance(900);
  assert.is(await outcome(promise), 'pending');
  runtime.advance(400);
  const error = (await outcome(promise)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.match(error.message, /no byte for 1000 ms/);
});

test('an idle connection is asked PING, and the answer is nobody else’s', async () => {
  const { client, runtime } = await ready({ idleProbeMs: 1000 });
  runtime.advance(1300);
  assert.equal(runtime.last.takeCommands(), ['PING']);
  const promise = send(client, ['GET', 'a']);
  runtime.flush();
  runtime.last.reply('+PONG\r\n+mine\r\n');
  assert.is(await promise, 'mine');
});

test('a reply that nobody asked for closes the connection, with the server’s words', async () => {
  const { client, runtime } = await ready();
  runtime.last.reply('-ERR max number of clients reached\r\n');
  assert.is(runtime.last.isDestroyed, true);
  const promise = send(client, ['GET', 'a']);
  runtime.advance(100);
  runtime.last.welcome();
  runtime.last.reply('+ok\r\n');
  assert.is(await promise, 'ok');
});

test('bytes that are not RESP close the connection, and what follows them answers nobody', async () => {
  const { client, runtime } = await ready();
  const promise = send(client, ['INCR', 'a']);
  runtime.flush();
  runtime.last.reply('HTTP/1.1 400\r\n:7\r\n');
  const error = (await outcome(promise)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.is((error.cause as RedisError).code, 'ERR_RESP_SYNTAX');
  assert.is(runtime.last.isDestroyed, true);
});

test('replies come in the form each command asks for', async () => {
  const { client, runtime } = await ready();
  const text = send(client, ['GET', 'a']);
  const bytes = send<Buffer>(client, ['GET', 'b'], { reply: 'bytes' });
  const raw = send<Buffer>(client, ['GET', 'c'], { reply: 'raw' });
  const skipped = send(client, ['GET', 'd'], { reply: 'skip' });
  runtime.flush();
  runtime.last.reply('$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n');
  assert.is(await text, '1');
  assert.is((await bytes).toString(), '2');
  assert.is((await raw).toString(), '$1\r\n3\r\n');
  assert.is(await skipped, null);
});

test('a slow server has one batch in its hands, and only that is in doubt', async () => {
  const { client, runtime } = await ready({ maxBatchBytes: 64 });
  runtime.last.isStalled = true;
  const promises = Array.from({ length: 10 }, (_, n) => send(client, ['SET', `key${n}`, 'x'.repeat(20)]));
  runtime.flush();
  const inDoubt = runtime.last.takeCommands().length;
  assert.ok(inDoubt > 0 && inDoubt < 10);
  runtime.last.close();
  const outcomes = await Promise.all(promises.map(outcome));
  assert.is(outcomes.filter((value) => value instanceof ConnectionError && value.wasSent).length, inDoubt);
  runtime.advance(100);
  runtime.last.welcome();
  assert.is(runtime.last.takeCommands().length + inDoubt >= 10 || runtime.last.written === '', true);
  runtime.advance(100);
});

test.run();
