import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { slotOfPattern } from '../../src/cluster/slot-of-pattern.ts';

const test = suite('cluster/slot-of-pattern');

test('a pattern that is literal up to the end of its hash tag has the slot of the tag', () => {
  for (const pattern of ['{user1000}*', 'a:{user1000}:?', Buffer.from('x{user1000}[ab]')]) {
    assert.is(slotOfPattern(pattern), hashSlot('user1000'), String(pattern));
  }
  assert.is(slotOfPattern('{{bar}}*'), hashSlot('{bar'));
  assert.is(slotOfPattern('plain'), hashSlot('plain'));
});

test('any other has none', () => {
  for (const pattern of ['*', '*{tag}', '{t*g}', 'a?{tag}', '{}{tag}*', '{tag', 'tag}*', '\\{tag}*', '[x]{tag}']) {
    assert.is(slotOfPattern(pattern), pattern === '{tag' ? hashSlot('{tag') : undefined, pattern);
  }
});

test.run();
