import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeText } from '../../src/resp/text.ts';

const test = suite('text');

test('bytes of any length become the text that UTF-8 says, with U+FFFD for what is none', () => {
  for (const unit of ['a', 'é', '日', '😀', 'abc\0\x7f']) {
    for (const times of [0, 1, 16, 63, 64, 65, 255, 256, 257, 5000]) {
      const text = unit.repeat(times);
      const bytes = Buffer.from(`é${text}é`);
      assert.is(decodeText(bytes, 2, bytes.length - 2), text, `${times} ${unit}`);
    }
  }
  for (const length of [1, 64, 300])
    assert.is(decodeText(Buffer.alloc(length, 0xff), 0, length), '\ufffd'.repeat(length));
});

test.run();
