import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SlotMap, type SlotRange } from '../../src/cluster/slot-map.ts';

const test = suite('cluster/slot-map');

function range(start: number, end: number, ...[primary, ...replicas]: string[]): SlotRange<string> {
  return { start, end, primary, replicas };
}

test('a slot in a gap has no primary', () => {
  const map = new SlotMap<string>();
  map.replace([range(0, 10, 'a', 'ra'), range(12, 16383, 'b')], map.time);
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

test('replacing tells which slots changed hands', () => {
  const map = new SlotMap<string>();
  assert.is(map.replace([range(0, 16383, 'a')], map.time).length, 16384);
  assert.equal(map.replace([range(0, 16381, 'a'), range(16382, 16383, 'b')], map.time), [16382, 16383]);
  assert.equal(map.replace([range(0, 16381, 'a')], map.time), [16382, 16383]);
});

test('MOVED is about one slot, and a view that was asked for before does not undo it', () => {
  const map = new SlotMap<string>();
  map.replace([range(0, 16383, 'a', 'ra')], map.time);
  const askedAt = map.time;
  assert.is(map.move(5, 'b'), true);
  assert.is(map.move(5, 'b'), false);
  assert.equal(map.replicasOf(5), []);
  assert.equal(map.replace([range(0, 16383, 'a')], askedAt), []);
  assert.is(map.primaryOf(5), 'b');
  assert.equal(map.replace([range(0, 16383, 'a')], map.time), [5]);
});

test.run();
