import type { MicroRow, MicroTable } from '../report/documents.ts';

/** A table as a person reads it, on standard output. */
export function printTable({ title, unit, note, axis, rows }: MicroTable): void {
  console.log(`\n${title}${note === undefined ? '' : `: ${note}`}`);
  console.table(rows.map((row) => cells(row, unit, axis)));
}

function cells(row: MicroRow, unit: string, axis: string | undefined): Record<string, string | number> {
  const { name, median, least, spread, samples, at, series, ratio, p99, p999 } = row;
  return {
    ...(series === undefined ? {} : { '': series }),
    ...(at === undefined ? { task: name } : { [axis ?? 'at']: at.toLocaleString('en') }),
    [`${unit} (median)`]: short(median),
    '±': `${(spread * 100).toFixed(1)} %`,
    [`${unit} (least)`]: short(least),
    ...(unit === 'ns' ? { 'per second': Math.round(1e9 / median).toLocaleString('en') } : {}),
    ...(ratio === undefined ? {} : { ratio: ratio.toFixed(3) }),
    ...(p99 === undefined || p999 === undefined ? {} : { p99: short(p99), 'p99.9': short(p999) }),
    samples,
  };
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
