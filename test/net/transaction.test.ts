import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply, type RedisError } from '../../src/errors.ts';
import { refusalBehind, Transaction } from '../../src/net/transaction.ts';
import { LeasingClient, outcome, quiet } from '../support/leasing-client.ts';

const test = suite('net/transaction');

/** A client whose connection has shown that it takes MULTI. */
async function proven(options: { idleProbeMs?: number } = {}): Promise<LeasingClient> {
  const fake = await LeasingClient.ready(options);
  const first = fake.client.transaction([['PING']]);
  fake.commands(fake.shared);
  fake.shared.reply('+OK\r\n');
  fake.commands(fake.shared);
  fake.shared.reply('+QUEUED\r\n*1\r\n+PONG\r\n');
  assert.equal(await outcome(first), ['PONG']);
  return fake;
}

test('it is written together, in its place among other commands, and answered by EXEC’s reply alone', async () => {
  const fake = await proven();
  const before = fake.client.send(['GET', 'a']);
  const transaction = fake.client.transaction([
    ['INCR', 'b'],
    ['LPUSH', 'b', 1],
  ]);
  const after = fake.client.send(['GET', 'c']);
  assert.equal(fake.commands(fake.shared), ['GET a', 'MULTI', 'INCR b', 'LPUSH b 1', 'EXEC', 'GET c']);
  fake.shared.reply('+1\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:7\r\n-WRONGTYPE no\r\n+3\r\n');
  assert.is(await outcome(before), '1');
  const [count, error] = (await outcome(transaction)) as [number, ErrorReply];
  assert.is(count, 7);
  assert.instance(error, ErrorReply);
  assert.equal([error.prefix, error.command], ['WRONGTYPE', 'LPUSH']);
  assert.is(await outcome(after), '3');
  fake.client.destroy();
});

test('the first one of a connection sends its MULTI alone: behind a refused one its commands would run one by one', async () => {
  const fake = await LeasingClient.ready();
  const transaction = quiet(fake.client.transaction([['INCR', 'a']]));
  const after = fake.client.send(['GET', 'a']);
  assert.equal(fake.commands(fake.shared), ['MULTI']);
  fake.shared.reply('-NOPERM no right to multi\r\n');
  const error = (await outcome(transaction)) as ErrorReply;
  assert.equal([error.prefix, error.command, error.address], ['NOPERM', 'MULTI', '127.0.0.1:6379']);
  assert.equal(fake.commands(fake.shared), ['GET a'], 'nothing of it was sent, and what waited behind it goes on');
  fake.shared.reply('+0\r\n');
  assert.is(await outcome(after), '0');
  fake.client.destroy();
});

