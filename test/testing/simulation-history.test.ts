import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type AppendWitness, ListHistory, NO_FAULTS } from '../../src/testing/index.ts';

const test = suite('testing/history: what a list tells of its writer');

/** A list of which these values were acknowledged, each at its place. */
function acknowledged(count: number): ListHistory {
  const list = new ListHistory('list');
  for (let i = 0; i < count; i++) list.acknowledge(list.next(), i + 1);
  return list;
}

test('a list that is as its writer was told has no faults', () => {
  assert.equal(acknowledged(4).judge([0, 1, 2, 3]), NO_FAULTS);
});

test('a value twice is a duplicate, a value behind a later one is out of order', () => {
  assert.is(acknowledged(3).judge([0, 1, 1, 2]).duplicates, 1);
  assert.is(acknowledged(3).judge([0, 2, 1]).outOfOrder, 1);
});

test('a value that is missing is lost; then places prove nothing', () => {
  assert.equal(acknowledged(3).judge([0, 2]), { ...NO_FAULTS, lost: 1 });
});

test('a reply with another length than the place of its value was not its own', () => {
  const list = acknowledged(2);
  list.acknowledge(list.next(), 2);
  assert.is(list.judge([0, 1, 2]).wrongReplies, 1);
});

test('a write that was rejected as not run must not be there, one in doubt may', () => {
  const list = acknowledged(1);
  list.reject(list.next(), false);
  list.reject(list.next(), true);
  assert.is(list.judge([0, 1, 2]).impossible, 1);
  assert.equal(list.judge([0]), NO_FAULTS);
  assert.is(list.judge([0, 7]).impossible, 1);
});

test('a write nobody was told of is hung', () => {
  const list = acknowledged(1);
  list.next();
  assert.is(list.judge([0]).hung, 1);
});

test('a witness excuses what servers did, value by value', () => {
  const nothing = { wasLost: () => false, cameLate: () => false, hasOvertaken: () => false };
  const lost = { ...nothing, wasLost: (_key: string, value: number) => value === 1 };
  assert.equal(acknowledged(3).judge([0, 2], lost), { ...NO_FAULTS, lostByServer: 1 });
  assert.equal(acknowledged(3).judge([0], lost), { ...NO_FAULTS, lost: 1, lostByServer: 1 });
  const late = { ...nothing, cameLate: (_key: string, value: number) => value === 1 };
  assert.is(acknowledged(3).judge([0, 2, 1], late).outOfOrder, 0);
  assert.is(acknowledged(3).judge([1, 2, 0], late).outOfOrder, 1);
  const overtaking = { ...nothing, hasOvertaken: (_key: string, value: number) => value === 2 };
  assert.is(acknowledged(4).judge([0, 2, 1, 3], overtaking).outOfOrder, 0);
  assert.is(acknowledged(4).judge([0, 3, 2, 1], overtaking).outOfOrder, 2);
});

test('what was refused before it ran may stand behind what was in flight then, in its own order', () => {
  const refusing = (...refused: number[]): AppendWitness => ({
    wasLost: () => false,
    cameLate: () => false,
    hasOvertaken: () => false,
    wasRefused: (_key, value) => refused.includes(value),
  });
  assert.is(acknowledged(4).judge([0, 3, 1, 2], refusing(1, 2)).outOfOrder, 0);
  assert.is(acknowledged(4).judge([0, 3, 1, 2], refusing(1)).outOfOrder, 1);
  assert.is(acknowledged(4).judge([0, 3, 2, 1], refusing(1, 2)).outOfOrder, 1);
  assert.is(acknowledged(4).judge([0, 2, 1, 3], refusing(2)).outOfOrder, 1);
});

test.run();
