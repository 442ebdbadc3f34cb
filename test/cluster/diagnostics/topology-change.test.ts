import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { replicaChanges, slotMoves, TopologyChange } from '../../../src/cluster/diagnostics/index.ts';
import { SlotMap, type SlotRange } from '../../../src/cluster/slot-map.ts';

const test = suite('cluster/diagnostics/topology-change');

interface Name {
  readonly address: string;
  readonly id: undefined;
}
const [a, b, c] = ['a', 'b', 'c'].map((address): Name => ({ address, id: undefined })) as [Name, Name, Name];

function range([start, end]: [number, number], primary: Name | undefined, ...replicas: Name[]): SlotRange<Name> {
  return { start, end, primary, replicas, epoch: 1 };
}

/** What a second view changes after a first one. */
function movesBetween(first: SlotRange<Name>[], second: SlotRange<Name>[]): ReturnType<typeof slotMoves> {
  const map = new SlotMap<Name>();
  map.replace(first, map.time);
  const newer = second.map((one) => ({ ...one, epoch: 2 }));
  return slotMoves(map.replace(newer, map.time).ranges);
}

test('slots that went from one primary to another are consecutive ranges of one move', () => {
  assert.equal(
    movesBetween(
      [range([0, 9], a), range([10, 19], b)],
      [range([0, 2], b), range([3, 5], a), range([6, 7], b), range([8, 9], c), range([10, 19], b)],
    ),
    [
      {
        from: 'a',
        to: 'b',
        ranges: [
          { start: 0, end: 2 },
          { start: 6, end: 7 },
        ],
        isFailover: false,
      },
      { from: 'a', to: 'c', ranges: [{ start: 8, end: 9 }], isFailover: false },
    ],
  );
});

test('slots that nobody had, and that nobody has any more', () => {
  assert.equal(movesBetween([], [range([0, 16383], a)]), [
    { from: undefined, to: 'a', ranges: [{ start: 0, end: 16383 }], isFailover: false },
  ]);
  const map = new SlotMap<Name>();
  map.replace([range([0, 16383], a)], map.time);
  const { doubtful } = map.replace([range([0, 9], a)], map.time);
  const { ranges } = map.replace([range([0, 9], a)], map.time, doubtful);
  assert.equal(slotMoves(ranges), [
    { from: 'a', to: undefined, ranges: [{ start: 10, end: 16383 }], isFailover: false },
  ]);
});

test('a replica that has its primary’s slots now is a failover; slots that are migrated to it are none', () => {
  const moves = movesBetween([range([0, 9], a, b), range([10, 19], c)], [range([0, 14], b, a), range([15, 19], c)]);
  assert.equal(moves, [
    { from: 'a', to: 'b', ranges: [{ start: 0, end: 9 }], isFailover: true },
    { from: 'c', to: 'b', ranges: [{ start: 10, end: 14 }], isFailover: false },
  ]);
});

test('replicas that came and went, over all ranges of their primary', () => {
  const before = [range([0, 4], a, b), range([5, 9], a, b), range([10, 19], undefined)];
  assert.equal(replicaChanges(before, before), []);
  assert.equal(replicaChanges(before, [range([0, 9], a, c)]), [{ primary: 'a', joined: ['c'], left: ['b'] }]);
  assert.equal(replicaChanges(before, [range([0, 9], b, a)]), [{ primary: 'b', joined: ['a'], left: [] }]);
  assert.equal(replicaChanges([], [range([0, 9], a)]), []);
});

test('in numbers, for a metric', () => {
  const moved = movesBetween(
    [range([0, 9], a), range([10, 19], b)],
    [range([0, 2], b), range([3, 9], a), range([10, 19], a)],
  );
  const cause = { kind: 'view', by: 'a', reasons: ['lost'] } as const;
  const change = new TopologyChange({ cause, moved, joined: [c], left: [], replicas: [] });
  assert.equal(change.attributes, {
    'db.system.name': 'redis',
    'slotwire.topology.cause': 'view',
    'slotwire.topology.by': 'a',
    'slotwire.topology.slots_moved': 13,
    'slotwire.topology.nodes_joined': 1,
    'slotwire.topology.nodes_left': 0,
  });
});

test.run();
