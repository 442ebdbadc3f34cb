/** What a demo says in the end: the counts, every write in doubt, what is wrong, and the verdict. */
import type { Cluster } from '../../cluster/index.ts';
import type { Ledger } from './ledger.ts';
import type { LoadCounts } from './load.ts';
import { describeRejections } from './progress.ts';

/** What a demo came to. */
export interface DemoResult {
  readonly totals: Pick<ReturnType<Cluster['stats']>['totals'], 'redirects' | 'refusals' | 'losses'>;
  readonly counts: LoadCounts;
  readonly ledger: Ledger;
  /** What was found when the data was read back, a line each. */
  readonly problems: readonly string[];
  /** How long it took, with its unit. */
  readonly took: string;
}

/** Writes the end of a demo; the last line is the verdict. */
export function summarize({ totals, counts, ledger, problems, took }: DemoResult): { text: string; isRight: boolean } {
  const isRight = problems.length === 0 && counts.wrong.length === 0;
  const doubts = [...ledger.doubtsByMessage()].flatMap(([message, writes]) => [`  ${message}`, ...inColumns(writes)]);
  const lines = [
    '',
    `commands      ${counts.done.toLocaleString('en')} in ${took}`,
    `redirects     ${totals.redirects} followed`,
    `refusals      ${totals.refusals} retried`,
    `reconnects    ${totals.losses}`,
    `rejected      ${describeRejections(counts.rejected)}`,
    `in doubt      ${ledger.doubts.length} writes, rejected with wasSent: true`,
    ...doubts,
    ...counts.wrong.map((line) => `WRONG REPLY   ${line}`),
    ...problems.map((line) => `WRONG DATA    ${line}`),
    `verification  ${isRight ? 'exact: every value and every counter is what the callers were told' : 'FAILED'}`,
  ];
  return { text: lines.join('\n'), isRight };
}

const COLUMNS = 5;

/** Several on a line, so that hundreds can be listed. */
function inColumns(texts: readonly string[]): string[] {
  const rows = Array.from({ length: Math.ceil(texts.length / COLUMNS) }, (_, row) => row * COLUMNS);
  return rows.map((first) => `    ${texts.slice(first, first + COLUMNS).join('  ')}`);
}
