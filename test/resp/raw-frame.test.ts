import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RawFrame } from '../../src/resp/raw-frame.ts';

const test = suite('raw frame');

test('a frame that lies in one chunk is a view of it', () => {
  const chunk = Buffer.from('xx+OK\r\nyy');
  const frame = new RawFrame();
  frame.begin(102);
  const bytes = frame.take(chunk, { base: 100, end: 7 }, []);
  assert.is(bytes.toString(), '+OK\r\n');
  assert.is(bytes.byteOffset, chunk.byteOffset + 2);
});

test('a frame in several chunks is put together, and owns its bytes', () => {
  const frame = new RawFrame();
  frame.begin(2);
  const chunk = Buffer.from('xx+lo');
  frame.keep(chunk, { base: 0, end: 5 });
  chunk.fill('#');
  frame.keep(Buffer.from('ng+'), { base: 5, end: 2 });
  assert.is(frame.take(Buffer.from('er\r\n+next'), { base: 7, end: 4 }, []).toString(), '+longer\r\n');
});

test('stretches that are no part of it are cut out', () => {
  const frame = new RawFrame();
  frame.begin(0);
  frame.keep(Buffer.from('abCC'), { base: 0, end: 4 });
  const bytes = frame.take(Buffer.from('CdEEf'), { base: 4, end: 5 }, [2, 5, 6, 8]);
  assert.is(bytes.toString(), 'abdf');
});

test.run();
