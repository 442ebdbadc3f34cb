import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Inbox } from '../../../src/net/pubsub/inbox.ts';
import type { Gap, Message } from '../../../src/net/pubsub/messages.ts';
import { checkProperty } from '../../support/property.ts';

const test = suite('net/pubsub/inbox');

function message(channel: string, payload: string): Message {
  return { kind: 'message', channel, payload };
}

function gap(
  channel: string,
  reason: Gap['reason'] = 'connection',
  durationMs = 1,
): Pick<Gap, 'reason' | 'channels' | 'durationMs'> {
  return { reason, channels: [channel], durationMs };
}

function takeAll(inbox: Inbox<string>): unknown[] {
  const all: unknown[] = [];
  for (let event = inbox.take(); event !== undefined; event = inbox.take()) all.push(event);
  return all;
}

const ROOMY = { maxQueuedMessages: 100, maxQueuedBytes: 1e6 };

test('events come out in the order in which they went in', () => {
  const inbox = new Inbox<string>(ROOMY);
  inbox.message(message('a', '1'));
  inbox.gap(gap('a'));
  inbox.message(message('a', '2'));
  assert.is(inbox.length, 2);
  const [first, between, last] = takeAll(inbox) as [Message, Gap, Message];
  assert.equal([first.payload, between.kind, last.payload], ['1', 'gap', '2']);
  assert.is(inbox.length, 0);
});

test('gaps that follow each other are one, until it is taken: a consumer that is away costs no memory', () => {
  const inbox = new Inbox<string>(ROOMY);
  for (let round = 0; round < 1000; round++) {
    inbox.gap(gap('a', 'connection', 5));
    inbox.gap(gap('b', 'moved', 7));
  }
  const [taken, ...others] = takeAll(inbox) as [Gap];
  assert.equal(taken, { kind: 'gap', reason: 'moved', channels: ['a', 'b'], durationMs: 7, dropped: undefined });
  assert.equal(others, []);
  inbox.gap(gap('c'));
  assert.equal((takeAll(inbox) as Gap[])[0]!.channels, ['c'], 'what was taken is the consumer’s');
  assert.equal(taken.channels, ['a', 'b']);
});

test('the oldest are dropped, and a gap in their place says how many and of which channels', () => {
  const inbox = new Inbox<string>({ maxQueuedMessages: 2, maxQueuedBytes: 1e6 });
  inbox.message(message('a', '1'));
  inbox.gap(gap('b'));
  inbox.message(message('a', '2'));
  for (const payload of ['3', '4', '5']) inbox.message(message('c', payload));
  assert.is(inbox.exceededLimit, 2);
  inbox.dropOldest();
  assert.not(inbox.isOverLimit);
  const [overflow, ...rest] = takeAll(inbox) as [Gap, ...Message[]];
  assert.equal(overflow.reason, 'overflow');
  assert.equal([overflow.dropped, overflow.channels], [3, ['a', 'b', 'c']]);
  assert.equal(
    rest.map(({ payload }) => payload),
    ['4', '5'],
  );
});

test('bytes are bounded like messages', () => {
  const inbox = new Inbox<string>({ maxQueuedMessages: 100, maxQueuedBytes: 1000 });
  for (let n = 0; n < 3; n++) inbox.message(message('a', 'x'.repeat(200)));
  assert.is(inbox.exceededLimit, 1000);
  inbox.dropOldest();
  assert.is(inbox.length, 2);
});

test('after the end what waits can be taken, unless it is forgotten', () => {
  const inbox = new Inbox<string>(ROOMY);
  inbox.message(message('a', '1'));
  inbox.finish(undefined);
  inbox.finish(new Error('late') as never);
  assert.equal(inbox.end, { error: undefined }, 'the first end is the end');
  assert.is(takeAll(inbox).length, 1);
  inbox.message(message('a', '2'));
  inbox.clear();
  assert.equal([takeAll(inbox), inbox.length], [[], 0]);
});

test('whatever comes and is taken: no loss without a gap, nothing beyond the limit', () => {
  const steps = fc.array(fc.constantFrom('message', 'message', 'gap', 'take'), { maxLength: 60 });
  checkProperty(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (actions, maxQueuedMessages) => {
      const inbox = new Inbox<string>({ maxQueuedMessages, maxQueuedBytes: 1e6 });
      let sent = 0;
      let next = 0;
      const look = (event: Message | Gap | undefined): void => {
        if (event?.kind === 'gap') next += event.dropped ?? 0;
        else if (event !== undefined) assert.is(Number(event.payload), next++);
      };
      for (const action of actions) {
        if (action === 'message') inbox.message(message('a', String(sent++)));
        else if (action === 'gap') inbox.gap(gap('a'));
        else look(inbox.take());
        inbox.dropOldest();
        assert.ok(inbox.length <= maxQueuedMessages);
      }
      for (const event of takeAll(inbox)) look(event as Message);
      assert.is(next, sent);
    }),
    { numRuns: 1000 },
  );
});

test.run();
