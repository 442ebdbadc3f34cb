import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WideWindow } from '../../src/resp/wide-window.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('wide window');

test('a character of each length, and the last and first of each, is what UTF-8 says', () => {
  const window = new WideWindow();
  for (const code of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    const text = String.fromCodePoint(code);
    const bytes = Buffer.from(`ab${text}c`);
    window.slide(bytes, 0, bytes.length);
    assert.is(window.end, bytes.length, code.toString(16));
    assert.is(window.text(2, bytes.length - 1), text, code.toString(16));
    assert.is(window.text(bytes.length - 1, bytes.length), 'c');
  }
});

test('it ends before the first byte that is no UTF-8', () => {
  const wrong = [
    '80',
    'bf',
    'c0af',
    'c1bf',
    'c3',
    'c328',
    'e0',
    'e09f80',
    'e28228',
    'eda080',
    'f0',
    'f08fbfbf',
    'f0908028',
  ];
  for (const hex of [...wrong, 'f4908080', 'f5808080', 'f8', 'ff']) {
    const bytes = Buffer.concat([Buffer.from('aé'), Buffer.from(hex, 'hex')]);
    const window = new WideWindow();
    window.slide(bytes, 0, bytes.length);
    assert.is(window.end, 3, hex);
    assert.is(window.text(0, 3), 'aé');
  }
});

test('it begins where it is told to, and does not look behind the limit', () => {
  const window = new WideWindow();
  const bytes = Buffer.from('xxéyz');
  window.slide(bytes, 2, 4);
  assert.is(window.end, 4);
  assert.is(window.text(2, 4), 'é');
  window.slide(bytes, 2, 3);
  assert.is(window.end, 2);
});

test('any bytes are decoded as the engine decodes them, up to where the window ends', () => {
  const bytesOfAnyKind = fc.property(fc.uint8Array({ maxLength: 700 }), (array) => {
    const bytes = Buffer.from(array);
    const window = new WideWindow();
    window.slide(bytes, 0, bytes.length);
    const text = bytes.toString('utf8', 0, window.end);
    assert.is(window.text(0, window.end), text);
    assert.equal(Buffer.from(text), bytes.subarray(0, window.end));
  });
  checkProperty(bytesOfAnyKind, { numRuns: 1000 });
});

test('any text is cut at any two characters', () => {
  const words = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 20 });
  const cut = fc.property(words, (texts) => {
    const bytes = Buffer.from(texts.join(''));
    const window = new WideWindow();
    window.slide(bytes, 0, bytes.length);
    let from = 0;
    for (const text of texts) {
      const to = from + Buffer.byteLength(text);
      if (to <= window.end) assert.is(window.text(from, to), text);
      from = to;
    }
  });
  checkProperty(cut, { numRuns: 1000 });
});

test.run();
