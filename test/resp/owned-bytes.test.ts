import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { copyBytes } from '../../src/resp/owned-bytes.ts';

const test = suite('owned bytes');

test('a copy of any length is a Buffer that shares nothing', () => {
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, index) => index % 251));
  for (const length of [0, 1, 5, 63, 64, 65, 100, 1000, 1024, 1025, 4000]) {
    const copy = copyBytes(bytes, 7, 7 + length);
    assert.ok(Buffer.isBuffer(copy));
    assert.ok(copy.equals(bytes.subarray(7, 7 + length)), `${length}`);
    assert.is.not(copy.buffer, bytes.buffer);
  }
});

test('copies never overlap, and what shares their memory is at most 1.5 KiB more', () => {
  const bytes = Buffer.alloc(2000);
  const copies = Array.from({ length: 400 }, (_, n) => {
    const length = (n * 37) % 1100;
    bytes.fill(n % 251, 0, length);
    return copyBytes(bytes, 0, length);
  });
  for (const [n, copy] of copies.entries()) {
    assert.ok(
      copy.every((byte) => byte === n % 251),
      `copy ${n}`,
    );
    assert.ok(copy.buffer.byteLength <= copy.length + 1536, `copy ${n} of ${copy.length}`);
  }
});

test('a copy is a Buffer in everything, its prototype included', () => {
  for (const length of [5, 100, 1000, 5000]) {
    assert.is(Object.getPrototypeOf(copyBytes(Buffer.alloc(length), 0, length)), Buffer.prototype);
  }
});

test('a caller who transfers the memory of one copy does not break the next', () => {
  const first = copyBytes(Buffer.alloc(100, 'a'), 0, 100);
  structuredClone(first.buffer, { transfer: [first.buffer as ArrayBuffer] });
  assert.is(copyBytes(Buffer.alloc(100, 'b'), 0, 100).toString(), 'b'.repeat(100));
});

test.run();
