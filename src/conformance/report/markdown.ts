/** Markdown, for a comment below a change. */

import { isFailure, type Report, type ReportCase, summaryLine } from './report.ts';
import { sectionCounts } from './sections.ts';

/** Writes a report as Markdown: the counts, then what did not pass. */
export function toMarkdown(report: Report): string {
  const rows = sectionCounts(report.cases).map(({ section, pass, lenient, deviates, info, fail, skip }) => {
    return `| ${section} | ${pass} | ${lenient} | ${deviates} | ${info} | ${fail} | ${skip} |`;
  });
  const head = ['| section | pass | lenient | deviates | info | fail | skip |', '|---|--:|--:|--:|--:|--:|--:|'];
  const worse = report.cases.filter((one) => isFailure(one) || one.verdict === 'error' || one.verdict === 'deviates');
  const parts = [`### ${report.target}: ${summaryLine(report)}`, '', ...head, ...rows, '', ...worse.map(item)];
  return `${parts.join('\n').trimEnd()}\n`;
}

function item({ id, title, verdict, note, got = [] }: ReportCase): string {
  const why = note === undefined ? '' : ` (${note})`;
  return `- **${verdict}** \`${id}\`: ${title}${why}; got ${code(got.join(' ; '))}`;
}

const MAX_SHOWN = 200;

// A fence longer than any inside.
function code(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return shown === '' ? 'nothing' : `${fence} ${shown} ${fence}`;
}
