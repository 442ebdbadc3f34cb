import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { OverloadError, RedisError } from '../../src/errors.ts';
import { Client } from '../../src/net/index.ts';
import type { ReplyObject } from '../../src/resp/index.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';

const test = suite('net/hostile-server');
const MEBIBYTE = 1024 * 1024;

/** A client with one command under way, and what the command comes to. */
async function withCommand(options: { maxReplyBytes?: number } = {}) {
  const runtime = new FakeRuntime();
  const client = new Client({ runtime, protocol: 2, ...options });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  const connection = runtime.last;
  let error: RedisError | undefined;
  let reply: unknown;
  const promise = client.send(['INCR', 'a']).then(
    (value) => (reply = value),
    (reason: RedisError) => (error = reason),
  );
  runtime.flush();
  return { client, runtime, connection, promise, error: () => error, reply: () => reply };
}

/** Feeds a piece again and again until the connection is closed; how many bytes that took. */
async function feedUntilClosed(
  piece: string,
  limitBytes: number,
): Promise<{ bytes: number; code: string; cause: string }> {
  const { connection, promise, error } = await withCommand();
  let bytes = 0;
  while (!connection.isDestroyed && bytes < limitBytes) {
    connection.reply(piece);
    bytes += piece.length;
  }
  assert.ok(connection.isDestroyed, `still open after ${bytes} bytes`);
  await promise;
  return { bytes, code: error()!.code, cause: (error()!.cause as RedisError).code };
}

test('nesting without end closes the connection at the depth limit [failure mode 20]', async () => {
  for (const piece of [
    '*1\r\n'.repeat(50),
    '%1\r\n+k\r\n'.repeat(50),
    '|1\r\n+a\r\n'.repeat(50),
    '*?\r\n'.repeat(50),
  ]) {
    const { code, cause } = await feedUntilClosed(piece, MEBIBYTE);
    assert.equal([code, cause], ['ERR_CONNECTION_LOST', 'ERR_RESP_LIMIT'], piece.slice(0, 8));
  }
});

test('a line without end closes the connection at the line limit', async () => {
  for (const piece of ['+', '-', ':', '$', '*', '(', ',']) {
    const start = await withCommand();
    start.connection.reply(piece);
    let bytes = 0;
    const digits = '1'.repeat(10_000);
    while (!start.connection.isDestroyed && bytes < 3 * MEBIBYTE) {
      start.connection.reply(digits);
      bytes += digits.length;
    }
    assert.ok(start.connection.isDestroyed, piece);
    await start.promise;
    assert.is((start.error()!.cause as RedisError).code, 'ERR_RESP_LIMIT', piece);
  }
});

test('headers that promise gigabytes cost a few bytes', async () => {
  const before = process.memoryUsage();
  for (const header of [
    '$536870912\r\n',
    '*1000000000\r\n',
    '%1000000\r\n',
    '~2147483647\r\n',
    '*1000\r\n*1000\r\n*1000\r\n',
  ]) {
    const { connection } = await withCommand();
    connection.reply(header);
  }
  const after = process.memoryUsage();
  assert.ok(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers < 16 * MEBIBYTE);
});

test('pushes without end are dropped, and answer nobody', async () => {
  const { connection, reply, promise } = await withCommand();
  const pushes = '>2\r\n+invalidate\r\n*1\r\n$3\r\nfoo\r\n'.repeat(1000);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 100; i++) connection.reply(pushes);
  assert.ok(process.memoryUsage().heapUsed - before < 64 * MEBIBYTE);
  connection.reply(':7\r\n');
  await promise;
  assert.is(reply(), 7);
});

test('a push shifts no reply, wherever it comes and wherever it is cut [failure modes 6, 21, 22]', async () => {
  const push = '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n';
  for (const bytes of [`${push}:7\r\n`, `${push}${push}:7\r\n`]) {
    for (let cut = 1; cut < bytes.length; cut++) {
      const { connection, reply, promise } = await withCommand();
      connection.reply(bytes.slice(0, cut));
      connection.reply(bytes.slice(cut));
      await promise;
      assert.is(reply(), 7, `cut at ${cut}`);
    }
  }
});

test('a reply over the limit fails its own command alone', async () => {
  const { client, runtime, connection, promise, error } = await withCommand({ maxReplyBytes: 1000 });
  const next = client.send(['GET', 'b']);
  runtime.flush();
  connection.reply(`$5000\r\n${'x'.repeat(5000)}\r\n+next\r\n`);
  await promise;
  assert.equal(
    [error()!.code, error()!.wasSent, (error() as OverloadError).limit],
    ['ERR_REPLY_TOO_LARGE', true, 1000],
  );
  assert.is(await next, 'next');
  assert.is(connection.isDestroyed, false);
});

test('cancelling ten thousand commands leaves every later reply with its own command [failure modes 1, 2, 23]', async () => {
  const { client, runtime, connection, promise } = await withCommand();
  connection.reply(':1\r\n');
  await promise;
  const kept: Promise<unknown>[] = [];
  let replies = '';
  for (let n = 0; n < 10_000; n++) {
    const isCancelled = n % 3 !== 0;
    const sent = client.send(['GET', n], isCancelled ? { timeoutMs: 10 } : {});
    if (isCancelled) sent.catch(() => undefined);
    else kept.push(sent.then((value) => assert.is(value, n)));
    replies += `:${n}\r\n`;
  }
  runtime.flush();
  runtime.advance(20);
  connection.reply(replies);
  await Promise.all(kept);
});

test('replies nobody asked for close the connection, and do not answer the next command', async () => {
  const { client, runtime, connection, promise, reply } = await withCommand();
  connection.reply(':7\r\n:8\r\n');
  await promise;
  assert.is(reply(), 7);
  assert.ok(connection.isDestroyed);
  const next = client.send(['GET', 'b']);
  runtime.advance(1000);
  runtime.last.welcome();
  runtime.last.reply('+own\r\n');
  assert.is(await next, 'own');
});

test('nothing is polluted by keys that name prototypes', async () => {
  const runtime = new FakeRuntime();
  const client = new Client({ runtime, protocol: 2, maps: 'object' });
  const isReady = client.ready();
  runtime.advance(0);
  runtime.last.welcome();
  await isReady;
  const promise = client.send<ReplyObject>(['HGETALL', 'h']);
  runtime.flush();
  runtime.last.reply('%2\r\n$9\r\n__proto__\r\n%1\r\n+isAdmin\r\n#t\r\n$11\r\nconstructor\r\n+x\r\n');
  const reply = await promise;
  assert.is(Object.getPrototypeOf(reply), null);
  assert.is((reply as { isAdmin?: boolean }).isAdmin, undefined);
  assert.is(({} as { isAdmin?: boolean }).isAdmin, undefined);
});

test.run();
