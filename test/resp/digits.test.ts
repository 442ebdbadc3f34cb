import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readDecimal, readDigits } from '../../src/resp/digits.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('digits');

/** In the middle of other digits, which must not count. */
function within<T>(text: string, read: (bytes: Buffer, from: number, to: number) => T): T {
  return read(Buffer.from(`99${text}99`), 2, 2 + text.length);
}

test('1 to 15 digits are a number, anything else is not', () => {
  assert.is(within('0', readDigits), 0);
  assert.is(within('007', readDigits), 7);
  assert.is(within('999999999999999', readDigits), 999999999999999);
  for (const text of ['', '1000000000000000', '-1', '+1', '1a', ' 1', '/', ':'])
    assert.is(within(text, readDigits), -1, text);
});

test('a short decimal is exactly what Number says of it', () => {
  const anyDecimal = fc.tuple(fc.stringMatching(/^-?[0-9]{1,8}$/), fc.stringMatching(/^(\.[0-9]{1,7})?$/));
  const property = fc.property(anyDecimal, ([whole, fraction]) => {
    assert.ok(Object.is(within(whole + fraction, readDecimal), Number(whole + fraction)), whole + fraction);
  });
  checkProperty(property, { numRuns: 2000 });
});

test('the sign of zero stays', () => {
  for (const text of ['-0', '-0.0', '0', '0.0']) assert.ok(Object.is(within(text, readDecimal), Number(text)), text);
});

test('a decimal that is long, has an exponent or is none is left to others', () => {
  const texts = ['', '-', '.', '.5', '5.', '-.5', '1.2.3', '1e5', '+1', 'inf', 'nan', '1,5', '0x1'];
  for (const text of [...texts, '1234567890123456', '0.1234567890123456'])
    assert.is(within(text, readDecimal), undefined, text);
});

test.run();
