import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SlabPool } from '../../src/resp/slab.ts';

const test = suite('slab');

test('a released slab is used again', () => {
  const pool = new SlabPool(1000);
  const slab = pool.acquire(10);
  assert.is(slab.bytes.length, 1000);
  pool.release(slab);
  assert.is(pool.acquire(1000), slab);
  assert.is.not(pool.acquire(1000), slab);
});

test('a larger one is made where it is needed, and not kept', () => {
  const pool = new SlabPool(1000);
  const slab = pool.acquire(5000);
  assert.is(slab.bytes.length, 5000);
  pool.release(slab);
  assert.is(pool.acquire(10).bytes.length, 1000);
});

test('only so many free slabs are kept', () => {
  const pool = new SlabPool(1000);
  const slabs = Array.from({ length: 10 }, () => pool.acquire(10));
  for (const slab of slabs) pool.release(slab);
  const again = Array.from({ length: 10 }, () => pool.acquire(10));
  assert.is(again.filter((slab) => slabs.includes(slab)).length, 4);
});

test.run();
