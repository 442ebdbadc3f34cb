import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRequestLength } from '../../src/resp/request-length.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('request length');

function parse(text: string): number | undefined {
  return parseRequestLength(Buffer.from(`*${text}`));
}

test('a number has one spelling', () => {
  assert.is(parse('0'), 0);
  assert.is(parse('-1'), -1);
  assert.is(parse('2147483648'), 2 ** 31);
  for (const text of ['', '-', '+1', '01', '-0', '-01', ' 1', '1 ', '1.0', '1e3', '0x1', '?', '1\0', '١']) {
    assert.is(parse(text), undefined, JSON.stringify(text));
  }
});

test('a number has 64 bits', () => {
  assert.is(parse('9223372036854775807'), 2 ** 63);
  assert.is(parse('-9223372036854775808'), -(2 ** 63));
  for (const text of ['9223372036854775808', '-9223372036854775809', '9'.repeat(20), '1'.repeat(70_000)]) {
    assert.is(parse(text), undefined, text.slice(0, 30));
  }
});

test('any 64-bit integer is read as itself, or past 2^53 as the double next to it', () => {
  checkProperty(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.is(parse(`${value}`), Number(value));
    }),
  );
});

test.run();
