/** A table whose cells are bars: a row for each name, a column for each figure, whiskers from the least to the most. */
import { escaped } from './text.ts';

export interface Bar {
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  /** What stands beside it. */
  readonly text: string;
  /** What is told of it besides. */
  readonly hint?: string;
}

export interface BarRow {
  readonly name: string;
  readonly style: number;
  /** Does not decide how long the others' bars are: its own may be cut off. */
  readonly isReference?: boolean;
  readonly bars: readonly (Bar | undefined)[];
}

/** @param columns their titles; of each the longest bar that is no reference fills its cell */
export function barTable(columns: readonly string[], rows: readonly BarRow[]): string {
  const shown = columns.map((_, i) => rows.some(({ bars }) => bars[i] !== undefined));
  const measures = rows.some(({ isReference }) => !isReference) ? rows.filter(({ isReference }) => !isReference) : rows;
  const most = columns.map((_, i) => Math.max(...measures.map(({ bars }) => bars[i]?.most ?? bars[i]?.value ?? 0)));
  const head = columns.filter((_, i) => shown[i]).map((title) => `<th scope="col">${escaped(title)}</th>`);
  const lines = rows.map(({ name, style, bars }) => {
    const cells = bars.flatMap((bar, i) => (shown[i] ? [cellOf(bar, most[i]!)] : []));
    return `<tr class="s${style}"><th scope="row">${escaped(name)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="bars"><thead><tr><td></td>${head.join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function cellOf(bar: Bar | undefined, most: number): string {
  if (bar === undefined) return '<td class="none">–</td>';
  const { value, least = value, most: greatest = value, text, hint } = bar;
  const part = (amount: number): string => `${((amount / most) * 100).toFixed(1)}%`;
  const isCut = value > most;
  const whisker =
    greatest > least && greatest <= most ? `<i style="left:${part(least)};width:${part(greatest - least)}"></i>` : '';
  const title = hint === undefined ? '' : ` title="${escaped(hint)}"`;
  const fill = isCut ? '<b class="cut"></b>' : `<b style="width:${part(value)}"></b>`;
  return `<td${title}><span class="track">${fill}${whisker}</span><span class="value">${escaped(text)}</span></td>`;
}
