import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyOf, sizeOf } from '../../../src/cluster/cache/reply-value.ts';
import { type Reply, VerbatimString } from '../../../src/resp/index.ts';

const test = suite('cluster/cache/reply-value');

const REPLIES: readonly Reply[] = [
  'text',
  1,
  2n ** 60n,
  true,
  null,
  Buffer.from('bytes'),
  [1, ['two', Buffer.from('three')]],
  new Map<Reply, Reply>([['a', [1]]]),
  Object.assign(Object.create(null), { a: ['x'] }),
  new VerbatimString('txt', 'text'),
];

test('a copy says the same, and shares nothing that could change', () => {
  for (const reply of REPLIES) {
    const copy = copyOf(reply);
    assert.equal(copy, reply);
    if (typeof reply !== 'object' || reply === null) continue;
    assert.is.not(copy, reply);
    assert.is(Object.getPrototypeOf(copy), Object.getPrototypeOf(reply));
  }
  const nested = [Buffer.from('x')];
  copyOf<Reply[]>(nested)[0] = Buffer.from('y');
  (copyOf<Reply[]>(nested)[0] as Buffer).fill(0);
  assert.equal(nested, [Buffer.from('x')]);
});

test('a size covers all that is inside', () => {
  const kibibyte = 'x'.repeat(1024);
  for (const reply of [
    kibibyte,
    Buffer.from(kibibyte),
    [kibibyte],
    new Map([['k', kibibyte]]),
    new VerbatimString('txt', kibibyte),
  ]) {
    assert.ok(sizeOf(reply) >= 1024);
  }
  for (const reply of REPLIES) assert.ok(sizeOf(reply) > 0);
});

test.run();
