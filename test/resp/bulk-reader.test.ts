import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../src/errors.ts';
import { failure, replies } from '../support/resp-run.ts';

const test = suite('bulk reader');

test('a streamed string is its pieces, whatever they look like', () => {
  assert.equal(replies('$?\r\n;0\r\n$?\r\n;2\r\n\r\n\r\n;1\r\n;\r\n;0\r\n+next\r\n'), ['', '\r\n;', 'next']);
});

test('among the pieces nothing else may come', () => {
  assert.is(failure('$?\r\n;1\r\na\r\n$1\r\n'), 'ERR_RESP_SYNTAX 11');
  assert.is(failure('$?\r\n>1\r\n+x\r\n'), 'ERR_RESP_SYNTAX 4');
  assert.is(failure('$?\r\n;-1\r\n'), 'ERR_RESP_SYNTAX 5');
  assert.is(failure('$?\r\n;?\r\n'), 'ERR_RESP_SYNTAX 5');
  assert.is(failure('$?\r\n;2\r\nabX\r\n'), 'ERR_RESP_SYNTAX 10');
});

test('a verbatim string has a format of three bytes and a colon', () => {
  assert.equal(replies('=4\r\ntxt:\r\n=9\r\ntxt:a\r\nb:\r\n'), ['', 'a\r\nb:']);
  assert.is(failure('=3\r\ntxt\r\n'), 'ERR_RESP_SYNTAX 4');
  assert.is(failure('=8\r\ntxt;abcd\r\n'), 'ERR_RESP_SYNTAX 7');
  assert.is(failure('=8\r\ntxt;abcd\r\n', { reply: 'skip' }), 'ERR_RESP_SYNTAX 7');
});

test('a bulk error is an error reply', () => {
  const [error] = replies('!21\r\nSYNTAX invalid syntax\r\n');
  assert.instance(error, ErrorReply);
  assert.is((error as ErrorReply).prefix, 'SYNTAX');
});

test.run();
