import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { backoffMs } from '../../src/net/index.ts';

const test = suite('net/backoff');
const options = { firstMs: 20, maxMs: 500 };

test('doubles to the maximum, and stays there however long the outage', () => {
  const delays = [0, 1, 2, 3, 4, 5, 6, 5000].map((attempt) => backoffMs(attempt, options, 1));
  assert.equal(delays, [20, 40, 80, 160, 320, 500, 500, 500]);
});

test('chance takes away up to half', () => {
  assert.is(backoffMs(0, options, 0), 10);
  assert.is(backoffMs(0, options, 0.5), 15);
});

test.run();
