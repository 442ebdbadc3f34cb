import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Argument, argumentBytes, checkArguments } from '../../src/resp/index.ts';

const test = suite('arguments');

function refusal(args: unknown): { name: string; code: string; message: string } {
  try {
    checkArguments(args as Argument[]);
  } catch (error) {
    return error as { name: string; code: string; message: string };
  }
  throw new Error('not refused');
}

test('strings, finite numbers, bigints and bytes pass', () => {
  checkArguments(['', 'a', 0, -1.5, 1e300, 2n ** 70n, Buffer.alloc(0), new Uint8Array(3)]);
});

test('everything else is refused by its position and kind, and with a stable code', () => {
  const refused: [unknown, RegExp][] = [
    [Number.NaN, /argument 1 must be finite, not NaN/],
    [Number.POSITIVE_INFINITY, /argument 1 must be finite, not Infinity/],
    [null, /argument 1 .* not null/],
    [undefined, /argument 1 .* not undefined/],
    [true, /argument 1 .* not true/],
    [['a'], /argument 1 .* not an array/],
    [{ a: 1 }, /argument 1 .* not an object \(Object\)/],
    [new Date(), /argument 1 .* not an object \(Date\)/],
    [new Uint16Array(1), /argument 1 .* not an object \(Uint16Array\)/],
    [Symbol('a'), /argument 1 .* not symbol/],
    [() => {}, /argument 1 .* not function/],
  ];
  for (const [argument, message] of refused) {
    const error = refusal(['SET', argument]);
    assert.match(error.message, message);
    assert.is(error.code, 'ERR_INVALID_ARGUMENT');
  }
});

test('a wrong kind is a TypeError, an impossible value a RangeError', () => {
  assert.instance(refusal(['GET', null]), TypeError);
  assert.instance(refusal(['GET', Number.NaN]), RangeError);
  assert.instance(refusal([]), RangeError);
});

test('an empty command is refused, and so is what is no array', () => {
  assert.match(refusal([]).message, /at least one argument/);
  assert.match(refusal('GET a').message, /must be an array of arguments, not string/);
});

test('a hole in an array is no argument', () => {
  const args: unknown[] = ['SET'];
  args[2] = 'v';
  assert.match(refusal(args).message, /argument 1 .* not undefined/);
});

test('the estimate covers the memory of any argument', () => {
  assert.is(argumentBytes(['abc']), 16 + 6);
  assert.is(argumentBytes(['GET', Buffer.alloc(1000)]), 16 + 6 + 16 + 1000);
  assert.is(argumentBytes([1, 2n]), 32);
  assert.ok(argumentBytes([1n << 100_000n]) >= 12_500);
  assert.ok(argumentBytes(['€'.repeat(10)]) >= 20);
});

test.run();
