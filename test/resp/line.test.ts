import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Line, NULL_LENGTH, STREAMED_LENGTH } from '../../src/resp/line.ts';

const test = suite('line');

/** A line in the middle of other bytes, at offset 1000 of the stream. */
function line(text: string): Line {
  const bytes = Buffer.from(`#t\r\n${text}\r\n+\r\n`, 'latin1');
  return new Line(bytes, { start: 4, lineFeed: 4 + text.length + 1 }, 1000);
}

function fault(read: () => unknown): number {
  try {
    read();
  } catch (error) {
    return (error as { offset: number }).offset - 1000;
  }
  throw new Error('no fault');
}

test('an integer has an optional sign and any number of leading zeros', () => {
  for (const [text, value] of [
    [':0', 0],
    [':-0', 0],
    [':+5', 5],
    [':007', 7],
    [':-12', -12],
    [`:${'0'.repeat(100)}9`, 9],
  ] as const) {
    assert.is(line(text).integer(), value);
  }
});

test('an integer is a number as far as that is exact, then a bigint to the ends of 64 bits', () => {
  assert.is(line(':9007199254740991').integer(), 9007199254740991);
  assert.is(line(':-9007199254740991').integer(), -9007199254740991);
  assert.is(line(':9007199254740992').integer(), 9007199254740992n);
  assert.is(line(':+9223372036854775807').integer(), 2n ** 63n - 1n);
  assert.is(line(':-9223372036854775808').integer(), -(2n ** 63n));
});

test('a fault names the first byte that is wrong', () => {
  assert.is(
    fault(() => line(':').integer()),
    1,
  );
  assert.is(
    fault(() => line(':-').integer()),
    2,
  );
  assert.is(
    fault(() => line(':12a').integer()),
    3,
  );
  assert.is(
    fault(() => line(':9223372036854775808').integer()),
    1,
  );
  assert.is(
    fault(() => line('$-2').length()),
    1,
  );
  assert.is(
    fault(() => line('$3 ').length()),
    2,
  );
  assert.is(
    fault(() => line('_x').nothing()),
    1,
  );
});

test('a length has no sign; null and streamed are for the types that have them', () => {
  assert.is(line('$03').length(), 3);
  assert.is(line('$-1').length(), NULL_LENGTH);
  assert.is(line('*-1').length(), NULL_LENGTH);
  for (const text of ['%-1', '~-1', '>-1', '|-1', '=-1', '!-1', '$-0', '$+1', '$', '$4503599627370497']) {
    assert.throws(() => line(text).length(), undefined, text);
  }
  for (const text of ['$?', '*?', '~?', '%?']) assert.is(line(text).length(), STREAMED_LENGTH);
  for (const text of ['>?', '|?', '!?', '=?', '$??', ';?']) assert.throws(() => line(text).length(), undefined, text);
});

test('a double is what the specification says, and the older spellings of nan', () => {
  const doubles: [string, number][] = [
    ['1', 1],
    ['+1.5', 1.5],
    ['-0', -0],
    ['1e5', 1e5],
    ['1.5E-7', 1.5e-7],
    ['0.1923', 0.1923],
    ['4.9406564584124654e-324', 5e-324],
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['-nan', NaN],
    ['nan(0x8000000000000)', NaN],
  ];
  for (const [text, value] of doubles) assert.ok(Object.is(line(`,${text}`).double(), value), text);
  const wrong = [
    '',
    '.',
    '+',
    '.5',
    '5.',
    '1e',
    '1e+',
    '1.2.3',
    '1,5',
    '0x1p3',
    ' 1',
    '1 ',
    'Infinity',
    '1_000',
    'nanx',
  ];
  for (const text of wrong) assert.throws(() => line(`,${text}`).double(), undefined, text);
});

test('a big number has digits and a sign, and nothing that BigInt would take besides', () => {
  assert.is(line('(+7').bigNumber(), 7n);
  assert.is(line('(-34928903284092385').bigNumber(), -34928903284092385n);
  for (const text of ['(', '(-', '(0x10', '( 1', '(1 ', '(1e5', '(12.5']) {
    assert.throws(() => line(text).bigNumber(), undefined, text);
  }
});

test('a boolean is one letter', () => {
  assert.is(line('#t').boolean(), true);
  assert.is(line('#f').boolean(), false);
  for (const text of ['#', '#T', '#true', '#1']) assert.throws(() => line(text).boolean(), undefined, text);
});

test('text that is not UTF-8 can be had without loss', () => {
  assert.is(line('+caf\xc3\xa9').text(), 'café');
  assert.is(line('+caf\xc3\xa9').textOrBytes(), 'café');
  assert.is(line('+\xff').text(), '\ufffd');
  assert.equal(line('+\xff').textOrBytes(), Buffer.from([0xff]));
});

test('a line ends with CRLF and has no other carriage return in it', () => {
  const ends = (text: string) =>
    fault(() => new Line(Buffer.from(text), { start: 0, lineFeed: text.length - 1 }, 1000));
  assert.is(ends('+a\n'), 2);
  assert.is(ends('+\n'), 1);
  assert.is(ends('+a\rb\r\n'), 3);
  assert.is(ends('+a\r\r\n'), 3);
  assert.is(ends('+a\rb\n'), 3);
});

test.run();
