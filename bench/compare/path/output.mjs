/** The options of the comparisons of the whole path, and what they print and write. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { writeDocument } from '../../../build/bench/report/documents.js';
import { describe } from '../../../build/bench/report/environment.js';
import { goalsOf, isMet, limitOf } from '../../../build/bench/report/goals.js';
import { page } from '../../../build/bench/report/html/page.js';
import { spreadOf } from '../../../build/bench/report/path-rows.js';

const { values, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '0.5' },
    json: { type: 'string' },
    html: { type: 'string' },
  },
});

export const options = { rounds: Number(values.rounds), seconds: Number(values.seconds) };

export function isWanted({ name }) {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

/** The rows of one load; all figures are medians. */
export function printLoad(rows) {
  for (const name of new Set(rows.map(({ load }) => load))) {
    console.log(`\n${name}`);
    console.log(HEAD);
    for (const row of rows.filter(({ load }) => load === name)) console.log(lineOf(row));
  }
}

const HEAD = `  ${''.padEnd(18)}${['a second', '±', 'client µs', 'server µs'].map((title) => title.padStart(11)).join('')}   p50 / p99 / p99.9 ms, loop delay p99, peak memory`;

function lineOf(row) {
  const of = (figure) => number(row[figure]?.[0]);
  const cells = [
    of('perSecond'),
    `${Math.round(spreadOf(row.perSecond) * 100)} %`,
    of('cpuMicros'),
    of('serverCpuMicros'),
  ];
  const latency = ['p50', 'p99', 'p999'].map(of).join(' / ');
  return `  ${row.driver.padEnd(18)}${cells.map((cell) => cell.padStart(11)).join('')}   ${latency}, ${of('loopDelayP99')} ms, ${of('peakMiB')} MiB`;
}

function number(value) {
  return value === undefined ? '-' : Number(value.toPrecision(3)).toLocaleString('en');
}

/** At the end: the goals, and the files that were asked for. */
export function finish(document) {
  console.log(`\n${describe(document.environment)}`);
  const documents = { [document.kind]: document };
  for (const goal of goalsOf(documents)) {
    const verdict = { true: 'met   ', false: 'missed', undefined: '      ' }[isMet(goal)];
    console.log(`${verdict}  ${goal.text}: ${number(goal.value)} (${limitOf(goal)})`);
  }
  if (values.json !== undefined) writeDocument(values.json, document);
  if (values.html !== undefined) writeFileSync(values.html, page(documents));
}
