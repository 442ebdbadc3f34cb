import type { ReplyVector } from '../../test/support/vectors.ts';
import { VERDICTS, type Verdict } from './judge.ts';

/** One parser's verdicts by the ids of the vectors; none where the vector is not of its protocol. */
export interface Column {
  readonly name: string;
  readonly version: string;
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

const LABEL_WIDTH = 44;
const GAP = '  ';

/** How many vectors of each section each parser gets right, and then each vector that somebody gets wrong. */
export function matrix(vectors: readonly ReplyVector[], columns: readonly Column[]): string {
  const sections = [...new Set(vectors.map(({ id }) => sectionOf(id)))];
  const head = row(
    '',
    columns.map(({ name, version }) => `${name} ${version}`.trim()),
    columns,
  );
  const counts = sections.map((section) => {
    const inSection = vectors.filter(({ id }) => sectionOf(id) === section);
    return row(
      section,
      columns.map((column) => right(column, inSection)),
      columns,
    );
  });
  const total = row(
    'all',
    columns.map((column) => right(column, vectors)),
    columns,
  );
  const failing = vectors.filter(({ id }) => columns.some(({ verdicts }) => (verdicts.get(id) ?? 'ok') !== 'ok'));
  const rows = failing.map(({ id }) =>
    row(
      id,
      columns.map((column) => sign(column, id)),
      columns,
    ),
  );
  const legend = Object.values(VERDICTS).map((verdict) => `${verdict.sign} ${verdict.meaning}`);
  return [head, ...counts, total, '', head, ...rows, '', ...legend, '- not of its protocol'].join('\n');
}

function right({ verdicts }: Column, vectors: readonly ReplyVector[]): string {
  const judged = vectors.map(({ id }) => verdicts.get(id)).filter((verdict) => verdict !== undefined);
  if (judged.length === 0) return '-';
  return `${judged.filter((verdict) => verdict === 'ok').length}/${judged.length}`;
}

function sign({ verdicts }: Column, id: string): string {
  const verdict = verdicts.get(id);
  return verdict === undefined ? '-' : VERDICTS[verdict].sign;
}

function row(label: string, cells: readonly string[], columns: readonly Column[]): string {
  const padded = cells.map((cell, at) => cell.padStart(widthOf(columns[at]!)));
  return [label.padEnd(LABEL_WIDTH), ...padded].join(GAP).trimEnd();
}

function widthOf({ name, version }: Column): number {
  return Math.max(`${name} ${version}`.trim().length, 7);
}

function sectionOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
