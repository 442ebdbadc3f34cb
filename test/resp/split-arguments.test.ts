import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { splitArguments } from '../../src/resp/split-arguments.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('split arguments');

function split(line: string): string[] | undefined {
  return splitArguments(Buffer.from(line, 'latin1'))?.map((argument) => argument.toString('latin1'));
}

test('blanks of all kinds part words, and are otherwise nothing', () => {
  assert.equal(split(''), []);
  assert.equal(split(' \t\r\n\v\f '), []);
  assert.equal(split(' a\tb\rc  d '), ['a', 'b', 'c', 'd']);
  assert.equal(split('a\vb a\fb \v c'), ['a\vb', 'a\fb', 'c'], 'these two end no word');
});

test('quotes keep blanks, and other quotes', () => {
  assert.equal(split(`"a b" 'c d' "it's" '"'`), ['a b', 'c d', "it's", '"']);
});

test('escapes mean bytes in double quotes, and in single quotes only the quote itself', () => {
  assert.equal(split(String.raw`"\n\r\t\b\a\x00\xFf\\\"\z"`), ['\n\r\t\b\x07\x00\xff\\"z']);
  assert.equal(split(String.raw`'\n\'\x41'`), [String.raw`\n'\x41`]);
  assert.equal(split(String.raw`"\x4" "\xg0"`), ['x4', 'xg0']);
});

test('a quote that is not closed, or that a word follows, is no list of arguments', () => {
  for (const line of ['"', "'", '"a', "a'b", '"a"b', `"a"'b'`, '"a\\', '"a\\"', "'a\\'"]) {
    assert.is(split(line), undefined, line);
  }
});

test('any bytes in double quotes, escaped, come out the same', () => {
  checkProperty(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), (args) => {
      const quoted = args.map((bytes) => `"${[...bytes].map((byte) => `\\x${hex(byte)}`).join('')}"`);
      assert.equal(
        splitArguments(Buffer.from(quoted.join(' ')))?.map((argument) => [...argument]),
        args.map((bytes) => [...bytes]),
      );
    }),
  );
});

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

test.run();
