import { setImmediate as turn } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RedisError } from '../../../src/errors.ts';
import type { Gap, Message } from '../../../src/net/index.ts';
import { code, confirm, next, push, ready, reconnect, subscribed, welcome } from '../../support/subscribed-client.ts';

const test = suite('net/pubsub/subscription');

test('names and payloads come as text or as bytes, as each subscription wants them', async () => {
  const { client, runtime } = await ready();
  const text = client.psubscribe('n*');
  const bytes = client.psubscribe('n*', { reply: 'bytes' });
  const transport = welcome(runtime);
  transport.reply(push('psubscribe', 'n*', 1));
  transport.reply(push('pmessage', 'n*', 'né', 'é'));
  const event = { kind: 'pmessage', channel: 'né', pattern: 'n*', payload: 'é' };
  assert.equal(await next(await text), event);
  const { value } = await (await bytes).next();
  const { channel, pattern, payload } = value as Message<Buffer>;
  assert.equal([channel, pattern!, payload], [Buffer.from('né'), Buffer.from('n*'), Buffer.from('é')]);
  client.destroy();
});

test('a slow consumer loses the oldest messages, and a gap says so', async () => {
  const { client, subscription, transport } = await subscribed(['a'], { maxQueuedMessages: 3 });
  for (let n = 0; n < 10; n++) transport.reply(push('message', 'a', `m${n}`));
  assert.is(subscription.queued, 3);
  const gap = (await next(subscription)) as Gap;
  assert.equal([gap.reason, gap.dropped, gap.channels], ['overflow', 7, ['a']]);
  const rest = [await next(subscription), await next(subscription), await next(subscription)] as Message[];
  assert.equal(
    rest.map(({ payload }) => payload),
    ['m7', 'm8', 'm9'],
  );
  client.destroy();
});

test("with whenFull: 'end' a slow consumer is told, after what it has", async () => {
  const { client, runtime, subscription, transport } = await subscribed(['a'], {
    maxQueuedBytes: 300,
    whenFull: 'end',
  });
  for (let n = 0; n < 10; n++) transport.reply(push('message', 'a', `m${n}`));
  let count = 0;
  try {
    for await (const event of subscription) assert.is((event as Message).payload, `m${count++}`);
    assert.unreachable();
  } catch (error) {
    assert.equal([(error as RedisError).code, (error as { limit: number }).limit], ['ERR_QUEUE_FULL', 300]);
  }
  assert.is(count, 5, 'four fit, and the one that did not');
  assert.equal(await subscription.next(), { done: true, value: undefined });
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE a', 'PING 1']);
  client.destroy();
});

test('call-backs run off the decoder’s stack, and what they throw breaks nothing', async () => {
  const seen: string[] = [];
  const { client, runtime, subscription, transport } = await subscribed(['a'], {
    onMessage: ({ payload }: Message) => {
      seen.push(payload);
      if (payload === 'bad') throw new Error('of the user');
    },
    onGap: ({ reason }: Gap) => seen.push(reason),
    onEnd: (error: unknown) => seen.push(`end ${String(error)}`),
  });
  assert.throws(() => subscription[Symbol.asyncIterator](), /onMessage/);
  const thrown = new Promise<Error>((resolve) => process.once('uncaughtException', resolve));
  transport.reply(push('message', 'a', 'bad') + push('message', 'a', 'good'));
  assert.equal(seen, [], 'not yet');
  assert.is((await thrown).message, 'of the user');
  assert.equal(seen, ['bad', 'good']);
  transport.close();
  confirm(reconnect(runtime), 'a');
  await turn();
  await client.close();
  await turn();
  assert.equal(seen, ['bad', 'good', 'connection', 'end undefined']);
});

test('close() ends subscriptions: what waits is still delivered, what is pending rejects', async () => {
  const { client, runtime, subscription, transport } = await subscribed(['a']);
  const pending = client.subscribe('b');
  transport.reply(push('message', 'a', 'last'));
  const closed = client.close();
  assert.is(await code(pending), 'ERR_CLOSED');
  const seen: unknown[] = [];
  for await (const event of subscription) seen.push((event as Message).payload);
  assert.equal(seen, ['last']);
  await closed;
  await subscription.unsubscribe();
  assert.is(await code(client.subscribe('c')), 'ERR_CLOSED');
  assert.ok(transport.isDestroyed);
  runtime.advance(60_000);
  assert.is(runtime.timers, 0, 'nothing is left to ring');
});

test('a loop that is left early unsubscribes', async () => {
  const { client, runtime, subscription, transport } = await subscribed(['a']);
  transport.reply(push('message', 'a', '1') + push('message', 'a', '2'));
  const loop = (async () => {
    for await (const event of subscription) return event;
    return undefined;
  })();
  await turn();
  runtime.flush();
  runtime.flush();
  assert.equal(transport.takeCommands(), ['UNSUBSCRIBE a', 'PING 1']);
  transport.reply(`${push('unsubscribe', 'a', 0)}$1\r\n1\r\n`);
  assert.is(((await loop) as Message).payload, '1');
  client.destroy();
});

test.run();
