import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ErrorReply, TimeoutError } from '../../../src/errors.ts';
import type { Gap, Message } from '../../../src/net/index.ts';
import {
  code,
  confirm,
  next,
  outcome,
  push,
  ready,
  reconnect,
  subscribed,
  welcome,
} from '../../support/subscribed-client.ts';

const test = suite('net/pubsub/pub-sub');

test('subscribe has a connection of its own, and resolves when the server has confirmed every channel', async () => {
  const { client, runtime } = await ready();
  const promise = client.subscribe(['a', Buffer.from('b'), 'a']);
  const transport = welcome(runtime);
  assert.is(runtime.transports.length, 2);
  assert.equal(transport.takeCommands(), ['SUBSCRIBE a b']);
  confirm(transport, 'a');
  assert.is(await outcome(promise), 'pending');
  confirm(transport, 'b');
  const subscription = await promise;
  transport.reply(push('message', 'a', 'one') + push('message', 'b', 'zwei\r\n'));
  assert.equal(await next(subscription), { kind: 'message', channel: 'a', payload: 'one' });
  assert.equal(await next(subscription), { kind: 'message', channel: 'b', payload: 'zwei\r\n' });
  client.destroy();
});

test('subscriptions to one channel share one at the server, which ends with the last of them', async () => {
  const { client, transport, runtime, subscription } = await subscribed(['a', 'b']);
  const second = await client.subscribe('a');
  runtime.flush();
  assert.equal(transport.takeCommands(), [], 'it is there already');
  transport.reply(push('message', 'a', 'm'));
  assert.is(((await next(subscription)) as Message).payload, 'm');
  assert.is(((await next(second)) as Message).payload, 'm');
  const left = subscription.unsubscribe();
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE b', 'PING 1']);
  assert.is(await outcome(left), 'pending');
  transport.reply(push('unsubscribe', 'b', 1));
  assert.is(await outcome(left), 'pending', 'not before its PING is answered');
  transport.reply(push('pong', '1'));
  assert.is(await outcome(left), undefined);
  assert.equal(await subscription.next(), { done: true, value: undefined });
  transport.reply(push('message', 'a', 'n'));
  assert.is(((await next(second)) as Message).payload, 'n');
  client.destroy();
});

test('who begins while the last one leaves keeps the subscription, and nobody waits for ever', async () => {
  const { client, transport, runtime, subscription } = await subscribed(['a']);
  const left = subscription.unsubscribe();
  const second = client.subscribe('a');
  await Promise.all([left, second]);
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), [], 'it never left the server');
  const leftToo = (await second).unsubscribe();
  runtime.flush();
  runtime.flush();
  const third = client.subscribe('a');
  transport.reply(`${push('unsubscribe', 'a', 0)}$1\r\n1\r\n`);
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE a', 'PING 1', 'SUBSCRIBE a'], 'too late to keep it');
  confirm(transport, 'a');
  await Promise.all([leftToo, third]);
  client.destroy();
});

test('what still comes of a subscription that is given up is not for who begins meanwhile', async () => {
  const { client, transport, runtime, subscription } = await subscribed(['a']);
  void subscription.unsubscribe();
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE a', 'PING 1']);
  const promise = client.subscribe('a');
  transport.reply(push('message', 'a', 'before') + push('unsubscribe', 'a', 0));
  // Whatever is published here comes to nobody: so nothing from before may come either.
  transport.reply('$1\r\n1\r\n');
  runtime.flush();
  assert.equal(transport.takeCommands(), ['SUBSCRIBE a']);
  transport.reply(push('subscribe', 'a', 1) + push('message', 'a', 'after'));
  assert.is(((await next(await promise)) as Message).payload, 'after');
  client.destroy();
});

