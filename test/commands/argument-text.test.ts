import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { argumentCount, argumentText, isKeyword } from '../../src/commands/argument-text.ts';

const test = suite('argument text');

test('numbers and bigints are their decimal text, bytes their ASCII text', () => {
  assert.is(argumentText(12), '12');
  assert.is(argumentText(-9007199254740993n), '-9007199254740993');
  assert.is(argumentText(Buffer.from('GET')), 'GET');
  assert.is(argumentText(new Uint8Array(Buffer.from('xGETx')).subarray(1, 4)), 'GET');
});

test('a keyword is one in any spelling, as text and as bytes', () => {
  for (const spelling of ['STREAMS', 'streams', 'StReAmS', Buffer.from('streams')]) {
    assert.ok(isKeyword(spelling, 'STREAMS'));
  }
  for (const other of ['STREAM', 'STREAMSS', 'STREAMZ', '', 7, 7n, undefined]) assert.not(isKeyword(other, 'STREAMS'));
});

test('a count is a whole number in any form, and -1 when it is none', () => {
  for (const two of [2, 2n, '2', '002', Buffer.from('2')]) assert.is(argumentCount(two), 2);
  for (const none of [undefined, '', 'two', '-2', '2.0', '1e3', ' 2', 1.5, '9'.repeat(16)]) {
    assert.is(argumentCount(none), -1);
  }
});

test.run();
