import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ScriptedLayout } from '../../src/testing/scripted-layout.ts';

const test = suite('testing/scripted-layout');

test('slots belong to nobody until they are assigned', () => {
  const layout = new ScriptedLayout();
  assert.is(layout.ownerOf(0), undefined);
  assert.equal(layout.ranges(), []);
});

test('neighbouring slots of one owner are one range, the last slot included', () => {
  const layout = new ScriptedLayout();
  layout.assign([0, 9], 0, 1);
  layout.assign([10, 16_383], 0, 2);
  assert.equal(layout.ranges(), [{ range: [0, 16_383], owner: 0 }]);
});

test('a slot in the middle splits a range, and nobody leaves a gap', () => {
  const layout = new ScriptedLayout();
  layout.assign([0, 100], 0, 1);
  layout.assign([50, 50], 1, 2);
  layout.assign([60, 60], undefined, 3);
  assert.equal(layout.ranges(), [
    { range: [0, 49], owner: 0 },
    { range: [50, 50], owner: 1 },
    { range: [51, 59], owner: 0 },
    { range: [61, 100], owner: 0 },
  ]);
  assert.is(layout.ownerOf(50), 1);
  assert.is(layout.ownerOf(60), undefined);
});

test('an owner has the epoch of its last assignment', () => {
  const layout = new ScriptedLayout();
  layout.assign([0, 1], 3, 7);
  assert.is(layout.epochOf(3), 7);
  assert.is(layout.epochOf(4), 0);
});

test.run();
