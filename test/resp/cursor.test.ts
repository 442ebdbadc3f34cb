import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cursor } from '../../src/resp/cursor.ts';

const test = suite('cursor');

test('offsets go on over chunks, past 32 bits too', () => {
  const cursor = new Cursor();
  cursor.attach(Buffer.from('abcd'));
  cursor.position = 3;
  cursor.attach(Buffer.from('de'));
  cursor.position = 1;
  assert.is(cursor.offset, 4);
  cursor.base = 2 ** 40;
  assert.is(cursor.fault('wrong', 1).offset, 2 ** 40 + 1);
});

test('a CRLF must be all there', () => {
  const cursor = new Cursor();
  cursor.attach(Buffer.from('\r\n\r'));
  assert.is(cursor.isCrlf(0), true);
  assert.is(cursor.isCrlf(1), false);
  assert.is(cursor.isCrlf(2), false);
});

test.run();
