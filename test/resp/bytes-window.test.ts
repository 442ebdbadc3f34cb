import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BytesWindow } from '../../src/resp/bytes-window.ts';
import { Cursor } from '../../src/resp/cursor.ts';

const test = suite('bytes window');

const CHUNK = Buffer.from(Array.from({ length: 20_000 }, (_, index) => index % 251));

function windowOf(chunk: Buffer): BytesWindow {
  const cursor = new Cursor();
  cursor.attach(chunk);
  return new BytesWindow(cursor);
}

test('values of all lengths, one behind the other, are what the chunk has there, and share nothing with it', () => {
  const window = windowOf(CHUNK);
  for (let from = 0, n = 0; from < CHUNK.length; n++) {
    const to = Math.min(from + ((n * 37) % 1300), CHUNK.length);
    const copy = window.copy(from, to);
    assert.ok(copy.equals(CHUNK.subarray(from, to)), `${from} to ${to}`);
    assert.is(Object.getPrototypeOf(copy), Buffer.prototype);
    assert.is.not(copy.buffer, CHUNK.buffer);
    from = to + 7;
  }
});

test('short neighbours share one copy of the chunk', () => {
  const window = windowOf(CHUNK);
  assert.is(window.copy(4, 14).buffer, window.copy(20, 30).buffer);
});

test('whatever the order of short and long values, none keeps more than 1.5 KiB beside itself', () => {
  const window = windowOf(CHUNK);
  for (let from = 0, n = 0; from + 1100 < CHUNK.length; n++) {
    const length = [5, 900, 5, 1024, 100, 1100, 0, 300][n % 8]!;
    const copy = window.copy(from, from + length);
    assert.ok(copy.buffer.byteLength <= length + 1536, `${length} bytes in ${copy.buffer.byteLength}`);
    from += length;
  }
});

test('another chunk begins anew', () => {
  const cursor = new Cursor();
  cursor.attach(CHUNK);
  const window = new BytesWindow(cursor);
  const copy = window.copy(0, 10);
  cursor.attach(Buffer.alloc(1000, 'x'));
  window.reset();
  assert.is(window.copy(0, 3).toString(), 'xxx');
  assert.equal(copy, CHUNK.subarray(0, 10));
});

test('a caller who transfers the memory of one value does not break the next', () => {
  const window = windowOf(CHUNK);
  const { buffer } = window.copy(0, 10);
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  assert.equal(window.copy(10, 20), CHUNK.subarray(10, 20));
});

test.run();
