import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SYNTAX_TABLE } from '../../src/facade/generated/syntax-table.ts';
import { type Part, parseSyntax } from '../../src/facade/syntax.ts';
import { formatSyntax } from '../../tools/facade/format-syntax.ts';

const test = suite('syntax');

const VALUE: Part = {
  kind: 'value',
  token: undefined,
  name: 'a',
  parts: [],
  isOptional: false,
  repeats: 'never',
  isCounted: false,
};
const TOKEN: Part = { ...VALUE, kind: 'token', token: 'A', name: 'A' };

const NOTATIONS: readonly (readonly [notation: string, expected: readonly Part[]])[] = [
  ['', []],
  ['a', [VALUE]],
  ['a b', [VALUE, { ...VALUE, name: 'b' }]],
  ['A', [TOKEN]],
  ['[A]', [{ ...TOKEN, isOptional: true }]],
  ['""', [{ ...TOKEN, token: '', name: '' }]],
  ['"km"', [{ ...TOKEN, token: 'km', name: 'km' }]],
  ['[a]', [{ ...VALUE, isOptional: true }]],
  ['a...', [{ ...VALUE, repeats: 'values' }]],
  ['#a...', [{ ...VALUE, repeats: 'values', isCounted: true }]],
  ['A:a', [{ ...VALUE, token: 'A' }]],
  ['A:a...', [{ ...VALUE, token: 'A', repeats: 'values' }]],
  ['A...:a', [{ ...VALUE, token: 'A', repeats: 'token' }]],
  ['A-B:#a...', [{ ...VALUE, token: 'A-B', repeats: 'values', isCounted: true }]],
  [
    'o<=|~>',
    [{ ...VALUE, kind: 'oneof', name: 'o', parts: ['=', '~'].map((token) => ({ ...TOKEN, token, name: token })) }],
  ],
  ['<*|a>', [{ ...VALUE, kind: 'oneof', name: '', parts: [{ ...TOKEN, token: '*', name: '*' }, VALUE] }]],
  [
    '[A:l{a [A]}]',
    [
      {
        ...VALUE,
        kind: 'block',
        token: 'A',
        name: 'l',
        isOptional: true,
        parts: [VALUE, { ...TOKEN, isOptional: true }],
      },
    ],
  ],
  ['d{a a}...', [{ ...VALUE, kind: 'block', name: 'd', repeats: 'values', parts: [VALUE, VALUE] }]],
];

for (const [notation, expected] of NOTATIONS) {
  test(`reads ${notation || 'nothing'}`, () => assert.equal(parseSyntax(notation), expected));
}

test('refuses what is no notation', () => {
  for (const text of ['[a', 'a]', 'A:', '#', 'b<a', 'b{a', '...', ':a', 'a b"', '[a b]', '|']) {
    assert.throws(() => parseSyntax(text), SyntaxError, text);
  }
});

test('every line of the generated table is read, and written again as it was', () => {
  for (const line of SYNTAX_TABLE.split('\n')) {
    const [path, ...notation] = line.split(' ');
    assert.match(path!, /^[A-Z_.-]+[0-9]?(\|[A-Z-]+)?$/);
    assert.is(formatSyntax(parseSyntax(notation.join(' '))), notation.join(' '));
  }
});

test.run();
