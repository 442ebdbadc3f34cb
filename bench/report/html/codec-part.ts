/** The codec: how much faster than the fastest peer, shape by shape, and what everybody took. */
import { type GroupSummary, type Judged, summarize } from '../codec-ratios.ts';
import type { CodecDocument } from '../documents.ts';
import { OURS } from '../drivers.ts';
import { escaped, short } from './text.ts';

/** Of a ratio, for the strongest colour. */
const STRONGEST = 4;

export function codecPart(document: CodecDocument): string {
  return `<p>How many times faster slotwire is than the fastest peer of each row, by the least times: above 1 it is faster (<span class="key faster"></span>), below it is slower (<span class="key slower"></span>, ▼).
In 64 KiB chunks a value mostly lies whole; in 7 B chunks hardly any does.</p>
<div class="codec">${summarize(document).map(groupPart).join('\n')}</div>
<details><summary>Nanoseconds, everybody’s</summary>${timings(document)}</details>`;
}

function groupPart({ group, leastMean, rows }: GroupSummary): string {
  const chunks = [...new Set(rows.map(({ chunk }) => chunk))];
  const shapes = [...new Set(rows.map(({ shape }) => shape))];
  const head = chunks.map((chunk) => `<th scope="col">${escaped(chunk === '' ? 'ratio' : chunk)}</th>`).join('');
  const lines = shapes.map((shape) => {
    const cells = chunks.map((chunk) => cellOf(rows.find((row) => row.shape === shape && row.chunk === chunk)));
    return `<tr><th scope="row">${escaped(shape)}</th>${cells.join('')}</tr>`;
  });
  return `<div><h4>${escaped(group)}: ${leastMean.toFixed(2)} <small>geometric mean</small></h4><table class="heat"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

function cellOf(row: Judged | undefined): string {
  if (row === undefined) return '<td class="none">–</td>';
  const { leastRatio, best, ours, peers } = row;
  const strength = Math.min(1, Math.abs(Math.log(leastRatio)) / Math.log(STRONGEST));
  const side = leastRatio >= 1 ? 'faster' : 'slower';
  const hint = `${short(ours.leastNs)} ns, ${best} ${short(peers[best]!.leastNs)} ns`;
  const text = `${leastRatio.toFixed(2)}${leastRatio < 1 ? ' ▼' : ''}`;
  return `<td class="${side}" style="--strength:${Math.round(strength * 70)}%" title="${escaped(hint)}">${text}</td>`;
}

function timings({ rows }: CodecDocument): string {
  const names = [...new Set(rows.flatMap(({ results }) => Object.keys(results)))].sort(
    (a, b) => Number(b === OURS) - Number(a === OURS),
  );
  const head = names.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  const lines = rows.map(({ group, shape, chunk, results }) => {
    const cells = names.map((name) => {
      const timing = results[name];
      if (timing === undefined) return '<td class="none">–</td>';
      return `<td title="${escaped(`least ${short(timing.leastNs)}`)}">${short(timing.ns)} <small>±${Math.round(timing.spread * 100)} %</small></td>`;
    });
    return `<tr><th scope="row">${escaped(`${group}: ${shape}${chunk && `, ${chunk}`}`)}</th>${cells.join('')}</tr>`;
  });
  return `<div class="scroll"><table class="plain"><thead><tr><td></td>${head}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}
