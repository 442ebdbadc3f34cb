import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectionError, ErrorReply, RedisError } from '../../src/errors.ts';
import type { Session } from '../../src/net/index.ts';
import { LeasingClient, outcome, quiet } from '../support/leasing-client.ts';

const test = suite('net/session');

/** A session that the test holds open: what the user's function gets, and how it returns. */
async function open(fake: LeasingClient): Promise<{ session: Session; close: () => Promise<void> }> {
  let give: (session: Session) => void;
  let finish: () => void;
  const given = new Promise<Session>((resolve) => (give = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const whole = fake.client.session((session) => {
    give(session);
    return finished;
  });
  const close = (): Promise<void> => {
    finish();
    return whole;
  };
  return { session: await given, close };
}

test('its commands have a connection of their own, dialled with the first of them', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  assert.is(fake.dialled, 1);
  const replies = session.sendAll([['WATCH', 'k'], ['GET', 'k'], ['MULTI']]);
  const lease = fake.lease();
  assert.equal(fake.commands(lease), ['WATCH k', 'GET k', 'MULTI']);
  lease.reply('+OK\r\n$1\r\n1\r\n+OK\r\n');
  assert.equal(await outcome(replies), ['OK', '1', 'OK']);
  assert.equal(fake.commands(fake.shared), []);
  assert.is(session.address, '127.0.0.1:6379');
  await close();
  fake.client.destroy();
});

test('what a session left is undone before the next one has its connection', async () => {
  const cases = [
    [[['GET', 'k']], []],
    [[['WATCH', 'k']], ['UNWATCH']],
    [[['WATCH', 'k'], ['UNWATCH']], []],
    [[['MULTI']], ['DISCARD']],
    [[['WATCH', 'k'], ['MULTI'], ['UNWATCH']], ['DISCARD']],
    [[['WATCH', 'k'], ['MULTI'], ['DISCARD']], []],
    [[['WATCH', 'k'], ['MULTI'], ['EXEC']], []],
  ] as const;
  for (const [commands, cleaning] of cases) {
    const fake = await LeasingClient.ready();
    const first = await open(fake);
    void first.session.sendAll(commands);
    const lease = fake.lease();
    fake.commands(lease);
    lease.reply('+OK\r\n'.repeat(commands.length));
    await first.close();
    assert.equal(fake.commands(lease), cleaning, String(commands));
    lease.reply('+OK\r\n'.repeat(cleaning.length));
    const second = await open(fake);
    void quiet(second.session.send(['GET', 'k']));
    assert.equal(fake.commands(lease), ['GET k']);
    fake.client.destroy();
    await second.close();
  }
});

test('a connection of which nobody knows the state is not used again', async () => {
  const doubtful = [
    ['CLIENT', 'TRACKING', 'ON'],
    ['MONITOR'],
    ['CLIENT', 'SETNAME', 'x'],
    ['CLIENT', 'NO-EVICT', 'ON'],
  ];
  for (const command of doubtful) {
    const fake = await LeasingClient.ready();
    const { session, close } = await open(fake);
    void quiet(session.send(command));
    const lease = fake.lease();
    lease.reply('+OK\r\n');
    await close();
    assert.is(lease.isDestroyed, true, String(command));
    fake.client.destroy();
  }
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  void session.sendAll([['MULTI'], ['EXEC']]);
  const lease = fake.lease();
  lease.reply('+OK\r\n-NOPERM no\r\n');
  await close();
  assert.is(lease.isDestroyed, true, 'EXEC was refused: it may still be in the middle of the MULTI');
  fake.client.destroy();
});

test('what was sent and not waited for when the function returns is told so, and its connection closed', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const written = quiet(session.send(['SET', 'k', 1]));
  const lease = fake.lease();
  fake.commands(lease);
  const queued = quiet(session.send(['SET', 'k', 2]));
  await close();
  assert.is(lease.isDestroyed, true);
  assert.is(((await outcome(written)) as RedisError).wasSent, true);
  assert.is(((await outcome(queued)) as RedisError).wasSent, false);
  const late = (await outcome(quiet(session.send(['GET', 'k'])))) as RedisError;
  assert.equal([late.code, late.message], ['ERR_CLOSED', 'the session has ended']);
  fake.client.destroy();
});

test('a function that throws gives the connection back too', async () => {
  const fake = await LeasingClient.ready();
  const failing = fake.client.session(async (session) => {
    await session.send(['WATCH', 'k']);
    throw new Error('of the user');
  });
  void quiet(failing);
  const lease = fake.lease();
  lease.reply('+OK\r\n');
  assert.is(((await outcome(failing)) as Error).message, 'of the user');
  assert.equal(fake.commands(lease).at(-1), 'UNWATCH');
  fake.client.destroy();
});

