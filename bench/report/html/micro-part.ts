/** The microbenchmarks: bars where rows stand side by side, curves where they are points. */
import { type MicroDocument, type MicroRow, rowsOf } from '../documents.ts';
import { barTable } from './bars.ts';
import { curves } from './curves.ts';
import { bytes, escaped, short } from './text.ts';

export function microPart(document: MicroDocument): string {
  const shown = document.tables.map(({ title, unit, note, axis }) => {
    const rows = rowsOf(document, title);
    const body = axis === undefined ? bars(rows, unit) : curve(rows, { unit, axis });
    const words = note === undefined ? '' : `<p>${escaped(note)}</p>`;
    return { isCurve: axis !== undefined, html: `<section><h4>${escaped(title)}</h4>${words}${body}</section>` };
  });
  const only = (isCurve: boolean): string =>
    shown
      .filter((each) => each.isCurve === isCurve)
      .map(({ html }) => html)
      .join('\n');
  return `<div class="grid">${only(true)}</div><div class="micro">${only(false)}</div>`;
}

function bars(rows: readonly MicroRow[], unit: string): string {
  return barTable(
    [`${unit}, median`],
    rows.map((row) => ({
      name: row.name,
      style: 0,
      bars: [
        {
          value: row.median,
          least: row.median * (1 - Math.min(1, row.spread)),
          most: row.median * (1 + row.spread),
          text: wordsOf(row),
          hint: `least ${short(row.least)} ${unit}, ${row.samples} samples`,
        },
      ],
    })),
  );
}

function wordsOf({ median, ratio, p99, p999 }: MicroRow): string {
  const excess =
    ratio === undefined || ratio === 1 ? '' : ` (${ratio > 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %)`;
  const tail = p99 === undefined || p999 === undefined ? '' : `, p99 ${short(p99)}, p99.9 ${short(p999)}`;
  return `${short(median)}${excess}${tail}`;
}

function curve(rows: readonly MicroRow[], { unit, axis }: { unit: string; axis: string }): string {
  const names = [...new Set(rows.map(({ series = '' }) => series))];
  return curves({
    title: `${unit}, median`,
    axis,
    series: names.map((name, i) => ({
      name,
      style: SERIES_STYLES[i] ?? SERIES_STYLES.length,
      points: rows
        .filter(({ series = '' }) => series === name)
        .map(({ at = 1, median, least }) => ({ x: at, y: median, least, most: median })),
    })),
    xText: axis.startsWith('bytes') ? bytes : short,
    yText: short,
  });
}

/** What is ours first, then greys and blues: the styles of contestants, by number. */
const SERIES_STYLES = [0, 8, 3, 5];
