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

test.run();