test('before anything was answered a loss is invisible: all goes out again, in order', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const replies = session.sendAll([
    ['GET', 'a'],
    ['GET', 'b'],
  ]);
  const lease = fake.lease();
  assert.equal(fake.commands(lease), ['GET a', 'GET b']);
  lease.close();
  fake.runtime.advance(100);
  fake.runtime.last.welcome();
  assert.equal(fake.commands(fake.runtime.last), ['GET a', 'GET b']);
  fake.runtime.last.reply('+1\r\n+2\r\n');
  assert.equal(await outcome(replies), ['1', '2']);
  await close();
  fake.client.destroy();
});

test('afterwards a loss ends it: nothing goes out again, not even what was not written', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  void quiet(session.send(['WATCH', 'k']));
  const lease = fake.lease();
  lease.reply('+OK\r\n');
  const written = quiet(session.send(['GET', 'k']));
  fake.runtime.flush();
  const queued = quiet(session.send(['MULTI']));
  lease.close();
  const [one, other] = [(await outcome(written)) as RedisError, (await outcome(queued)) as RedisError];
  assert.equal([one.code, one.wasSent], ['ERR_CONNECTION_LOST', true]);
  assert.equal([other.code, other.wasSent], ['ERR_CONNECTION_LOST', false]);
  const late = (await outcome(quiet(session.send(['EXEC'])))) as ConnectionError;
  assert.equal([late.code, (late.cause as RedisError).code], ['ERR_CLOSED', 'ERR_CONNECTION_LOST']);
  assert.is(fake.dialled, 2);
  await close();
  fake.client.destroy();
});

test('a write in doubt is not sent twice, be the session ever so fresh', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const written = quiet(session.send(['INCR', 'k']));
  fake.lease().close();
  assert.equal([((await outcome(written)) as RedisError).wasSent, fake.dialled], [true, 2]);
  await close();
  fake.client.destroy();
});

test('a written command that is given up ends the session, one that was not written does not', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const [early, late] = [new AbortController(), new AbortController()];
  const waiting = quiet(session.send(['WATCH', 'a'], { signal: early.signal }));
  early.abort();
  assert.is(((await outcome(waiting)) as RedisError).wasSent, false);
  const blocked = quiet(session.send(['BLPOP', 'q', 0], { signal: late.signal }));
  const lease = fake.lease();
  assert.equal(fake.commands(lease), ['BLPOP q 0']);
  late.abort();
  assert.equal([((await outcome(blocked)) as RedisError).wasSent, lease.isDestroyed], [true, true]);
  assert.is(((await outcome(quiet(session.send(['PING'])))) as RedisError).code, 'ERR_CLOSED');
  await close();
  fake.client.destroy();
});

test('a queued transaction that is given up ends it too: with its MULTI goes what was watched', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  void quiet(session.send(['WATCH', 'k']));
  const lease = fake.lease();
  lease.reply('+OK\r\n');
  const controller = new AbortController();
  const transaction = quiet(session.transaction([['INCR', 'k']], { signal: controller.signal }));
  assert.equal(fake.commands(lease).at(-1), 'MULTI');
  controller.abort();
  assert.is(((await outcome(transaction)) as RedisError).code, 'ERR_ABORTED');
  assert.is(((await outcome(quiet(session.send(['GET', 'k'])))) as RedisError).code, 'ERR_CLOSED');
  await close();
  fake.client.destroy();
});

test('WATCH and transaction: EXEC’s null is the answer, and the watch survives the first MULTI of a connection', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  void quiet(session.send(['WATCH', 'k']));
  const lease = fake.lease();
  lease.reply('+OK\r\n');
  fake.commands(lease);
  const transaction = session.transaction([['INCR', 'k']]);
  assert.equal(fake.commands(lease), ['MULTI']);
  lease.reply('+OK\r\n');
  assert.equal(fake.commands(lease), ['INCR k', 'EXEC']);
  lease.reply('+QUEUED\r\n*-1\r\n');
  assert.is(await outcome(transaction), null);
  await close();
  assert.equal(fake.commands(lease), []);
  fake.client.destroy();
});

