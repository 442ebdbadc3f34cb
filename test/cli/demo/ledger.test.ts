import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ledger } from '../../../src/cli/demo/ledger.ts';
import { hashSlot, SLOT_COUNT } from '../../../src/cluster/index.ts';

const test = suite('cli/demo: ledger');

const SLOT = 7;

/** A ledger in which versions were acknowledged and others are in doubt. */
function withVersions(acknowledged: readonly number[], doubtful: readonly number[] = []): Ledger {
  const ledger = new Ledger();
  for (const version of acknowledged) ledger.acknowledgeVersion(SLOT, version);
  for (const version of doubtful) ledger.doubtVersion(SLOT, version);
  return ledger;
}

function withSums(acknowledged: number, doubtful = 0): Ledger {
  const ledger = new Ledger();
  ledger.acknowledgedSum[SLOT] = acknowledged;
  ledger.doubtfulSum[SLOT] = doubtful;
  return ledger;
}

/** What is wrong with a value at this version; null for a key that is not there. */
function judgeVersion(ledger: Ledger, version: number | null): string | undefined {
  return ledger.judge(SLOT, version === null ? null : ledger.value(SLOT, version), null);
}

function judgeCounter(ledger: Ledger, counter: string | null): string | undefined {
  return ledger.judge(SLOT, null, counter);
}

test('every slot has a value and a counter of its own, in that slot', () => {
  const ledger = new Ledger();
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    if (hashSlot(ledger.valueKey(slot)) !== slot) assert.unreachable(`value of ${slot}`);
    if (hashSlot(ledger.counterKey(slot)) !== slot) assert.unreachable(`counter of ${slot}`);
  }
});

test('what was acknowledged last is right, in whatever order the acknowledgements came', () => {
  assert.is(judgeVersion(withVersions([1, 3, 2]), 3), undefined);
});

test('what nobody wrote to is not there, and counts as 0', () => {
  assert.is(new Ledger().judge(SLOT, null, null), undefined);
});

test('a lost write is found: the value is an older version, or gone', () => {
  const ledger = withVersions([1, 2]);
  assert.is(
    judgeVersion(ledger, 1),
    `${ledger.valueKey(SLOT)} is "${ledger.value(SLOT, 1)}", acknowledged is version 2`,
  );
  assert.is(judgeVersion(ledger, null), `${ledger.valueKey(SLOT)} is null, acknowledged is version 2`);
});

test('a value that nobody wrote is found: a version never sent, another slot’s, any text', () => {
  const ledger = withVersions([1, 2]);
  assert.match(judgeVersion(ledger, 3)!, 'acknowledged is version 2');
  assert.match(ledger.judge(SLOT, ledger.value(SLOT + 1, 2), null)!, 'acknowledged is version 2');
  assert.match(ledger.judge(SLOT, '', null)!, 'is ""');
  assert.match(judgeVersion(new Ledger(), 1)!, 'acknowledged is version 0');
});

test('a write in doubt may have run or not', () => {
  const ledger = withVersions([1], [2, 3]);
  for (const version of [1, 2, 3]) assert.is(judgeVersion(ledger, version), undefined, `version ${version}`);
  assert.match(judgeVersion(ledger, 4)!, 'acknowledged is version 1');
});

test('the first write in doubt may have left nothing', () => {
  const ledger = withVersions([], [1]);
  assert.is(judgeVersion(ledger, null), undefined);
  assert.is(judgeVersion(ledger, 1), undefined);
});

test('a write in doubt that comes after a later one was acknowledged is found: it overtook', () => {
  assert.match(judgeVersion(withVersions([1, 3], [2]), 2)!, 'acknowledged is version 3');
});

test('a doubt about one slot allows nothing in another', () => {
  const ledger = withVersions([], [1]);
  ledger.doubtfulSum[SLOT] = 5;
  assert.match(ledger.judge(SLOT + 1, ledger.value(SLOT + 1, 1), null)!, 'acknowledged is version 0');
  assert.match(ledger.judge(SLOT + 1, null, '5')!, 'not from 0 to 0');
});

test('a counter that is what was acknowledged is right', () => {
  assert.is(judgeCounter(withSums(12), '12'), undefined);
});

test('a doubled increment is found', () => {
  const ledger = withSums(13);
  assert.is(judgeCounter(ledger, '26'), `${ledger.counterKey(SLOT)} is "26", which is not from 13 to 13`);
});

test('a lost increment is found: the counter is too low, or gone', () => {
  assert.match(judgeCounter(withSums(13), '12')!, 'not from 13 to 13');
  assert.match(judgeCounter(withSums(13, 5), null)!, 'is null, which is not from 13 to 18');
});

test('an increment in doubt may have run or not, but no more than once', () => {
  const ledger = withSums(10, 4);
  assert.is(judgeCounter(ledger, '10'), undefined);
  assert.is(judgeCounter(ledger, '14'), undefined);
  assert.match(judgeCounter(ledger, '9')!, 'not from 10 to 14');
  assert.match(judgeCounter(ledger, '15')!, 'not from 10 to 14');
  assert.match(judgeCounter(ledger, '18')!, 'not from 10 to 14');
});

test('a counter that is no number is found', () => {
  assert.match(judgeCounter(withSums(10, 4), 'twelve')!, 'is "twelve", which is not from 10 to 14');
});

test('doubts are listed by what their callers were told, without the name of the command', () => {
  const ledger = new Ledger();
  ledger.doubts.push({ command: 'SET', key: 'a', message: 'SET was cut off' });
  ledger.doubts.push({ command: 'INCRBY', key: 'b', message: 'INCRBY was cut off' });
  assert.equal([...ledger.doubtsByMessage()], [['was cut off', ['SET a', 'INCRBY b']]]);
});

test.run();