test('after a loss everything is subscribed again, and one gap tells of all of it', async () => {
  const { client, runtime, subscription, transport } = await subscribed(['a', 'b']);
  transport.reply(push('message', 'a', 'before'));
  transport.close();
  const late = client.subscribe(['a', 'c']);
  const again = reconnect(runtime);
  assert.equal(again.takeCommands(), ['SUBSCRIBE a b c']);
  again.reply(push('subscribe', 'a', 1) + push('subscribe', 'b', 2) + push('subscribe', 'c', 3));
  again.reply(push('message', 'b', 'after'));
  const [before, gap, after] = [await next(subscription), await next(subscription), await next(subscription)];
  assert.is((before as Message).payload, 'before');
  assert.equal(gap, { kind: 'gap', reason: 'connection', channels: ['a', 'b'], durationMs: 20, dropped: undefined });
  assert.is((after as Message).payload, 'after');
  again.reply(push('message', 'c', 'm'));
  assert.is(((await next(await late)) as Message).payload, 'm', 'who begins later has no gap');
  client.destroy();
});

test('the first confirmation has a budget, and its error the last reason', async () => {
  const { client, runtime } = await ready({ timeoutMs: 300 });
  const promise = client.subscribe('a');
  const transport = welcome(runtime);
  transport.reply('-LOADING Redis is loading the dataset in memory\r\n');
  runtime.advance(300);
  const error = (await outcome(promise)) as TimeoutError;
  assert.equal([error.code, error.timeoutMs, error.wasSent], ['ERR_COMMAND_TIMEOUT', 300, false]);
  assert.is((error.cause as ErrorReply).prefix, 'LOADING');
  const second = client.subscribe('a', { timeoutMs: 50 });
  runtime.advance(50);
  assert.is(await code(second), 'ERR_COMMAND_TIMEOUT');
  client.destroy();
});

test('a refusal is the caller’s: NOPERM for one channel rejects, and nothing stays behind', async () => {
  const { client, runtime } = await ready();
  const promise = client.subscribe(['a', 'secret']);
  const transport = welcome(runtime);
  transport.take();
  transport.reply('-NOPERM this user has no permissions to access one of the channels used as arguments\r\n');
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['SUBSCRIBE a', 'SUBSCRIBE secret']);
  transport.reply(`${push('subscribe', 'a', 1)}-NOPERM no\r\n`);
  const error = (await outcome(promise)) as ErrorReply;
  assert.equal([error.prefix, error.command, error.address], ['NOPERM', 'SUBSCRIBE', '127.0.0.1:6379']);
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE a', 'PING 1']);
  client.destroy();
});

test('a server without SSUBSCRIBE says so', async () => {
  const { client, runtime } = await ready();
  const promise = client.ssubscribe('a');
  welcome(runtime).reply('-ERR unknown command `SSUBSCRIBE`, with args beginning with: `a`, \r\n');
  assert.is(await code(promise), 'ERR_REPLY');
  client.destroy();
});

test('a server that is loading is asked again', async () => {
  const { client, runtime } = await ready();
  const promise = client.subscribe('a');
  const transport = welcome(runtime);
  transport.take();
  transport.reply('-LOADING Redis is loading the dataset in memory\r\n');
  runtime.advance(10);
  assert.equal(transport.takeCommands(), ['SUBSCRIBE a']);
  confirm(transport, 'a');
  await promise;
  client.destroy();
});

test('a signal aborts what is not confirmed yet, and afterwards unsubscribes', async () => {
  const { client, runtime } = await ready();
  const controller = new AbortController();
  const promise = client.subscribe('a', { signal: controller.signal });
  const other = client.subscribe('b', { signal: controller.signal });
  const transport = welcome(runtime);
  confirm(transport, 'a');
  const subscription = await promise;
  transport.reply(push('message', 'a', 'never seen'));
  controller.abort();
  assert.is(await code(other), 'ERR_ABORTED');
  assert.equal(await subscription.next(), { done: true, value: undefined });
  runtime.flush();
  runtime.flush();
  assert.ok(transport.takeCommands().includes('UNSUBSCRIBE a'));
  assert.is(await code(client.subscribe('c', { signal: controller.signal })), 'ERR_ABORTED');
  client.destroy();
});