test('what no session runs is refused, naming what to use', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const refused = [['SELECT', 1], ['AUTH', 'x'], ['HELLO', 3], ['RESET'], ['QUIT'], ['READONLY'], ['ASKING']];
  for (const args of [
    ...refused,
    ['CLIENT', 'REPLY', 'OFF'],
    ['SUBSCRIBE', 'c'],
    ['SCRIPT', 'DEBUG', 'YES'],
    ['SYNC'],
  ]) {
    const error = (await outcome(quiet(session.send(args)))) as RedisError;
    assert.equal([error.code, error.wasSent], ['ERR_NEEDS_SESSION', false], String(args));
    assert.match(error.message, /needs /);
  }
  assert.is(fake.dialled, 1);
  await close();
  fake.client.destroy();
});

test('MONITOR: its lines are pushes, replies in between are told apart, and nothing else is taken', async () => {
  const fake = await LeasingClient.ready({ idleProbeMs: 4000, reply: 'bytes' });
  const { session, close } = await open(fake);
  const pushes = session.pushes();
  const monitor = session.send(['MONITOR']);
  const lease = fake.lease();
  fake.commands(lease);
  lease.reply('+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] "keys" "*"\r\n');
  assert.is(await outcome(monitor), 'OK');
  const { value } = await pushes.next();
  assert.equal([value?.kind, value?.elements[1]], ['monitor', '1339518083.107412 [0 127.0.0.1:60866] "keys" "*"']);
  assert.is(((await outcome(quiet(session.send(['PING'])))) as RedisError).code, 'ERR_NEEDS_SESSION');
  fake.runtime.advance(5000);
  assert.equal(fake.commands(lease), ['PING']);
  lease.reply('+1339518084.000000 [0 127.0.0.1:60867] "ping"\r\n+PONG\r\n');
  assert.is((await pushes.next()).done, false);
  assert.is(lease.isDestroyed, false);
  await close();
  assert.is((await pushes.next()).done, true);
  fake.client.destroy();
});

test('in the middle of a MULTI an idle connection is not asked PING, which would be queued', async () => {
  const fake = await LeasingClient.ready({ idleProbeMs: 1000, timeoutMs: 60_000 });
  const { session, close } = await open(fake);
  void quiet(session.send(['MULTI']));
  const lease = fake.lease();
  lease.reply('+OK\r\n');
  fake.commands(lease);
  fake.runtime.advance(3000);
  assert.equal(fake.commands(lease), []);
  void quiet(session.send(['EXEC']));
  assert.equal(fake.commands(lease), ['EXEC']);
  lease.reply('*0\r\n');
  fake.runtime.advance(3000);
  assert.equal(fake.commands(lease), ['PING']);
  await close();
  fake.client.destroy();
});

test('a session waits for its turn, and its budget counts that', async () => {
  const fake = await LeasingClient.ready({ maxLeases: 1, timeoutMs: 500 });
  void quiet(fake.client.send(['BLPOP', 'q', 0]));
  fake.lease();
  const { session, close } = await open(fake);
  const waiting = quiet(session.send(['GET', 'k'], { timeoutMs: 100 }));
  fake.runtime.advance(100);
  const error = (await outcome(waiting)) as RedisError;
  assert.equal([error.code, (error.cause as RedisError).code], ['ERR_COMMAND_TIMEOUT', 'ERR_CONNECTION_LIMIT']);
  await close();
  fake.client.destroy();
});

test('an error of the server is the caller’s, and the session goes on', async () => {
  const fake = await LeasingClient.ready();
  const { session, close } = await open(fake);
  const wrong = quiet(session.send(['INCR', 'text']));
  const lease = fake.lease();
  lease.reply('-WRONGTYPE no\r\n');
  assert.is(((await outcome(wrong)) as ErrorReply).prefix, 'WRONGTYPE');
  const right = session.send(['GET', 'text']);
  fake.commands(lease);
  lease.reply('+x\r\n');
  assert.is(await outcome(right), 'x');
  await close();
  fake.client.destroy();
});

test('new credentials: a session keeps its connection, and the next one dials', async () => {
  let password = 'old';
  const rotate: (() => void)[] = [];
  async function* credentials() {
    yield { password };
    await new Promise<void>((resolve) => rotate.push(resolve));
    yield { password };
  }
  const fake = await LeasingClient.ready({ credentials: credentials() });
  const { session, close } = await open(fake);
  void quiet(session.send(['GET', 'k']));
  const lease = fake.lease();
  lease.reply('+v\r\n');
  password = 'new';
  rotate[0]?.();
  await outcome(Promise.resolve());
  assert.is(lease.isDestroyed, false);
  await close();
  assert.is(lease.isDestroyed, true);
  fake.client.destroy();
});

test.run();
