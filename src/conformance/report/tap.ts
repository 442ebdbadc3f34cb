/** TAP 14: a line per case, what went wrong as YAML below it. */
import { details } from './junit.ts';
import { isFailure, type Report, type ReportCase, summaryLine } from './report.ts';

/**
 * Writes a report as TAP 14.
 *
 * @param baseline ids of failures that are known: they become `# TODO`.
 */
export function toTap(report: Report, baseline: ReadonlySet<string> = new Set()): string {
  const lines = report.cases.map((one, index) => line(one, index + 1, baseline));
  // A reader that sees this knows that what follows was not run.
  const bail = report.killedBy === undefined ? '' : `Bail out! the server was gone after ${report.killedBy}\n`;
  return `TAP version 14\n1..${report.cases.length}\n${lines.join('')}# ${summaryLine(report)}\n${bail}`;
}

function line(one: ReportCase, number: number, baseline: ReadonlySet<string>): string {
  const name = `${number} - ${one.id}: ${one.title}`.replaceAll('\\', '\\\\').replaceAll('#', '\\#');
  if (one.verdict === 'skip') return `ok ${name} # SKIP ${one.note ?? ''}\n`;
  if (!isFailure(one) && one.verdict !== 'error') return `ok ${name}\n`;
  const todo = baseline.has(one.id) ? ' # TODO in the baseline' : '';
  const yaml = [
    `verdict: ${one.verdict}`,
    ...(one.note === undefined ? [] : [`note: ${JSON.stringify(one.note)}`]),
    'details: |',
    ...details(one)
      .split('\n')
      .map((text) => `  ${text}`),
  ];
  return `not ok ${name}${todo}\n  ---\n${yaml.map((text) => `  ${text}\n`).join('')}  ...\n`;
}