test('a subscriber connection that is idle is asked PING, and a silent one is replaced', async () => {
  const { client, runtime, subscription, transport } = await subscribed(
    ['a'],
    {},
    { idleProbeMs: 1000, livenessMs: 500 },
  );
  runtime.advance(1300);
  assert.equal(transport.takeCommands(), ['PING']);
  transport.reply(push('pong', ''));
  runtime.advance(1300);
  assert.equal(transport.takeCommands(), ['PING']);
  runtime.advance(1000);
  assert.ok(transport.isDestroyed);
  const again = reconnect(runtime);
  assert.equal(again.takeCommands(), ['SUBSCRIBE a']);
  confirm(again, 'a');
  assert.is(((await next(subscription)) as Gap).reason, 'connection');
  client.destroy();
});

test('a message that is too large is skipped, and the gap says that', async () => {
  const { client, subscription, transport } = await subscribed(['a', 'b'], {}, { maxReplyBytes: 1000 });
  transport.reply(push('message', 'a', 'x'.repeat(2000)) + push('message', 'a', 'small'));
  const gap = (await next(subscription)) as Gap;
  assert.equal([gap.reason, gap.channels], ['tooLarge', ['a', 'b']]);
  assert.is(((await next(subscription)) as Message).payload, 'small');
  client.destroy();
});

test('a word that nobody waits for ends the connection', async () => {
  const { client, runtime, transport } = await subscribed(['a']);
  transport.reply('-ERR something else\r\n');
  assert.ok(transport.isDestroyed);
  const again = reconnect(runtime);
  again.reply(push('subscribe', 'z', 1));
  assert.ok(again.isDestroyed, 'a confirmation of what was not asked for');
  client.destroy();
});

test('an unused connection is kept for a while, then closed', async () => {
  const { client, runtime, subscription, transport } = await subscribed(['a']);
  const left = subscription.unsubscribe();
  runtime.flush();
  runtime.flush();
  transport.reply(`${push('unsubscribe', 'a', 0)}$1\r\n1\r\n`);
  await left;
  runtime.flush();
  runtime.advance(3000);
  const second = client.subscribe('b');
  runtime.advance(0);
  runtime.advance(0);
  assert.equal(transport.takeCommands().slice(-1), ['SUBSCRIBE b']);
  confirm(transport, 'b');
  const last = (await second).unsubscribe();
  runtime.flush();
  runtime.flush();
  transport.reply(`${push('unsubscribe', 'b', 0)}$1\r\n2\r\n`);
  await last;
  runtime.flush();
  runtime.advance(5000);
  assert.ok(transport.isDestroyed);
  assert.is(runtime.transports.length, 2);
  client.destroy();
});

test('refused credentials reject a subscription that begins', async () => {
  const { client, runtime } = await ready();
  const promise = client.subscribe('a');
  runtime.flush();
  runtime.advance(0);
  runtime.last.accept();
  runtime.last.take();
  runtime.last.reply('-NOAUTH Authentication required.\r\n');
  assert.is(await code(promise), 'ERR_AUTH');
  client.destroy();
});

test('what can not be subscribed to throws synchronously, naming it', async () => {
  const { client } = await ready();
  const bad: [unknown, object, RegExp][] = [
    [[], {}, /at least one/],
    [['a', 1], {}, /channel 1/],
    [null, {}, /channel 0 .* null/],
    ['a', { timeoutMs: 0 }, /timeoutMs/],
    ['a', { reply: 'raw' }, /reply/],
    ['a', { maxQueuedMessages: -1 }, /maxQueuedMessages/],
    ['a', { maxQueuedBytes: Number.NaN }, /maxQueuedBytes/],
    ['a', { whenFull: 'wait' }, /whenFull/],
  ];
  for (const [channels, options, message] of bad) {
    assert.throws(
      () => client.subscribe(channels as never, options),
      (error: NodeJS.ErrnoException) => error.code === 'ERR_INVALID_ARGUMENT' && message.test(error.message),
    );
  }
  client.destroy();
});

test.run();
