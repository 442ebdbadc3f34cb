import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SlotMap, type SlotRange } from '../../src/cluster/slot-map.ts';

const test = suite('cluster/slot-map');

function range(epoch: number, start: number, ...[end, primary, ...replicas]: [number, ...string[]]): SlotRange<string> {
  return { epoch, start, end, primary, replicas };
}

test('a slot in a gap has no primary', () => {
  const map = new SlotMap<string>();
  map.replace([range(1, 0, 10, 'a', 'ra'), range(1, 12, 16383, 'b')], map.time);
  assert.equal([map.primaryOf(10), map.primaryOf(11), map.primaryOf(12)], ['a', undefined, 'b']);
  assert.equal(map.replicasOf(3), ['ra']);
  assert.equal(map.primaries(), ['a', 'b']);
  assert.equal(
    [...map.countByPrimary()],
    [
      ['a', 11],
      ['b', 16372],
    ],
  );
});

test('a view with a higher epoch tells which slots changed hands', () => {
  const map = new SlotMap<string>();
  assert.is(map.replace([range(1, 0, 16383, 'a')], map.time).moved.length, 16384);
  assert.equal(map.replace([range(1, 0, 16381, 'a'), range(2, 16382, 16383, 'b')], map.time).moved, [16382, 16383]);
});

test('MOVED is about one slot, and a view that was asked for before does not undo it', () => {
  const map = new SlotMap<string>();
  map.replace([range(1, 0, 16383, 'a', 'ra')], map.time);
  const askedAt = map.time;
  assert.is(map.move(5, 'b'), true);
  assert.is(map.move(5, 'b'), false);
  assert.equal(map.replicasOf(5), []);
  assert.equal(map.replace([range(9, 0, 16383, 'a')], askedAt).moved, []);
  assert.is(map.primaryOf(5), 'b');
});

test('a view that is not newer by its epoch takes nothing away, unless a second node says the same', () => {
  const map = new SlotMap<string>();
  map.replace([range(3, 0, 16383, 'a')], map.time);
  map.move(5, 'b');
  const stale = map.replace([range(3, 0, 16383, 'a')], map.time);
  assert.equal([...stale.doubtful], [[5, 'a']]);
  assert.is(map.primaryOf(5), 'b');
  assert.equal(map.replace([range(3, 0, 16383, 'a')], map.time, new Map([[5, 'c']])).moved, [], 'they disagree');
  assert.equal(map.replace([range(3, 0, 16383, 'a')], map.time, stale.doubtful).moved, [5]);
});

test('that a slot has nobody any more needs a second word too', () => {
  const map = new SlotMap<string>();
  map.replace([range(3, 0, 16383, 'a')], map.time);
  const { doubtful } = map.replace([range(3, 0, 16382, 'a')], map.time);
  assert.equal([...doubtful], [[16383, undefined]]);
  assert.equal(map.replace([range(3, 0, 16382, 'a')], map.time, doubtful).moved, [16383]);
});

test('views of nodes that lag behind, in any order, never win over a newer one', () => {
  const map = new SlotMap<string>();
  map.replace([range(7, 0, 16383, 'new')], map.time);
  for (const epoch of [1, 6, 2, 5]) map.replace([range(epoch, 0, 16383, `old${epoch}`)], map.time);
  assert.is(map.primaryOf(0), 'new');
});

test('the tenure tells that a slot was another’s meanwhile', () => {
  const map = new SlotMap<string>();
  map.replace([range(1, 0, 16383, 'a')], map.time);
  const before = map.tenureOf(5);
  map.replace([range(1, 0, 16383, 'a')], map.time);
  map.move(6, 'b');
  assert.is(map.tenureOf(5), before);
  map.move(5, 'b');
  map.move(5, 'a');
  assert.is.not(map.tenureOf(5), before);
});

test.run();
