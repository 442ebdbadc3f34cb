import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Given } from '../../src/facade/call-writer.ts';
import { encodeCall, readCallSyntax } from '../../src/facade/encode-call.ts';
import { SYNTAX_TABLE } from '../../src/facade/generated/syntax-table.ts';
import { checkProperty } from '../support/property.ts';
import { type Choices, sampleCall } from '../support/sample-call.ts';

const test = suite('encode call');

const encode = (line: string, ...given: Given[]): string => encodeCall(readCallSyntax(line), given).join(' ');

const CALLS: readonly (readonly [line: string, given: Given[], expected: string])[] = [
  // Parameters: required ones first, optional ones behind them, each sent where it is documented.
  ['C', [], 'C'],
  ['C|SUB a b', [1, 2n], 'C SUB 1 2'],
  ['C [a] b', ['b'], 'C b'],
  ['C [a] b', ['b', 'a'], 'C a b'],
  ['C a [b]', ['a', undefined], 'C a'],
  ['C A a', ['x'], 'C A x'],
  ['C A:a', ['x'], 'C A x'],
  // Lists.
  ['C a... b', [['x', 'y'], 'z'], 'C x y z'],
  ['C a...', ['x'], 'C x'],
  ['C #a... [b...]', [['x', 'y'], ['z']], 'C 2 x y z'],
  ['C #a...', [[]], 'C 0'],
  ['C F:#a...', [['x', 'y']], 'C F 2 x y'],
  [
    'C d{a b}...',
    [
      [
        ['x', 1],
        ['y', 2],
      ],
    ],
    'C x 1 y 2',
  ],
  [
    'C F:#d{a b}...',
    [
      [
        ['x', 1],
        ['y', 2],
      ],
    ],
    'C F 2 x 1 y 2',
  ],
  // Options: under their tokens, wherever they are among the parameters.
  ['C [A] a [B:b]', ['x', { B: 1, A: true }], 'C A x B 1'],
  ['C [A] [B:b]', [{ A: false, B: undefined }], 'C'],
  ['C [A] [B:b]', [], 'C'],
  ['C [B:b...]', [{ B: [1, 2] }], 'C B 1 2'],
  ['C [B...:b]', [{ B: [1, 2] }], 'C B 1 B 2'],
  [
    'C [B...:d{a b}]',
    [
      {
        B: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    'C B 1 2 B 3 4',
  ],
  ['C [L:l{offset count}]', [{ L: { count: 2, offset: 1 } }], 'C L 1 2'],
  ['C [A:t<X|Y>]', [{ A: 'Y' }], 'C A Y'],
  // A block without a token is its parts.
  ['C [r{start [e{end [u<X|Y>]}]}]', [{ start: 1 }], 'C 1'],
  ['C [r{start [e{end [u<X|Y>]}]}]', [{ start: 1, end: 2, Y: true }], 'C 1 2 Y'],
  ['C [b{N:n [ANY]}] [Z]', [{ Z: true, ANY: true, N: 3 }], 'C N 3 ANY Z'],
  ['C [b{N:n [ANY]}] [Z]', [{ Z: true }], 'C Z'],
  ['C G:g{a b}', [{ b: 2, a: 1 }], 'C G 1 2'],
  // Choices: the word or value itself where one is needed, else the property that is given.
  ['C w<X|Y>', ['Y'], 'C Y'],
  ['C w<*|id>', ['*'], 'C *'],
  ['C w<*|id>', ['1-1'], 'C 1-1'],
  ['C [w<X|Y|Z:z>]', [{ Y: true }], 'C Y'],
  ['C [w<X|Y|Z:z>]', [{ X: false, Z: 5 }], 'C Z 5'],
  ['C [w<count|X>]', [{ count: 5 }], 'C 5'],
  ['C f<M:m|L:l{a b}>', [{ L: { a: 1, b: 2 } }], 'C L 1 2'],
  ['C by<c{R:r u<M|K>}|b{B:w h u<M|K>}>', [{ R: 1, u: 'K' }], 'C R 1 K'],
  ['C by<c{R:r u<M|K>}|b{B:w h u<M|K>}>', [{ B: 1, h: 2, u: 'M' }], 'C B 1 2 M'],
  ['C [s<g{[x<A|B>] [N]}|Z>]', [{ N: true, B: true }], 'C B N'],
  ['C [s<g{[x<A|B>] [N]}|Z>]', [{ Z: true }], 'C Z'],
  ['C f<old|new<I:i...|T:t>...>', ['addr'], 'C addr'],
  ['C f<old|new<I:i...|T:t>...>', [[{ I: [1, 2] }, { T: 'x' }]], 'C I 1 2 T x'],
  ['C [o<G:g{a b}|w{[O:o<X|Y>] c<S:s|I:i>}>...]', [[{ G: { a: 1, b: 2 } }, { O: 'Y', S: 3 }]], 'C G 1 2 O Y S 3'],
];

for (const [line, given, expected] of CALLS) {
  test(`${line} with ${JSON.stringify(given, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))}`, () => {
    assert.is(encode(line, ...given), expected);
  });
}

const MISTAKES: readonly (readonly [line: string, given: Given[], message: RegExp])[] = [
  ['SET key [EX:seconds]', [], /SET needs key/],
  ['SET key [EX:seconds]', ['k', { ex: 1 }], /SET has no option ex/],
  ['SET key [EX:seconds]', ['k', { EX: 1 }, 2], /SET takes 2 arguments, not 3/],
  ['SET key [EX:seconds]', ['k', 'EX'], /options of SET must be an object/],
  ['SET key [EX:seconds]', ['k', Buffer.from('EX')], /options of SET must be an object/],
  ['SET [NX]', [{ NX: 1 }], /NX of SET must be true or false/],
  ['SET [a<EX:b|PX:c>]', [{ EX: 1, PX: 2 }], /EX, PX: options of SET that don't go together/],
  ['SET [b{N:n [ANY]}]', [{ ANY: true }], /ANY: options of SET .* not alone/],
  ['SET [L:l{offset count}]', [{ L: { offset: 1 } }], /SET needs count/],
  ['SET [L:l{offset count}]', [{ L: { offset: 1, count: 2, x: 3 } }], /SET has no option x/],
  ['SET [L:l{offset count}]', [{ L: [1, 2] }], /options of SET must be an object/],
  ['SET d{a b}...', [[['x']]], /SET takes a list of \[a, b\]/],
  ['SET d{a b}...', [['x', 'y']], /SET takes a list of \[a, b\]/],
  ['SET d{a b}...', [[['x', undefined]]], /SET needs b/],
  ['LMOVE where<LEFT|RIGHT>', ['UP'], /where of LMOVE must be one of LEFT, RIGHT/],
  ['LMOVE where<LEFT|RIGHT>', [['LEFT']], /where of LMOVE can't be a list/],
  ['C from<M:m|L:l>', ['M'], /from of C must be an object/],
  ['C from<M:m|L:l>', [{}], /C needs M or L/],
];

for (const [line, given, message] of MISTAKES) {
  test(`${line} refuses ${JSON.stringify(given)}`, () => {
    const error = thrown(() => encode(line, ...given));
    assert.instance(error, TypeError);
    assert.is((error as TypeError & { code: string }).code, 'ERR_INVALID_ARGUMENT');
    assert.match(error.message, message);
  });
}

test('what every object has is no option', () => {
  assert.is(encode('C [A]', {}), 'C');
  assert.throws(() => encode('C [A]', { constructor: 1 }), /no option constructor/);
});

test('any call of any command is sent in the documented order', () => {
  const lines = SYNTAX_TABLE.split('\n');
  const call = fc.record({ line: fc.constantFrom(...lines), decisions: fc.infiniteStream(fc.nat(5)) });
  const property = fc.property(call, ({ line, decisions }) => {
    const syntax = readCallSyntax(line);
    const { given, args } = sampleCall(syntax, choicesFrom(decisions));
    assert.equal(encodeCall(syntax, given), args, line);
  });
  checkProperty(property, { numRuns: 2000 });
});

function choicesFrom(decisions: Iterator<number>): Choices {
  const next = (): number => decisions.next().value as number;
  let count = 0;
  return {
    includes: () => next() % 2 === 1,
    alternative: (many) => next() % many,
    listLength: () => 1 + (next() % 3),
    value: (part) => `${part.name}${count++}`,
  };
}

function thrown(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected to throw');
}

test.run();
