import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findKeyRange } from '../../src/commands/key-range.ts';
import { parseKeySpec } from '../../src/commands/key-spec.ts';
import type { Argument } from '../../src/resp/index.ts';

const test = suite('key range');

/** The arguments that a specification finds, by name rather than by position. */
function found(notation: string, ...args: Argument[]): Argument[] {
  const { first, last, step } = findKeyRange(parseKeySpec(notation), args);
  const keys: Argument[] = [];
  if (first > 0) for (let i = first; i <= last; i += step) keys.push(args[i]!);
  return keys;
}

test('a range ends at a fixed distance, or counted from the end', () => {
  assert.equal(found('R1', 'C', 'a', 'b'), ['a']);
  assert.equal(found('R1..1', 'C', 'a', 'b', 'x'), ['a', 'b']);
  assert.equal(found('R1..-1', 'C', 'a', 'b'), ['a', 'b']);
  assert.equal(found('R1..-2', 'C', 'a', 'b', 0), ['a', 'b']);
  assert.equal(found('R1..-1+2', 'C', 'a', 'x', 'b', 'y'), ['a', 'b']);
  assert.equal(found('R1..-1/2', 'C', 'a', 'b', 'x', 'y'), ['a', 'b']);
});

test('a missing argument is no key: the server has an error to report', () => {
  assert.equal(found('R1', 'C'), []);
  assert.equal(found('R1..-1', 'C'), []);
  assert.equal(found('R1..-2', 'C', 'a'), []);
  assert.equal(found('R1..3', 'C', 'a', 'b'), ['a', 'b']);
});

test('keys are counted by an argument, as far as there are any', () => {
  assert.equal(found('R2#0+1', 'EVAL', 's', 2, 'a', 'b', 'x'), ['a', 'b']);
  assert.equal(found('R2#0+1', 'EVAL', 's', Buffer.from('2'), 'a', 'b'), ['a', 'b']);
  assert.equal(found('R1#0+1+2', 'MSETEX', 2n, 'a', 'x', 'b', 'y', 'EX', 5), ['a', 'b']);
  assert.equal(found('R2#0+1', 'EVAL', 's', 3, 'a'), ['a']);
  for (const none of ['0', 0, '-1', 'x', 1.5]) assert.equal(found('R2#0+1', 'EVAL', 's', none, 'a'), []);
  assert.equal(found('R2#0+1', 'EVAL', 's'), []);
});

test('a keyword is looked for forwards from an argument, in any spelling, and must have something behind it', () => {
  assert.equal(found('RSTREAMS@1..-1/2', 'XREAD', 'COUNT', 2, 'streams', 'a', 'b', 0, 0), ['a', 'b']);
  assert.equal(found('RSTREAMS@4..-1/2', 'XREADGROUP', 'GROUP', 'STREAMS', 'c', 'STREAMS', 'a', '>'), ['a']);
  assert.equal(found('RSTREAMS@1..-1/2', 'XREAD', 'COUNT', 2), []);
  assert.equal(found('RSTREAMS@1..-1/2', 'XREAD', 'STREAMS'), []);
});

test('from a negative start a keyword is looked for backwards', () => {
  assert.equal(found('RKEYS@-2..-1', 'MIGRATE', 'h', 1, '', 0, 9, 'KEYS', 'a', 'b'), ['a', 'b']);
  assert.equal(found('RKEYS@-2..-1', 'MIGRATE', 'h', 1, '', 0, 9, 'AUTH', 'KEYS', 'keys', 'a'), ['a']);
  assert.equal(found('RKEYS@-2..-1', 'MIGRATE', 'h', 1, '', 0, 9, 'KEYS', 'keys'), ['keys']);
  assert.equal(found('RKEYS@-2..-1', 'MIGRATE', 'h', 1, 'k', 0, 9), []);
});

test('an empty argument is a key like any other, unless the specification says that it stands for none', () => {
  assert.equal(found('R1', 'GET', ''), ['']);
  assert.equal(found('R1%', 'GET', ''), []);
  assert.equal(found('R1%', 'GET', Buffer.alloc(0)), []);
  assert.equal(found('R1%', 'GET', 'k'), ['k']);
});

test('what no specification can say is not guessed', () => {
  assert.equal(found('R?', 'SORT', 'k', 'BY', 'w_*'), []);
});

test.run();
