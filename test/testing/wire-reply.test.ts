import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mapReply, reply } from '../../src/testing/wire-reply.ts';

const test = suite('testing/wire-reply');

test('values are written as RESP2', () => {
  assert.is(reply('é'), '$2\r\né\r\n');
  assert.is(reply(-5), ':-5\r\n');
  assert.is(reply(null), '$-1\r\n');
  assert.is(reply([1, ['a']]), '*2\r\n:1\r\n*1\r\n$1\r\na\r\n');
});

test('a map is a map in RESP3 and a flat array in RESP2', () => {
  assert.is(mapReply([['a', 1]], 3), '%1\r\n$1\r\na\r\n:1\r\n');
  assert.is(mapReply([['a', 1]], 2), '*2\r\n$1\r\na\r\n:1\r\n');
});

test.run();
