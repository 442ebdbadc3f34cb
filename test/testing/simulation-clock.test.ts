import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualRuntime } from '../../src/testing/index.ts';
import { EventQueue } from '../../src/testing/simulation/event-queue.ts';
import { checkProperty } from '../support/property.ts';
import { errorOf } from './support.ts';

const test = suite('testing/simulation: virtual time');

test('events come in the order of time, and at one moment in the order in which they were planned', () => {
  const moments = fc.array(fc.nat({ max: 20 }), { maxLength: 60 });
  checkProperty(
    fc.property(moments, (times) => {
      const queue = new EventQueue();
      for (const at of times) queue.push(at, () => undefined);
      const order = times
        .map((at, sequence) => ({ at, sequence }))
        .sort((a, b) => a.at - b.at || a.sequence - b.sequence);
      const taken = order.map(() => queue.pop()!);
      assert.equal(
        taken.map(({ at, sequence }) => ({ at, sequence })),
        order,
      );
      assert.is(queue.pop(), undefined);
    }),
  );
});

test('time passes only while somebody waits, and then without waiting', async () => {
  const runtime = new VirtualRuntime(1);
  await Promise.resolve();
  assert.is(runtime.now(), 0);
  await runtime.pass(3_600_000);
  assert.is(runtime.now(), 3_600_000);
});

test('between two events all promises finish, however long their chains are', async () => {
  const runtime = new VirtualRuntime(1);
  const seen: string[] = [];
  const chain = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await undefined;
    seen.push('chain');
  };
  runtime.setTimer(() => void chain(), 1);
  runtime.setTimer(() => seen.push('next event'), 1);
  await runtime.pass(2);
  assert.equal(seen, ['chain', 'next event']);
});

test('a timer that was cleared does not ring, and flushes run at the moment they were asked for', async () => {
  const runtime = new VirtualRuntime(1);
  const seen: string[] = [];
  const timer = runtime.setTimer(() => seen.push('cleared'), 1);
  runtime.clearTimer(timer);
  runtime.clearTimer(undefined);
  runtime.setTimer(() => runtime.scheduleFlush(() => seen.push(`flush at ${runtime.now()}`)), 2);
  await runtime.pass(5);
  assert.equal(seen, ['flush at 2']);
});

test('waiting for what can never happen is an error, not a hang', async () => {
  const error = await errorOf(new VirtualRuntime(1).settle(new Promise(() => undefined)));
  assert.match(error.message, /virtual time has ended/);
});

test('waiting has a limit where one is given, in time and in events without time', async () => {
  const runtime = new VirtualRuntime(1);
  assert.match((await errorOf(runtime.settle(runtime.sleep(1000), 100))).message, /not settled in 100 virtual ms/);
  const spin = (): void => runtime.scheduleFlush(spin);
  spin();
  assert.match((await errorOf(runtime.settle(runtime.sleep(1), 10))).message, /not settled in 10 virtual ms/);
});

test('an exception in a call-back of a timer reaches who waits', async () => {
  const runtime = new VirtualRuntime(1);
  runtime.setTimer(() => {
    throw new Error('broken call-back');
  }, 1);
  assert.match((await errorOf(runtime.pass(2))).message, /broken call-back/);
});

test('the same seed gives the same chance, another seed and another purpose another one', () => {
  const draws = (seed: number, purpose: number): number[] => {
    const random = new VirtualRuntime(seed).randomFor(purpose);
    return [random(), random(), random()];
  };
  assert.equal(draws(5, 1), draws(5, 1));
  assert.not.equal(draws(5, 1), draws(6, 1));
  assert.not.equal(draws(5, 1), draws(5, 2));
});

test('without a network every dial is refused', async () => {
  const runtime = new VirtualRuntime(1);
  const refused = new Promise<Error | undefined>((resolve) => {
    const events = { onConnect: () => undefined, onBytes: () => undefined, onClose: resolve };
    runtime.openTransport({ host: '10.0.0.1', port: 1 }, events);
  });
  assert.match((await runtime.settle(refused))!.message, /ECONNREFUSED 10.0.0.1:1/);
});

test.run();
