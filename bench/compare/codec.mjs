/**
 * The codec and the slot function against the released peers, in one run:
 *
 *     npm run bench:compare -- codec [--json] [--rounds N] [PART OF A GROUP OR SHAPE ...]
 *
 * Each shape has a process of its own, in which every contestant is first warmed up with all shapes of its group, and
 * then measured in turns with the others. A ratio above 1 says how many times faster slotwire is than the fastest peer.
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { geometricMean } from './measure.mjs';
import { DECODING, SHORT_ASCII } from './shapes.mjs';

const CELL = fileURLToPath(new URL('cell.mjs', import.meta.url));

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '60' } },
});

const TASKS = [
  ...Object.entries(DECODING).flatMap(([group, { shapes }]) => shapes.map((shape) => ['decode', group, shape])),
  ['slot'],
  ['encode'],
];

function main() {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node.js ${process.version}`;
  if (!options.json)
    console.log(`${machine}\nratios to the fastest peer, by medians and by least times; then the least times\n`);
  const rows = TASKS.filter(isWanted).flatMap(run);
  const means = Object.entries(grouped(rows)).map(([group, members]) => ({
    group,
    mean: geometricMean(members.map(({ ratio }) => ratio)),
    leastMean: geometricMean(members.map(({ leastRatio }) => leastRatio)),
    worst: members.reduce((a, b) => (a.leastRatio < b.leastRatio ? a : b)),
  }));
  if (options.json) console.log(JSON.stringify({ machine, rows, means }, null, 1));
  else
    for (const { group, mean, leastMean, worst } of means) {
      console.log(
        `${group}: geometric mean ${mean.toFixed(2)} / ${leastMean.toFixed(2)}, worst ${worst.leastRatio.toFixed(2)} (${worst.shape} ${worst.chunk})`,
      );
    }
}

function isWanted(task) {
  return parts.length === 0 || parts.some((part) => task.join(' ').includes(part));
}

function run(task) {
  const output = execFileSync(process.execPath, [CELL, ...task], { env: { ...process.env, ROUNDS: options.rounds } });
  const { ours, rows } = JSON.parse(output);
  return rows.map((row) => {
    const { [ours]: own, memcpy, ...peers } = row.results;
    const best = (field) => Object.keys(peers).reduce((a, b) => (peers[a][field] < peers[b][field] ? a : b));
    const ratio = (field) => peers[best(field)][field] / own[field];
    const judged = { ...row, best: best('leastNs'), ratio: ratio('ns'), leastRatio: ratio('leastNs') };
    if (memcpy !== undefined) judged.timesMemcpy = own.leastNs / memcpy.leastNs;
    if (!options.json) print(judged, own.leastNs, peers);
    return judged;
  });
}

function print({ group, shape, chunk, ratio, leastRatio, best, timesMemcpy }, ns, peers) {
  const others = Object.entries(peers).map(([name, result]) => `${name} ${short(result.leastNs)}`);
  const name = `${shape}${chunk && ` / ${chunk}`}`.padEnd(36);
  const copy = timesMemcpy === undefined ? '' : `; ${timesMemcpy.toFixed(2)} memcpy`;
  console.log(
    `${group.padEnd(30)}${name}${ratio.toFixed(2).padStart(7)}${leastRatio.toFixed(2).padStart(7)}  ${short(ns)} (${best}; ${others.join(', ')}${copy})`,
  );
}

function short(ns) {
  return ns < 1e5 ? `${Number(ns.toPrecision(3))} ns` : `${Number((ns / 1e6).toPrecision(3))} ms`;
}

function groupOf({ group, shape }) {
  return group === 'encoding' && SHORT_ASCII.includes(shape) ? 'encoding, short ASCII' : group;
}

/** Rows by the group they are summed up in. */
function grouped(rows) {
  const groups = {};
  for (const row of rows) {
    const name = groupOf(row);
    groups[name] ??= [];
    groups[name].push(row);
  }
  return groups;
}

main();
