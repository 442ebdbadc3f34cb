/** The microbenchmarks: bars where rows stand side by side, curves where they are points. */
import { type MicroDocument, type MicroRow, rowsOf } from '../documents.ts';
import { type Bar, barTable } from './bars.ts';
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
    [`${unit}, median`, `p99, ${unit}`, `p99.9, ${unit}`],
    rows.map((row) => ({ name: row.name, style: 0, bars: [medianBar(row, unit), barOf(row.p99), barOf(row.p999)] })),
  );
}

function medianBar({ median, least, spread, ratio, samples }: MicroRow, unit: string): Bar {
  const excess =
    ratio === undefined || ratio === 1 ? '' : ` (${ratio > 1 ? '+' : ''}${((ratio - 1) * 100).toFixed(1)} %)`;
  return {
    value: median,
    least: median * (1 - Math.min(1, spread)),
    most: median * (1 + spread),
    text: `${short(median)}${excess}`,
    hint: `least ${short(least)} ${unit}, ${samples} samples`,
  };
}

function barOf(value: number | undefined): Bar | undefined {
  return value === undefined ? undefined : { value, text: short(value) };
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
    hasLegend: true,
  });
}

/** What is ours first, then greys and blues: the styles of contestants, by number. */
const SERIES_STYLES = [0, 8, 3, 5];
