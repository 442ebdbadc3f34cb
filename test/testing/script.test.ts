import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { beginsWith, describeCommand, toBuffer } from '../../src/testing/script.ts';

const test = suite('testing/script');

const command = ['get', 'Key'].map((word) => Buffer.from(word));

test('the name of a command is compared in any case, its arguments byte by byte', () => {
  assert.ok(beginsWith(command, ['GET']));
  assert.ok(beginsWith(command, ['Get', 'Key']));
  assert.ok(beginsWith(command, ['get', new Uint8Array([75, 101, 121])]));
  assert.not(beginsWith(command, ['GET', 'key']));
});

test('a command need not end where the wanted arguments end, but must reach so far', () => {
  assert.ok(beginsWith(command, []));
  assert.not(beginsWith(command, ['GET', 'Key', 'more']));
});

test('bytes are not copied', () => {
  const bytes = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  const buffer = toBuffer(bytes);
  assert.equal([...buffer], [2, 3]);
  bytes[0] = 9;
  assert.is(buffer[0], 9);
});

test('long arguments are shortened in messages', () => {
  assert.is(describeCommand(['SET', 'k', 'x'.repeat(100)]), `SET k ${'x'.repeat(60)}`);
});

test.run();
