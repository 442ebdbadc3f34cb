/** A picture of a matrix: one row per server, one thin line per case. */
import type { Verdict } from '../judge.ts';
import { escapeXml } from './junit.ts';
import type { Report } from './report.ts';

const COLORS: { readonly [V in Verdict]: string } = {
  pass: '#3fa45b',
  lenient: '#a5c84b',
  deviates: '#e0a030',
  info: '#7aa6d8',
  fail: '#d03a3a',
  hang: '#d03a3a',
  crash: '#7a1020',
  error: '#8a3ad0',
  skip: '#d9d9d9',
};

const LABEL_WIDTH = 120;
const CASE_WIDTH = 1.5;
const ROW_HEIGHT = 22;

/** Draws reports as SVG; cases stand in the order of the first. */
export function heatStrip(reports: readonly Report[]): string {
  const ids = reports[0]?.cases.map(({ id }) => id) ?? [];
  const width = Math.ceil(LABEL_WIDTH + ids.length * CASE_WIDTH);
  const height = reports.length * ROW_HEIGHT + 24;
  const rows = reports.map((report, row) => rowOf(report, ids, row * ROW_HEIGHT));
  const legend = legendAt(reports.length * ROW_HEIGHT + 16);
  const title = `RESP conformance of ${reports.map(({ target }) => target).join(', ')}`;
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" role="img" aria-label="${escapeXml(title)}">`;
  return `${open}\n<title>${escapeXml(title)}</title>\n${rows.join('')}${legend}</svg>\n`;
}

function rowOf({ target, cases }: Report, ids: readonly string[], top: number): string {
  const verdicts = new Map(cases.map(({ id, verdict }) => [id, verdict]));
  const label = `<text x="0" y="${top + 15}" fill="#808080">${escapeXml(target)}</text>\n`;
  let lines = '';
  // Neighbours of one colour are one rectangle.
  for (let from = 0, to = 1; from < ids.length; from = to, to++) {
    const verdict = verdicts.get(ids[from]!) ?? 'skip';
    while (to < ids.length && (verdicts.get(ids[to]!) ?? 'skip') === verdict) to++;
    const x = LABEL_WIDTH + from * CASE_WIDTH;
    lines += `<rect x="${x}" y="${top}" width="${(to - from) * CASE_WIDTH}" height="${ROW_HEIGHT - 3}" fill="${COLORS[verdict]}"/>\n`;
  }
  return label + lines;
}

function legendAt(y: number): string {
  const shown: readonly Verdict[] = ['pass', 'lenient', 'deviates', 'info', 'fail', 'skip'];
  return shown
    .map((verdict, index) => {
      const x = LABEL_WIDTH + index * 90;
      return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${COLORS[verdict]}"/><text x="${x + 15}" y="${y}" fill="#808080">${verdict}</text>\n`;
    })
    .join('');
}
