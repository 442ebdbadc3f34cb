import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LruStore } from '../../../src/cluster/cache/lru-store.ts';

const test = suite('cluster/cache/lru-store');

test('the least recently used go first, until there is room', () => {
  const store = new LruStore(30);
  for (const id of ['a', 'b', 'c']) store.keep({ id, key: id, bytes: 10 });
  assert.ok(store.use('a'));
  store.keep({ id: 'd', key: 'd', bytes: 15 });
  assert.equal(
    ['a', 'b', 'c', 'd'].filter((id) => store.use(id)),
    ['a', 'd'],
  );
  assert.equal([store.bytes, store.count], [25, 2]);
});

test('what is larger than all the room is not kept, and takes what it would have replaced', () => {
  const store = new LruStore(30);
  store.keep({ id: 'a', key: 'a', bytes: 10 });
  store.keep({ id: 'a', key: 'a', bytes: 31 });
  assert.equal([store.bytes, store.count], [0, 0]);
});

test('a key takes everything that was read from it', () => {
  const store = new LruStore(100);
  store.keep({ id: 'get', key: 'k', bytes: 10 });
  store.keep({ id: 'strlen', key: 'k', bytes: 10 });
  store.keep({ id: 'other', key: 'o', bytes: 10 });
  store.invalidate('k');
  store.invalidate('k');
  store.invalidate('nobody');
  assert.equal([store.bytes, store.count, store.use('other')?.id], [10, 1, 'other']);
  store.clear();
  assert.equal([store.bytes, store.count], [0, 0]);
});

test.run();
