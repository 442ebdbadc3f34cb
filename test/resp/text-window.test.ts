import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TextWindow } from '../../src/resp/text-window.ts';

const test = suite('text window');

/** All texts of the given lengths, one behind the other. */
function texts(bytes: Buffer, lengths: readonly number[]): string[] {
  const window = new TextWindow();
  window.attach(bytes);
  return spans(lengths).map(([from, to]) => window.text(from, to));
}

function expected(bytes: Buffer, lengths: readonly number[]): string[] {
  return spans(lengths).map(([from, to]) => bytes.toString('utf8', from, to));
}

function spans(lengths: readonly number[]): [number, number][] {
  let end = 0;
  return lengths.map((length) => {
    end += length;
    return [end - length, end];
  });
}

test('texts of any length are what UTF-8 says, over many windows', () => {
  const lengths = Array.from({ length: 400 }, (_, index) => (index * 7) % 300);
  const ascii = Buffer.from('abcdefghij\0\x7f'.repeat(10_000));
  assert.equal(texts(ascii, lengths), expected(ascii, lengths));
});

test('one text that is not ASCII among others is decoded right, and so are the others', () => {
  const bytes = Buffer.from(`${'a'.repeat(20)}é€😀${'b'.repeat(20)}`);
  const lengths = [20, 2, 3, 4, 20];
  assert.equal(texts(bytes, lengths), ['a'.repeat(20), 'é', '€', '😀', 'b'.repeat(20)]);
});

test('a byte that is not UTF-8 is U+FFFD', () => {
  assert.equal(texts(Buffer.from([0x61, 0xff, 0x62]), [1, 1, 1]), ['a', '\ufffd', 'b']);
});

test('another chunk begins anew', () => {
  const window = new TextWindow();
  window.attach(Buffer.from('first'));
  assert.is(window.text(0, 5), 'first');
  window.attach(Buffer.from('other'));
  assert.is(window.text(0, 5), 'other');
  window.attach(Buffer.from('é'));
  assert.is(window.text(0, 2), 'é');
});

test.run();
