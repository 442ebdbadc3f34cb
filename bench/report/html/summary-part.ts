/** What a reader wants first: a few ratios in large digits, and what was aimed at. */
import type { Documents } from '../documents.ts';
import { type Goal, goalsOf, isMet, limitOf } from '../goals.ts';
import { headlines } from '../headlines.ts';
import { escaped, short } from './text.ts';

export function tiles(documents: Documents): string {
  const all = headlines(documents).map(
    ({ figure, text, detail }) =>
      `<div class="tile"><strong>${escaped(figure)}</strong><span>${escaped(text)}</span><small>${escaped(detail)}</small></div>`,
  );
  return `<div class="tiles">${all.join('\n')}</div>`;
}

export function goalTable(documents: Documents): string {
  const goals = goalsOf(documents);
  const areas = [...new Set(goals.map(({ area }) => area))];
  const bodies = areas.map((area) => {
    const own = goals.filter((goal) => goal.area === area);
    const lines = own.map(lineOf).join('\n');
    return `<tbody><tr class="area"><th colspan="4" scope="rowgroup">${escaped(area)} <code>${escaped(own[0]!.command)}</code></th></tr>${lines}</tbody>`;
  });
  return `<div class="scroll"><table class="goals"><thead><tr><th scope="col">within one run</th><th scope="col">value</th><th scope="col">aimed at</th><th scope="col"></th></tr></thead>${bodies.join('\n')}</table></div>`;
}

function lineOf(goal: Goal): string {
  const met = isMet(goal);
  const verdict = met === undefined ? ['', ''] : met ? ['met', '✓ met'] : ['missed', '✗ missed'];
  return `<tr class="${verdict[0]}"><th scope="row">${escaped(goal.text)}</th><td>${goal.value < 1000 ? goal.value.toPrecision(3) : short(goal.value)}</td><td>${limitOf(goal)}</td><td>${verdict[1]}</td></tr>`;
}
