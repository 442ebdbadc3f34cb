import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SLOT_COUNT } from '../../src/cluster/index.ts';
import type { OwnSlots } from '../../src/cluster/own-slots.ts';
import { isWanted, ScanCoverage, type ScanLeg } from '../../src/cluster/scan-coverage.ts';

const test = suite('cluster/scan-coverage');

const SLOT = 7;

/** What node `id` says of slot 7, and that it has all others. */
function says(id: string, fields: { has?: boolean; to?: string; from?: string; epoch?: number } = {}): OwnSlots {
  const owned = new Uint8Array(SLOT_COUNT).fill(1);
  owned[SLOT] = fields.has === true ? 1 : 0;
  return {
    id,
    epoch: fields.epoch ?? 1,
    owned,
    leaving: new Map(fields.to === undefined ? [] : [[SLOT, fields.to]]),
    arriving: new Map(fields.from === undefined ? [] : [[SLOT, fields.from]]),
  };
}

function legOf(coverage: ScanCoverage, start: OwnSlots): ScanLeg {
  const leg = coverage.begin(start);
  assert.ok(leg, 'the scan is useful');
  return leg;
}

test('a node that has the slot at both ends covers it', () => {
  const coverage = new ScanCoverage(SLOT);
  assert.is(coverage.covered, SLOT_COUNT - 1);
  const leg = legOf(coverage, says('a', { has: true }));
  assert.ok(isWanted(leg, SLOT));
  assert.ok(coverage.end(leg, says('a', { has: true })));
  assert.ok(coverage.isComplete);
  assert.is(coverage.begin(says('a', { has: true })), undefined, 'and no scan is useful any more');
});

test('a slot that was lost, or taken meanwhile, is not covered', () => {
  const has = says('a', { has: true });
  for (const [start, end] of [
    [has, says('a')],
    [has, says('b', { has: true })],
    [has, says('a', { has: true, epoch: 2 })],
    [says('a', { has: true, to: 'b' }), has],
    [says('a', { has: true, to: 'b' }), says('a', { has: true, to: 'c' })],
  ] as const) {
    const coverage = new ScanCoverage(SLOT);
    assert.not(coverage.end(legOf(coverage, start), end));
    assert.equal([...coverage.open()], [SLOT]);
    assert.not(coverage.hasLeft);
  }
});

test('while keys leave, the source and then the target cover the slot together', () => {
  for (const end of [says('b', { from: 'a' }), says('b', { has: true, epoch: 2 })]) {
    const coverage = new ScanCoverage(SLOT);
    const target = says('b', { from: 'a' });
    assert.is(coverage.begin(target), undefined, 'the target alone proves nothing');
    const source = says('a', { has: true, to: 'b' });
    assert.ok(coverage.end(legOf(coverage, says('a', { has: true })), source));
    assert.ok(coverage.hasLeft);
    assert.is(coverage.begin(source), undefined, 'the source has said all it can');
    assert.ok(coverage.end(legOf(coverage, target), end));
    assert.ok(coverage.isComplete);
  }
});

test('a migration that ended before its target was scanned has proved nothing', () => {
  const coverage = new ScanCoverage(SLOT);
  coverage.end(legOf(coverage, says('a', { has: true })), says('a', { has: true, to: 'b' }));
  assert.is(coverage.begin(says('b')), undefined);
  assert.not(coverage.hasLeft);
  assert.equal([...coverage.open()], [SLOT]);
});

test('a target that loses the slot again while it is scanned does not cover it', () => {
  const coverage = new ScanCoverage(SLOT);
  coverage.end(legOf(coverage, says('a', { has: true })), says('a', { has: true, to: 'b' }));
  assert.not(coverage.end(legOf(coverage, says('b', { from: 'a' })), says('b')));
  assert.equal([...coverage.open()], [SLOT]);
});

test('a node that is watched may take other slots; what it loses for a moment is not covered', () => {
  for (const [middle, isCovered] of [
    [says('a', { has: true, epoch: 2 }), true],
    [says('a', { epoch: 2 }), false],
    [says('a', { has: true, to: 'b' }), false],
  ] as const) {
    const coverage = new ScanCoverage(SLOT);
    const leg = legOf(coverage, says('a', { has: true }));
    leg.isWatched = true;
    coverage.note(leg, middle);
    coverage.end(leg, says('a', { has: true, epoch: 2 }));
    assert.is(coverage.isComplete, isCovered);
  }
});

test('looking again without learning anything is no progress', () => {
  const coverage = new ScanCoverage(SLOT);
  const look = (): boolean =>
    coverage.end(legOf(coverage, says('a', { has: true })), says('a', { has: true, to: 'b' }));
  assert.ok(look());
  assert.is(coverage.begin(says('b')), undefined, 'marked at its source alone');
  assert.not(look());
});

test.run();
