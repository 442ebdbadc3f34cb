import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Admission } from '../../src/net/index.ts';

const test = suite('net/admission');

test('commands and bytes are limited, and released', () => {
  const admission = new Admission({ maxCommands: 3, maxBytes: 100 });
  admission.take(60);
  assert.is(admission.hasRoom(40), true);
  assert.is(admission.hasRoom(41), false);
  admission.take(10);
  admission.take(10);
  assert.is(admission.hasRoom(1), false, 'three commands');
  admission.release(60);
  assert.is(admission.hasRoom(80), true);
  assert.equal([admission.commands, admission.bytes], [2, 20]);
});

test('one command larger than the limit is admitted alone, or it never could be', () => {
  const admission = new Admission({ maxCommands: 3, maxBytes: 100 });
  assert.is(admission.hasRoom(1000), true);
  admission.take(1000);
  assert.is(admission.hasRoom(1), false);
});

test('below half is below half of both', () => {
  const admission = new Admission({ maxCommands: 4, maxBytes: 100 });
  admission.take(50);
  assert.is(admission.isBelowHalf, true);
  admission.take(1);
  assert.is(admission.isBelowHalf, false);
  admission.release(50);
  admission.take(0);
  admission.take(0);
  assert.is(admission.isBelowHalf, false);
});

test.run();
