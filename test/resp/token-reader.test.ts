import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { failure, replies } from '../support/resp-run.ts';

const test = suite('token reader');

test('the short path of integers ends where doubles would round', () => {
  const digits = ['1', '12345678', '999999999999999', '1000000000000000', '9007199254740991'];
  for (const text of digits) {
    assert.equal(replies(`:${text}\r\n:-${text}\r\n:+${text}\r\n`), [Number(text), -Number(text), Number(text)]);
  }
  assert.equal(replies(':9007199254740993\r\n'), [9007199254740993n]);
});

test('zero never has a sign', () => {
  for (const zero of replies(':0\r\n:-0\r\n:+0\r\n:-000\r\n')) assert.ok(Object.is(zero, 0));
});

test('simple strings of all lengths, short path and long', () => {
  for (const length of [0, 1, 12, 13, 62, 63, 64, 65, 1000, 100_000]) {
    assert.equal(replies(`+${'x'.repeat(length)}\r\n`), ['x'.repeat(length)]);
  }
  assert.equal(replies('+a\0b\tc\x7f\r\n+caf\u00e9\r\n'), ['a\0b\tc\x7f', 'caf\u00e9']);
});

test('bulk strings of all lengths, short path and long', () => {
  for (const length of [0, 1, 12, 13, 255, 256, 257, 1023, 1024, 65_535, 65_536, 65_537, 1_000_000]) {
    assert.equal(replies(`$${length}\r\n${'x'.repeat(length)}\r\n+next\r\n`), ['x'.repeat(length), 'next']);
  }
});

test('a length of many digits is a length still', () => {
  assert.equal(replies('$0000000000005\r\nhello\r\n*00000000000001\r\n:1\r\n'), ['hello', [1]]);
});

test('the error of a payload without its CRLF names the byte that is wrong', () => {
  assert.is(failure('$3\r\nfooXY'), 'ERR_RESP_SYNTAX 7');
  assert.is(failure('$3\r\nfoo\rY'), 'ERR_RESP_SYNTAX 8');
  assert.is(failure('$3\r\nfooX'), 'ERR_RESP_SYNTAX 7');
});

test('a byte that begins no type is an error at once', () => {
  for (const text of ['H', '\0', '\n', ';', '.', ' ', '\x15', 'x'])
    assert.is(failure(`+OK\r\n${text}`), 'ERR_RESP_SYNTAX 5');
});

test.run();
