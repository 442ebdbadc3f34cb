import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ErrorReply, RedisError, TimeoutError } from '../../src/errors.ts';
import { LeasingClient, outcome, quiet } from '../support/leasing-client.ts';

const test = suite('net/blocking-calls');

test('a blocking command has a connection of its own, and the next one uses it again', async () => {
  const fake = await LeasingClient.ready();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0]));
  const read = quiet(fake.client.send(['GET', 'k']));
  const lease = fake.lease();
  assert.equal(fake.commands(lease), ['BLPOP q 0']);
  assert.equal(fake.commands(fake.shared), ['GET k']);
  fake.shared.reply('+v\r\n');
  assert.is(await outcome(read), 'v', 'it waits for nobody');
  lease.reply('*2\r\n+q\r\n+x\r\n');
  assert.equal(await outcome(popped), ['q', 'x']);
  void quiet(fake.client.send(['BRPOP', 'q', 0]));
  assert.equal(fake.commands(lease), ['BRPOP q 0']);
  assert.is(fake.dialled, 2);
  fake.client.destroy();
});

test('XREAD waits for nobody without BLOCK, and needs no connection of its own', async () => {
  const fake = await LeasingClient.ready();
  void quiet(fake.client.send(['XREAD', 'STREAMS', 's', 0]));
  assert.equal(fake.commands(fake.shared), ['XREAD STREAMS s 0']);
  assert.is(fake.dialled, 1);
  fake.client.destroy();
});

test('the default budget does not count the time that a call blocks on purpose; a budget of its own counts all', async () => {
  const fake = await LeasingClient.ready({ livenessMs: 1e9 });
  const thirty = quiet(fake.client.send(['BLPOP', 'q', 30]));
  const impatient = quiet(fake.client.send(['BLPOP', 'q', 30], { timeoutMs: 100 }));
  const forever = quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.runtime.advance(0);
  for (const transport of fake.runtime.transports.slice(1)) transport.welcome();
  fake.runtime.advance(100);
  const error = (await outcome(impatient)) as TimeoutError;
  assert.equal([error.code, error.timeoutMs, error.wasSent], ['ERR_COMMAND_TIMEOUT', 100, true]);
  fake.runtime.advance(34_800);
  assert.is(await outcome(thirty), 'pending');
  fake.runtime.advance(200);
  assert.is(((await outcome(thirty)) as TimeoutError).timeoutMs, 35_000);
  fake.runtime.advance(1e8);
  assert.is(await outcome(forever), 'pending');
  fake.client.destroy();
});

test('a cancelled call takes its connection with it, and nothing else', async () => {
  const fake = await LeasingClient.ready();
  const controller = new AbortController();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0], { signal: controller.signal }));
  const lease = fake.lease();
  const read = quiet(fake.client.send(['GET', 'k']));
  fake.runtime.flush();
  controller.abort();
  const error = (await outcome(popped)) as TimeoutError;
  assert.equal([error.code, error.wasSent, lease.isDestroyed], ['ERR_ABORTED', true, true]);
  assert.is(fake.shared.isDestroyed, false);
  fake.shared.reply('+v\r\n');
  assert.is(await outcome(read), 'v');
  fake.client.destroy();
});

test('a call cancelled before it was written was not sent, and its connection serves the next', async () => {
  const fake = await LeasingClient.ready();
  const controller = new AbortController();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0], { signal: controller.signal }));
  fake.runtime.advance(0);
  controller.abort();
  assert.is(((await outcome(popped)) as TimeoutError).wasSent, false);
  void quiet(fake.client.send(['BLPOP', 'other', 0]));
  assert.equal(fake.commands(fake.lease()), ['BLPOP other 0']);
  assert.is(fake.dialled, 2);
  fake.client.destroy();
});

test('a lost connection: what may have taken an element is in doubt, what only reads goes out again', async () => {
  const fake = await LeasingClient.ready();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.lease().close();
  const error = (await outcome(popped)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  const read = quiet(fake.client.send(['XREAD', 'BLOCK', 0, 'STREAMS', 's', '$']));
  fake.runtime.advance(1000);
  fake.runtime.last.welcome();
  fake.runtime.flush();
  fake.runtime.last.close();
  fake.runtime.advance(1000);
  fake.runtime.last.welcome();
  assert.equal(fake.commands(fake.runtime.last), ['XREAD BLOCK 0 STREAMS s $']);
  fake.runtime.last.reply('*-1\r\n');
  assert.is(await outcome(read), null);
  fake.client.destroy();
});

test('UNBLOCKED after a failover goes out again, for what is left of its time', async () => {
  const fake = await LeasingClient.ready();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 30]));
  const lease = fake.lease();
  assert.equal(fake.commands(lease), ['BLPOP q 30']);
  fake.runtime.advance(20_500);
  lease.reply('-UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)\r\n');
  assert.is(await outcome(popped), 'pending');
  fake.runtime.advance(100);
  assert.equal(fake.commands(lease), ['BLPOP q 10']);
  lease.reply('*-1\r\n');
  assert.is(await outcome(popped), null);
  fake.client.destroy();
});

test('CLIENT UNBLOCK is somebody’s wish: its error is the caller’s', async () => {
  const fake = await LeasingClient.ready();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.lease().reply('-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n');
  assert.is(((await outcome(popped)) as ErrorReply).prefix, 'UNBLOCKED');
  fake.client.destroy();
});

test('silence is a fault only when a call has blocked for its own time and livenessMs more', async () => {
  const fake = await LeasingClient.ready({ livenessMs: 1000, timeoutMs: 60_000 });
  const popped = quiet(fake.client.send(['BLPOP', 'q', 10]));
  const lease = fake.lease();
  fake.runtime.advance(10_900);
  assert.is(lease.isDestroyed, false);
  fake.runtime.advance(600);
  assert.is(lease.isDestroyed, true);
  assert.is(((await outcome(popped)) as RedisError).code, 'ERR_CONNECTION_LOST');
  fake.client.destroy();
});

test('a client that is destroyed closes what is leased', async () => {
  const fake = await LeasingClient.ready();
  const popped = quiet(fake.client.send(['BLPOP', 'q', 0]));
  const lease = fake.lease();
  fake.client.destroy();
  assert.equal([lease.isDestroyed, fake.runtime.timers], [true, 0]);
  assert.is(((await outcome(popped)) as RedisError).code, 'ERR_CLOSED');
});

test.run();
