import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionError, RedisError, TimeoutError } from '../../src/errors.ts';
import type { FakeTransport } from '../support/fake-runtime.ts';
import { LeasingClient, outcome, quiet } from '../support/leasing-client.ts';

const test = suite('net/lease-desk');

test('beyond the limit one waits, first come, first served', async () => {
  for (const limit of [{ maxLeasesPerNode: 1 }, { maxLeases: 1 }]) {
    const fake = await LeasingClient.ready(limit);
    void quiet(fake.client.send(['BLPOP', 'first', 0]));
    void quiet(fake.client.send(['BLPOP', 'second', 0]));
    void quiet(fake.client.send(['BLPOP', 'third', 0]));
    const lease = fake.lease();
    assert.is(fake.dialled, 2);
    for (const key of ['first', 'second', 'third']) {
      assert.equal(fake.commands(lease), [`BLPOP ${key} 0`]);
      lease.reply('*-1\r\n');
    }
    fake.client.destroy();
  }
});

test('who waits for a connection longer than the budget is refused with ERR_CONNECTION_LIMIT', async () => {
  const fake = await LeasingClient.ready({ maxLeasesPerNode: 1, timeoutMs: 200 });
  void quiet(fake.client.send(['BLPOP', 'first', 0]));
  fake.lease();
  const refused = quiet(fake.client.send(['BLPOP', 'second', 0]));
  fake.runtime.advance(199);
  assert.is(await outcome(refused), 'pending');
  fake.runtime.advance(1);
  const error = (await outcome(refused)) as ConnectionError;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LIMIT', false]);
  assert.match(error.message, /maxLeasesPerNode/);
  fake.client.destroy();
});

test('a shorter budget of its own ends the wait, and says what was waited for', async () => {
  const fake = await LeasingClient.ready({ maxLeases: 1 });
  void quiet(fake.client.send(['BLPOP', 'first', 0]));
  fake.lease();
  const refused = quiet(fake.client.send(['BLPOP', 'second', 1], { timeoutMs: 50 }));
  fake.runtime.advance(50);
  const error = (await outcome(refused)) as TimeoutError;
  assert.equal(
    [error.code, error.wasSent, (error.cause as RedisError).code],
    ['ERR_COMMAND_TIMEOUT', false, 'ERR_CONNECTION_LIMIT'],
  );
  fake.client.destroy();
});

test('who gave up waiting is passed over', async () => {
  const fake = await LeasingClient.ready({ maxLeases: 1 });
  const controller = new AbortController();
  void quiet(fake.client.send(['BLPOP', 'first', 0]));
  void quiet(fake.client.send(['BLPOP', 'second', 0], { signal: controller.signal }));
  void quiet(fake.client.send(['BLPOP', 'third', 0]));
  const lease = fake.lease();
  controller.abort();
  fake.commands(lease);
  lease.reply('*-1\r\n');
  assert.equal(fake.commands(lease), ['BLPOP third 0']);
  fake.client.destroy();
});

test('a connection that was lost makes room for who waits', async () => {
  const fake = await LeasingClient.ready({ maxLeases: 1 });
  void quiet(fake.client.send(['BLPOP', 'first', 0]));
  void quiet(fake.client.send(['BLPOP', 'second', 0]));
  fake.lease().close();
  fake.runtime.advance(1000);
  fake.runtime.last.welcome();
  assert.equal(fake.commands(fake.runtime.last), ['BLPOP second 0']);
  fake.client.destroy();
});

/** So many connections, leased at once and given back. */
async function used(count: number, options = {}): Promise<{ fake: LeasingClient; leases: FakeTransport[] }> {
  const fake = await LeasingClient.ready(options);
  for (let n = 0; n < count; n++) void quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.runtime.advance(0);
  const leases = fake.runtime.transports.slice(1);
  for (const lease of leases) lease.welcome();
  fake.runtime.flush();
  for (const lease of leases) {
    lease.take();
    lease.reply('*-1\r\n');
  }
  return { fake, leases };
}

test('what is idle for a while is closed, but for eight', async () => {
  const { fake, leases } = await used(12, { idleProbeMs: 1e9 });
  const open = (): number => leases.filter(({ isDestroyed }) => !isDestroyed).length;
  fake.runtime.advance(9000);
  assert.is(open(), 12);
  fake.runtime.advance(2000);
  assert.is(open(), 8);
  fake.runtime.advance(1e6);
  assert.is(open(), 8);
  fake.client.destroy();
  assert.is(fake.runtime.timers, 0);
});

test('what was needed at any moment of the interval stays', async () => {
  const { fake, leases } = await used(12, { idleProbeMs: 1e9 });
  fake.runtime.advance(5000);
  for (let n = 0; n < 11; n++) void quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.runtime.flush();
  for (const lease of leases) if (lease.take().includes('BLPOP')) lease.reply('*-1\r\n');
  fake.runtime.advance(6000);
  assert.is(leases.filter(({ isDestroyed }) => isDestroyed).length, 1);
  fake.client.destroy();
});

test('an idle connection that the server closes is forgotten', async () => {
  const { fake, leases } = await used(2);
  for (const lease of leases) lease.close();
  void quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.runtime.advance(1000);
  assert.is(fake.runtime.transports.length, 4);
  fake.client.destroy();
});

test('a server that can’t be reached is dialled later and later', async () => {
  const fake = await LeasingClient.ready();
  void quiet(fake.client.send(['BLPOP', 'q', 0]));
  const times: number[] = [];
  fake.runtime.onOpen = (transport) => {
    times.push(fake.runtime.time);
    fake.runtime.setTimer(() => transport.close(new Error('refused')), 0);
  };
  fake.runtime.advance(3000);
  const pauses = times.slice(1).map((time, i) => time - times[i]!);
  assert.ok(pauses[0]! >= 10 && pauses[0]! < 30);
  assert.ok(pauses.every((pause, i) => i === 0 || pause >= pauses[i - 1]!));
  assert.ok(pauses.at(-1)! > 300);
  fake.client.destroy();
});

test.run();
