import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type KeySpec, parseKeySpec } from '../../src/commands/key-spec.ts';

const test = suite('key spec');

const ONE: KeySpec = {
  begin: { kind: 'index', index: 1 },
  find: { kind: 'range', lastKey: 0, step: 1, limit: 0 },
  access: 'read',
  isIncomplete: false,
  isNotKey: false,
  skipsEmpty: false,
};

const NOTATIONS: readonly (readonly [notation: string, expected: KeySpec])[] = [
  ['R1', ONE],
  ['W2', { ...ONE, begin: { kind: 'index', index: 2 }, access: 'write' }],
  ['D1..-1', { ...ONE, find: { kind: 'range', lastKey: -1, step: 1, limit: 0 }, access: 'remove' }],
  ['O1..-1+2', { ...ONE, find: { kind: 'range', lastKey: -1, step: 2, limit: 0 }, access: 'overwrite' }],
  ['R12..3', { ...ONE, begin: { kind: 'index', index: 12 }, find: { kind: 'range', lastKey: 3, step: 1, limit: 0 } }],
  [
    'RSTREAMS@4..-1/2!',
    {
      ...ONE,
      begin: { kind: 'keyword', keyword: 'STREAMS', startFrom: 4 },
      find: { kind: 'range', lastKey: -1, step: 1, limit: 2 },
      isIncomplete: true,
    },
  ],
  ['RKEYS@-2', { ...ONE, begin: { kind: 'keyword', keyword: 'KEYS', startFrom: -2 } }],
  [
    'R2#0+1',
    { ...ONE, begin: { kind: 'index', index: 2 }, find: { kind: 'keyNumber', countIndex: 0, firstKey: 1, step: 1 } },
  ],
  ['R1#0+1+2', { ...ONE, find: { kind: 'keyNumber', countIndex: 0, firstKey: 1, step: 2 } }],
  ['O?', { ...ONE, begin: { kind: 'unknown' }, access: 'overwrite' }],
  ['N1~', { ...ONE, access: 'none', isNotKey: true }],
  ['R1%', { ...ONE, skipsEmpty: true }],
];

for (const [notation, expected] of NOTATIONS) {
  test(`reads ${notation}`, () => assert.equal(parseKeySpec(notation), expected));
}

test('refuses what is no notation', () => {
  for (const text of ['', 'R', '1', 'X1', 'R1..', 'R1#0', 'Rstreams@1', 'R1 ', 'R-1']) {
    assert.throws(() => parseKeySpec(text), /not a key specification/);
  }
});

test.run();
