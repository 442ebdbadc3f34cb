import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BulkReader } from '../../src/resp/bulk-reader.ts';
import { Cursor } from '../../src/resp/cursor.ts';
import { Form } from '../../src/resp/form.ts';
import { Frame } from '../../src/resp/frame.ts';
import { DEFAULT_LIMITS } from '../../src/resp/limits.ts';
import { Push, type Reply } from '../../src/resp/reply.ts';
import { MORE, ReplyStack } from '../../src/resp/reply-stack.ts';
import { ShortReader } from '../../src/resp/short-reader.ts';

const test = suite('short reader');

interface Reading {
  reader: ShortReader;
  cursor: Cursor;
  stack: ReplyStack;
}

function readerOf(wire: string | Buffer, form: Form = Form.String): Reading {
  const cursor = new Cursor();
  const stack = new ReplyStack(cursor, DEFAULT_LIMITS);
  stack.begin(form);
  const bulk = new BulkReader(cursor, stack, { limits: DEFAULT_LIMITS, keepsFormat: false });
  const reader = new ShortReader(cursor, stack, { bulk, limits: { ...DEFAULT_LIMITS, maxBulkBytes: 100 } });
  cursor.attach(Buffer.from(wire));
  reader.attach();
  return { reader, cursor, stack };
}

const SHORT: readonly [string, Reply][] = [
  [':0\r\n', 0],
  [':123456789\r\n', 123_456_789],
  [':1234567890\r\n', 1_234_567_890],
  [':-12\r\n', -12],
  [':999999999999999\r\n', 999_999_999_999_999],
  ['+OK\r\n', 'OK'],
  ['+OKAY\r\n', 'OKAY'],
  ['+\r\n', ''],
  ['$0\r\n\r\n', ''],
  ['$5\r\nhello\r\n', 'hello'],
  ['$2\r\né\r\n', 'é'],
  ['$-1\r\n', null],
  ['_\r\n', null],
  ['#t\r\n', true],
  ['#f\r\n', false],
  [',1.25\r\n', 1.25],
];

test('a short value that is all here is read, and the cursor is behind it', () => {
  for (const [wire, value] of SHORT) {
    const { reader, cursor } = readerOf(`${wire}:1\r\n`);
    assert.equal(reader.read(0), value, wire);
    assert.is(cursor.position, Buffer.byteLength(wire), wire);
  }
});

test('a value of which a byte is missing is for somebody else, and the cursor stays', () => {
  for (const [wire] of SHORT) {
    const bytes = Buffer.from(wire);
    for (let length = 0; length < bytes.length; length++) {
      const { reader, cursor } = readerOf(bytes.subarray(0, length));
      assert.is(reader.read(0), MORE, `${length} of ${wire}`);
      assert.is(cursor.position, 0);
    }
  }
});

test('it judges nothing: what is wrong, long, or rare is for somebody else too', () => {
  const wrong = [
    ':1x\r\n',
    ':\r\n',
    ':-\r\n',
    ':1\n\n\n',
    ':1\rx',
    '$x\r\n',
    '$1\r\nabc',
    '$-2\r\n',
    '#x\r\n',
    '_x\r\n',
  ];
  const rare = [
    ':+1\r\n',
    ':1234567890123456\r\n',
    '$101\r\n',
    '+é\r\n',
    ',1e5\r\n',
    '(1\r\n',
    '|0\r\n',
    '!1\r\nx\r\n',
  ];
  for (const wire of [...wrong, ...rare, '$10000000000\r\n', `+${'x'.repeat(70)}\r\n`, ',.5\r\n', '-x\r\n', '@@@']) {
    const { reader, cursor } = readerOf(wire);
    assert.is(reader.read(0), MORE, wire);
    assert.is(cursor.position, 0, wire);
  }
});

test('an aggregate is filled as far as short values go, but for its last element', () => {
  for (const [wire, items] of [
    [':1\r\n+a\r\n$1\r\nb\r\n:4\r\n', [1, 'a', 'b']],
    [':1\r\n*0\r\n:3\r\n:4\r\n', [1, [], 3]],
    [':1\r\n|0\r\n:3\r\n:4\r\n', [1]],
    ['', []],
  ] as const) {
    const frame = new Frame();
    frame.items = [];
    frame.remaining = 4;
    readerOf(wire).reader.fill(frame);
    assert.equal(frame.items, items);
    assert.is(frame.remaining, 4 - items.length);
  }
});

test('an aggregate of short values is read at once, whatever is nested in it', () => {
  const wire = '*3\r\n:1\r\n%1\r\n+a\r\n~1\r\n_\r\n*0\r\n';
  const { reader, cursor } = readerOf(wire);
  assert.equal(reader.read(0), [1, ['a', [null]], []]);
  assert.is(cursor.position, wire.length);
  const { reader: pushes } = readerOf('>2\r\n+kind\r\n:1\r\n');
  assert.equal(pushes.read(0), new Push('kind', ['kind', 1]));
});

test('an aggregate that is not all short goes onto the stack as far as it was read', () => {
  const { reader, cursor, stack } = readerOf('*2\r\n:1\r\n*3\r\n:2\r\n-ERR\r\n');
  assert.is(reader.read(0), MORE);
  assert.is(cursor.position, '*2\r\n:1\r\n*3\r\n:2\r\n'.length);
  assert.is(reader.leave(), true);
  assert.is(reader.leave(), false);
  assert.is(stack.depth, 2);
  assert.equal(stack.innermost.items, [2]);
  assert.is(stack.innermost.remaining, 2);
});

test('an aggregate that something must be said of is not touched', () => {
  const wrong = ['*-1\r\n', '*?\r\n', '>0\r\n', '>1\r\n:1\r\n', '|0\r\n', '*x\r\n', '*99999999\r\n', '*1'];
  for (const wire of wrong) {
    const { reader, cursor, stack } = readerOf(wire);
    assert.is(reader.read(0), MORE, wire);
    assert.is(reader.leave(), false, wire);
    assert.is(cursor.position, 0, wire);
    assert.is(stack.depth, 0, wire);
  }
});

test('a length is read with its line, or not at all', () => {
  const { reader, cursor } = readerOf('*12\r\n');
  assert.is(reader.length(0), 12);
  assert.is(cursor.position, 5);
  for (const wire of ['*\r\n', '*12', '*-1\r\n', '*?\r\n', '*1x\r\n', '*1234567890\r\n']) {
    assert.is(readerOf(wire).reader.length(0), -1, wire);
  }
});

test('in the bytes form bulk strings are copies, in the view form the chunk itself', () => {
  const bytes = readerOf('$5\r\nhello\r\n', Form.Bytes);
  const view = readerOf('$5\r\nhello\r\n', Form.View);
  assert.equal(bytes.reader.read(0), Buffer.from('hello'));
  const value = view.reader.read(0) as Buffer;
  view.cursor.bytes.write('HELLO', 4);
  assert.is(value.toString(), 'HELLO');
});

test.run();
