/** Two runs against each other, and a run against what is known to fail. */
import { isFailure, type Report, type ReportCase } from './report.ts';

/** How one case came out in two runs. */
export interface Change {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  /** It failed only in the second. */
  readonly isRegression: boolean;
}

/** The cases with another verdict, or another of the recorded choices; what is gone stands behind the others. */
export function compareReports(before: Report, after: Report): Change[] {
  const earlier = new Map(before.cases.map((one) => [one.id, one]));
  const kept = new Set(after.cases.map(({ id }) => id));
  const gone = before.cases.filter(({ id }) => !kept.has(id));
  const changes = after.cases.flatMap((one) => {
    const old = earlier.get(one.id);
    const [was, is] = [outcomeOf(old), outcomeOf(one)];
    if (was === is) return [];
    const isRegression = isFailure(one) && (old === undefined || !isFailure(old));
    return [{ id: one.id, before: was, after: is, isRegression }];
  });
  return [
    ...changes,
    ...gone.map((one) => ({ id: one.id, before: outcomeOf(one), after: 'absent', isRegression: false })),
  ];
}

function outcomeOf(one: ReportCase | undefined): string {
  if (one === undefined) return 'absent';
  return one.alternative === undefined ? one.verdict : `${one.verdict} ${one.alternative}`;
}

/** Failures that are known: one id a line, `#` begins a comment. */
export function parseBaseline(text: string): Set<string> {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/#.*/, '').trim());
  return new Set(lines.filter((line) => line !== ''));
}

/** A baseline with the failures of a report. */
export function formatBaseline(report: Report): string {
  const failures = report.cases.filter(isFailure).map(({ id, verdict }) => `${id}  # ${verdict}`);
  return `# Known failures of ${report.target}: slotwire conform --baseline FILE\n${failures.map((line) => `${line}\n`).join('')}`;
}

/** What a baseline makes of a report: failures it does not know, and cases it lists that pass now. */
export function applyBaseline(report: Report, baseline: ReadonlySet<string>): { news: string[]; mended: string[] } {
  const news = report.cases.filter((one) => isFailure(one) && !baseline.has(one.id)).map(({ id }) => id);
  const mended = report.cases.filter((one) => baseline.has(one.id) && !isFailure(one) && one.verdict !== 'skip');
  return { news, mended: mended.map(({ id }) => id) };
}
