import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { waitUntil } from '../../src/testing/wait-until.ts';
import { errorOf } from './support.ts';

const test = suite('testing/wait-until');

test('it looks until nothing is missing', async () => {
  let looks = 0;
  await waitUntil(1000, async () => (++looks < 3 ? 'something' : undefined));
  assert.is(looks, 3);
});

test('it looks at least once, and says what was missing at the end', async () => {
  const error = await errorOf(waitUntil(0, async () => 'a replica'));
  assert.is(error.message, 'still after 0 ms: a replica');
});

test.run();
