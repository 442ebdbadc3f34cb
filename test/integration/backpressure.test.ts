import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RedisError } from '../../src/errors.ts';
import { connect } from '../../src/net/index.ts';
import { type ServerProcess, startServer } from '../../src/testing/index.ts';

const test = suite('integration/backpressure');
const MEBIBYTE = 1024 * 1024;
let server: ServerProcess;

test.before(async () => {
  server = await startServer();
});

test.after(() => server?.stop());

test('a gigabyte offered to a stopped server stays under the stated bound; drained() resumes [failure mode 24]', async () => {
  const maxBytes = 64 * MEBIBYTE;
  const client = await connect({ port: server.port, maxBytes, livenessMs: 60_000, timeoutMs: 60_000 });
  server.pause();
  const before = process.memoryUsage().rss;
  const outcomes: Promise<string>[] = [];
  for (let n = 0; n < 16_384; n++) {
    const promise = client.send(['SET', `key${n % 100}`, Buffer.alloc(64 * 1024, n)]);
    outcomes.push(promise.then(String, (error: RedisError) => error.code));
    // The loop goes on while the socket is written to, as in a program that never looks.
    if (n % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const grownBytes = process.memoryUsage().rss - before;
  assert.ok(grownBytes < 4 * maxBytes, `${Math.round(grownBytes / MEBIBYTE)} MiB`);
  const drained = client.drained();
  server.resume();
  await drained;
  const results = await Promise.all(outcomes);
  assert.equal(new Set(results), new Set(['OK', 'ERR_QUEUE_FULL']));
  const admitted = results.filter((result) => result === 'OK').length;
  assert.ok(admitted >= 900 && admitted <= 1024, `${admitted} admitted`);
  assert.is(await client.send(['PING']), 'PONG');
  await client.close();
});

test('large commands and large replies at once never block each other [failure mode 15]', async () => {
  const client = await connect({ port: server.port, timeoutMs: 60_000 });
  const value = 'x'.repeat(256 * 1024);
  const commands = Array.from({ length: 300 }, (_, n) => (n % 2 === 0 ? ['SET', 'big', value] : ['GET', 'big']));
  const replies = await client.sendAll(commands);
  assert.ok(replies.every((reply, n) => reply === (n % 2 === 0 ? 'OK' : value)));
  await client.close();
});

test('a server that is slow to read is not taken for dead [failure mode 24]', async () => {
  const client = await connect({ port: server.port, livenessMs: 2000, timeoutMs: 60_000 });
  server.pause();
  const replies = client.sendAll(Array.from({ length: 1000 }, () => ['SET', 'big', 'x'.repeat(64 * 1024)]));
  await new Promise((resolve) => setTimeout(resolve, 800));
  server.resume();
  assert.ok((await replies).every((reply) => reply === 'OK'));
  await client.close();
});

test.run();
