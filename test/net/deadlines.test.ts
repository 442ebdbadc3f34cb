import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Deadlines } from '../../src/net/deadlines.ts';
import { Command } from '../../src/net/index.ts';
import { FakeRuntime } from '../support/fake-runtime.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('net/deadlines');

function command(timeoutMs: number, sequence: number): Command {
  const made = new Command(['PING'], undefined, { form: 'string', retry: 'safe', timeoutMs });
  made.sequence = sequence;
  return made;
}

test('each command expires when its own budget is exhausted, whatever comes and goes beside it', () => {
  const event = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((timeoutMs) => ({ add: timeoutMs })),
    fc.integer({ min: 0, max: 50 }).map((index) => ({ remove: index })),
    fc.integer({ min: 1, max: 30 }).map((ms) => ({ pass: ms })),
  );
  checkProperty(
    fc.property(fc.array(event, { maxLength: 80 }), (events) => {
      const runtime = new FakeRuntime();
      const live = new Map<Command, number>();
      const deadlines: Deadlines = new Deadlines(runtime, (expired) => {
        deadlines.remove(expired);
        const due = live.get(expired);
        assert.ok(due !== undefined && Math.abs(due - runtime.time) <= 1, 'on time');
        live.delete(expired);
      });
      let sequence = 0;
      for (const step of events) {
        if ('add' in step) {
          const added = command(step.add, sequence++);
          live.set(added, runtime.time + step.add);
          deadlines.add(added, runtime.time);
        } else if ('remove' in step) {
          const removed = [...live.keys()][step.remove];
          if (removed === undefined) continue;
          live.delete(removed);
          deadlines.remove(removed);
          deadlines.remove(removed);
        } else {
          runtime.advance(step.pass);
          assert.ok(
            [...live.values()].every((due) => due > runtime.time),
            'none is late',
          );
        }
        assert.equal(new Set(deadlines.all()), new Set(live.keys()));
      }
      runtime.advance(100);
      assert.is(live.size, 0);
      assert.is(runtime.timers, 0);
    }),
  );
});

test('parts expire with their whole, and before it; what is removed of them does not', () => {
  const runtime = new FakeRuntime();
  const expired: number[] = [];
  const deadlines: Deadlines = new Deadlines(runtime, (one) => {
    deadlines.remove(one);
    expired.push(one.sequence);
  });
  const [earlier, whole, later] = [command(50, 1), command(50, 2), command(50, 3)] as const;
  deadlines.add(earlier, runtime.time);
  runtime.advance(10);
  deadlines.add(whole, runtime.time);
  deadlines.add(later, runtime.time);
  runtime.advance(10);
  const parts = [command(50, 4), command(50, 5), command(50, 6)] as const;
  for (const part of parts) deadlines.addPart(part, whole);
  deadlines.remove(parts[1]);
  assert.equal(
    deadlines.all().map(({ sequence }) => sequence),
    [1, 4, 6, 2, 3],
  );
  runtime.advance(30);
  assert.equal(expired, [1]);
  runtime.advance(10);
  assert.equal(expired, [1, 4, 6, 2, 3]);
  const alone = command(20, 7);
  deadlines.add(alone, runtime.time);
  const first = command(20, 8);
  deadlines.addPart(first, alone);
  runtime.advance(20);
  assert.equal(expired.slice(5), [8, 7]);
});

test('an endless budget never rings', () => {
  const runtime = new FakeRuntime();
  const deadlines = new Deadlines(runtime, () => assert.unreachable());
  deadlines.add(command(Number.POSITIVE_INFINITY, 0), runtime.time);
  assert.is(runtime.timers, 0);
});

test.run();
