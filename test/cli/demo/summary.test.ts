import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ledger } from '../../../src/cli/demo/ledger.ts';
import type { LoadCounts } from '../../../src/cli/demo/load.ts';
import { summarize } from '../../../src/cli/demo/summary.ts';

const test = suite('cli/demo/summary');

const TOTALS = { redirects: 3, refusals: 2, losses: 1 };

function counts(...wrong: string[]): LoadCounts {
  return { done: 1234, rejected: new Map([['ERR_CONNECTION_LOST', 7]]), wrong };
}

test('every write in doubt is listed, five in a line, under what its caller was told', () => {
  const ledger = new Ledger();
  for (let number = 1; number <= 7; number++) {
    ledger.doubts.push({
      command: 'SET',
      key: `k${number}`,
      message: `SET ${number < 7 ? 'was cut off' : 'timed out'}`,
    });
  }
  const { text, isRight } = summarize({ totals: TOTALS, counts: counts(), ledger, problems: [], took: '1.0 s' });
  assert.ok(isRight);
  assert.is(
    text,
    `
commands      1,234 in 1.0 s
redirects     3 followed
refusals      2 retried
reconnects    1
rejected      7 ERR_CONNECTION_LOST
in doubt      7 writes, rejected with wasSent: true
  was cut off
    SET k1  SET k2  SET k3  SET k4  SET k5
    SET k6
  timed out
    SET k7
verification  exact: every value and every counter is what the callers were told`,
  );
});

test('one wrong reply fails, and one wrong datum', () => {
  const of = (wrong: string[], problems: string[]) =>
    summarize({ totals: TOTALS, counts: counts(...wrong), ledger: new Ledger(), problems, took: '1.0 s' });
  const reply = of(['GET k'], []);
  const datum = of([], ['k is 7']);
  assert.equal([reply.isRight, datum.isRight], [false, false]);
  assert.match(reply.text, /\nWRONG REPLY {3}GET k\nverification {2}FAILED$/);
  assert.match(datum.text, /\nWRONG DATA {4}k is 7\nverification {2}FAILED$/);
});

test.run();