test('given up while its MULTI is under way, it is closed with DISCARD, and the next one goes whole', async () => {
  const fake = await LeasingClient.ready();
  const controller = new AbortController();
  const given = quiet(fake.client.transaction([['INCR', 'a']], { signal: controller.signal }));
  const next = fake.client.transaction([['INCR', 'b']]);
  fake.commands(fake.shared);
  controller.abort();
  const error = (await outcome(given)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_ABORTED', false]);
  fake.shared.reply('+OK\r\n');
  assert.equal(fake.commands(fake.shared), ['DISCARD', 'MULTI', 'INCR b', 'EXEC']);
  fake.shared.reply('+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n:1\r\n');
  assert.equal(await outcome(next), [1]);
  fake.client.destroy();
});

test('EXECABORT is explained: which command was refused, and why', async () => {
  const fake = await proven();
  const transaction = quiet(
    fake.client.transaction([
      ['INCR', 'a'],
      ['SET', 'b', 'large'],
    ]),
  );
  fake.commands(fake.shared);
  fake.shared.reply(
    "+OK\r\n+QUEUED\r\n-OOM command not allowed when used memory > 'maxmemory'.\r\n" +
      '-EXECABORT Transaction discarded because of previous errors.\r\n',
  );
  const error = (await outcome(transaction)) as ErrorReply;
  assert.is(error.prefix, 'EXECABORT');
  assert.match(error.message, /nothing ran, since SET \(command 2 of 2\) was refused: OOM/);
  const cause = error.cause as ErrorReply;
  assert.equal([cause.prefix, cause.command, cause.address], ['OOM', 'SET', '127.0.0.1:6379']);
  assert.is(refusalBehind(error), cause);
  fake.client.destroy();
});

test('a MULTI refused later is no EXECABORT: the commands may have run, and the next MULTI goes alone again', async () => {
  const fake = await proven();
  const transaction = quiet(fake.client.transaction([['INCR', 'a']]));
  fake.commands(fake.shared);
  fake.shared.reply('-NOPERM no\r\n:1\r\n-ERR EXEC without MULTI\r\n');
  const error = (await outcome(transaction)) as ErrorReply;
  assert.equal([error.prefix, error.wasSent, (error.cause as ErrorReply).prefix], ['ERR', true, 'NOPERM']);
  assert.match(error.message, /may have run/);
  assert.is(refusalBehind(error), error);
  void quiet(fake.client.transaction([['INCR', 'a']]));
  assert.equal(fake.commands(fake.shared), ['MULTI']);
  fake.client.destroy();
});

test('a lost connection: written it is in doubt and never repeated, unless it only reads', async () => {
  const fake = await proven();
  const writing = quiet(
    fake.client.transaction([
      ['GET', 'a'],
      ['INCR', 'a'],
    ]),
  );
  const reading = quiet(
    fake.client.transaction([
      ['GET', 'a'],
      ['LLEN', 'b'],
    ]),
  );
  fake.commands(fake.shared);
  fake.shared.close();
  const error = (await outcome(writing)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_CONNECTION_LOST', true]);
  fake.runtime.advance(100);
  fake.runtime.last.welcome();
  assert.equal(fake.commands(fake.runtime.last), ['MULTI'], 'a new connection shows again that it takes MULTI');
  fake.runtime.last.reply('+OK\r\n');
  assert.equal(fake.commands(fake.runtime.last), ['GET a', 'LLEN b', 'EXEC']);
  fake.runtime.last.reply('+QUEUED\r\n+QUEUED\r\n*2\r\n+1\r\n:0\r\n');
  assert.equal(await outcome(reading), ['1', 0]);
  fake.client.destroy();
});

test('a timed-out one leaves a tombstone, and its replies answer nobody', async () => {
  const fake = await proven();
  const slow = quiet(fake.client.transaction([['INCR', 'a']], { timeoutMs: 50 }));
  const next = fake.client.send(['GET', 'b']);
  fake.commands(fake.shared);
  fake.runtime.advance(50);
  assert.is(((await outcome(slow)) as RedisError).wasSent, true);
  fake.shared.reply('+OK\r\n+QUEUED\r\n*1\r\n:1\r\n+mine\r\n');
  assert.is(await outcome(next), 'mine');
  fake.client.destroy();
});

test('AUTH with new credentials does not get between a MULTI and its EXEC', async () => {
  const rotate: (() => void)[] = [];
  async function* credentials() {
    yield { password: 'old' };
    await new Promise<void>((resolve) => rotate.push(resolve));
    yield { password: 'new' };
  }
  const fake = await LeasingClient.ready({ credentials: credentials() });
  const transaction = fake.client.transaction([['INCR', 'a']]);
  fake.shared.isStalled = true;
  assert.equal(fake.commands(fake.shared), ['MULTI']);
  rotate[0]!();
  await outcome(Promise.resolve());
  // That the bytes have left may be heard of later than what they were answered with.
  fake.shared.reply('+OK\r\n');
  fake.shared.release();
  assert.equal(fake.commands(fake.shared), ['INCR a', 'EXEC']);
  fake.shared.reply('+QUEUED\r\n*1\r\n:1\r\n');
  assert.equal(await outcome(transaction), [1]);
  assert.equal(fake.commands(fake.shared), ['AUTH new']);
  fake.client.destroy();
});

test('what can’t be in a transaction is refused before anything is sent', async () => {
  const fake = await LeasingClient.ready();
  for (const args of [['WATCH', 'a'], ['MULTI'], ['EXEC'], ['SELECT', 1], ['SUBSCRIBE', 'c'], ['MONITOR']]) {
    const error = (await outcome(quiet(fake.client.transaction([['GET', 'a'], args])))) as RedisError;
    assert.equal([error.code, error.wasSent], ['ERR_NEEDS_SESSION', false], String(args));
  }
  assert.throws(() => fake.client.transaction([]), /at least one command/);
  assert.throws(() => fake.client.transaction([['SET', 'a', Number.NaN]]), /argument 2/);
  assert.equal(fake.commands(fake.shared), []);
  fake.client.destroy();
});

test('what refused it the first time does not explain the second', () => {
  const transaction = new Transaction([['INCR', 'a']]);
  const abort = new ErrorReply('EXECABORT Transaction discarded');
  transaction.begin();
  transaction.queued(1, new ErrorReply('MOVED 1 h:1'));
  assert.is(refusalBehind(transaction.explain(abort)).prefix, 'MOVED');
  transaction.begin();
  transaction.queued(1, null);
  assert.is(transaction.explain(abort), abort);
});

test('an argument exchanged after the call changes nothing', () => {
  const command: (string | null)[] = ['SET', 'a', 'b'];
  const transaction = new Transaction([command as string[]]);
  command[2] = null;
  assert.equal(transaction.commands, [['SET', 'a', 'b']]);
});

test('all its bytes count for admission', async () => {
  const fake = await LeasingClient.ready({ maxBytes: 1000 });
  void quiet(fake.client.transaction([['SET', 'a', 'x'.repeat(900)]]));
  const error = (await outcome(quiet(fake.client.send(['SET', 'b', 'x'.repeat(200)])))) as RedisError;
  assert.is(error.code, 'ERR_QUEUE_FULL');
  fake.client.destroy();
});

test.run();
