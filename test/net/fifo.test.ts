import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Fifo } from '../../src/net/fifo.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('net/fifo');
const isThird = (value: number): boolean => value % 3 === 0;

test('gives back what an array would, whatever is done to both', () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 100 }).map((count) => ({ kind: 'push' as const, count })),
    fc.integer({ min: 1, max: 100 }).map((count) => ({ kind: 'shift' as const, count })),
    fc.constant({ kind: 'takeAll' as const, count: 0 }),
    fc.constant({ kind: 'takeIf' as const, count: 0 }),
  );
  checkProperty(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const fifo = new Fifo<number>();
      const twin: number[] = [];
      let next = 0;
      for (const { kind, count } of steps) {
        if (kind === 'takeIf') {
          assert.equal(fifo.takeIf(isThird), twin.filter(isThird));
          twin.splice(0, twin.length, ...twin.filter((value) => !isThird(value)));
        }
        if (kind === 'takeAll') assert.equal(fifo.takeAll(), twin.splice(0));
        for (let i = 0; i < count; i++) {
          if (kind === 'push') {
            fifo.push(next);
            twin.push(next++);
          } else if (kind === 'shift') {
            assert.is(fifo.shift(), twin.shift());
          }
        }
        assert.is(fifo.length, twin.length);
        assert.is(fifo.peek(), twin[0]);
        const seen: number[] = [];
        fifo.forEach((value) => void seen.push(value));
        assert.equal(seen, twin);
        assert.is(
          fifo.some((value) => value === twin.at(-1)),
          twin.length > 0,
        );
      }
    }),
  );
});

test('what is put back is the oldest again, in a full ring too', () => {
  const fifo = new Fifo<number>();
  for (let n = 0; n < 16; n++) fifo.push(n);
  fifo.unshift(-1);
  fifo.unshift(-2);
  assert.equal(fifo.takeAll(), [-2, -1, ...Array.from({ length: 16 }, (_, n) => n)]);
});

test.run();
