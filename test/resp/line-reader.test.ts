import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cursor } from '../../src/resp/cursor.ts';
import { LineReader } from '../../src/resp/line-reader.ts';

const test = suite('line reader');

function reading(text: string, maxLineBytes = 1000): { cursor: Cursor; lines: LineReader } {
  const cursor = new Cursor();
  cursor.attach(Buffer.from(text));
  return { cursor, lines: new LineReader(cursor, maxLineBytes) };
}

test('a line in one chunk is there at once, and the cursor behind it', () => {
  const { cursor, lines } = reading('+OK\r\n+next');
  assert.is(lines.read()!.text(), 'OK');
  assert.is(cursor.position, 5);
});

test('a line may come in any number of chunks, and keeps the offset at which it began', () => {
  const { cursor, lines } = reading(':12');
  assert.is(lines.read(), undefined);
  for (const text of ['', '34', '\r']) {
    cursor.attach(Buffer.from(text));
    assert.is(lines.resume(), undefined);
  }
  cursor.attach(Buffer.from('\n:5\r\n'));
  const line = lines.resume()!;
  assert.is(line.integer(), 1234);
  assert.is(line.offset, 0);
  assert.is(cursor.position, 1);
});

test('a line has at most maxLineBytes, with its CRLF', () => {
  assert.is(reading('+abc\r\n', 6).lines.read()!.text(), 'abc');
  assert.throws(() => reading('+abc\r\n', 5).lines.read(), /more than 5 bytes/);
  const { cursor, lines } = reading('+ab', 5);
  lines.read();
  cursor.attach(Buffer.from('c'));
  assert.is(lines.resume(), undefined);
  cursor.attach(Buffer.from('d'));
  assert.throws(
    () => lines.resume(),
    (error: { code: string; offset: number }) => {
      return error.code === 'ERR_RESP_LIMIT' && error.offset === 5;
    },
  );
});

test.run();
