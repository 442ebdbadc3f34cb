import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cursor } from '../../src/resp/cursor.ts';
import { TextWindow } from '../../src/resp/text-window.ts';

const test = suite('text window');

function windowOf(bytes: Buffer): TextWindow {
  const cursor = new Cursor();
  cursor.attach(bytes);
  return new TextWindow(cursor);
}

/** All texts of the given lengths, one behind the other. */
function texts(bytes: Buffer, lengths: readonly number[]): string[] {
  const window = windowOf(bytes);
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

test('texts out of a chunk of UTF-8 that is not ASCII, over many windows, are what UTF-8 says', () => {
  const words = ['ключ', 'plain', 'é', '日本語', '😀', '', 'x'.repeat(300), 'a😀é'.repeat(20)];
  const all = Array.from({ length: 500 }, (_, index) => words[(index * 5) % words.length]!);
  const bytes = Buffer.from(all.join(''));
  const lengths = all.map((word) => Buffer.byteLength(word));
  assert.equal(texts(bytes, lengths), all);
  assert.equal(texts(Buffer.concat([bytes, Buffer.from([0xe6, 0x97])]), lengths), all, 'a character cut at the end');
  assert.equal(texts(Buffer.concat([bytes, Buffer.from([0xff])]), lengths), all, 'a byte at the end that is no UTF-8');
});

test('a chunk that begins within a character is no obstacle', () => {
  const window = windowOf(Buffer.concat([Buffer.from('日本').subarray(2), Buffer.from('ключ'.repeat(30))]));
  assert.is(window.text(4, 12), 'ключ');
  assert.is(window.text(20, 28), 'ключ');
});

test('texts that are no UTF-8 among others are decoded by themselves', () => {
  const words = [
    Buffer.from('ключ'),
    Buffer.from([0xe6, 0x97]),
    Buffer.from('plain'),
    Buffer.from([0xff]),
    Buffer.from('é'),
  ];
  const all = Array.from({ length: 200 }, (_, index) => words[(index * 3) % words.length]!);
  const lengths = all.map((word) => word.length);
  assert.equal(
    texts(Buffer.concat(all), lengths),
    all.map((word) => word.toString()),
  );
});

test('ASCII and other windows of one chunk take turns', () => {
  const words = ['a'.repeat(200), 'ключ'.repeat(20), 'b'.repeat(100)];
  const all = Array.from({ length: 300 }, (_, index) => words[Math.floor(index / 20) % 3]!);
  const lengths = all.map((word) => Buffer.byteLength(word));
  assert.equal(texts(Buffer.from(all.join('')), lengths), all);
});

test('another chunk begins anew, and so does one that has become longer', () => {
  const cursor = new Cursor();
  const window = new TextWindow(cursor);
  for (const text of ['first'.repeat(20), 'other'.repeat(20), 'é'.repeat(50), 'x'.repeat(100)]) {
    cursor.attach(Buffer.from(text));
    window.reset();
    assert.is(window.text(0, 10), text.slice(0, text.startsWith('é') ? 5 : 10));
  }
  const bytes = Buffer.alloc(1000, 'a');
  cursor.attach(bytes);
  cursor.end = 100;
  window.reset();
  assert.is(window.text(0, 5), 'aaaaa');
  bytes.write('é', 150);
  cursor.end = 1000;
  assert.is(window.text(150, 152), 'é');
});

test.run();
