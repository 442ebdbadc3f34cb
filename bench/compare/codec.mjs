/**
 * The codec and the slot function against the released peers, in one run:
 *
 *     npm run bench:compare -- codec [--json FILE] [--html FILE] [--rounds N] [PART OF A GROUP OR SHAPE ...]
 *
 * Each shape has a process of its own, in which every contestant is first warmed up with all shapes of its group, and
 * then measured in turns with the others. A ratio above 1 says how many times faster slotwire is than the fastest peer.
 */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { judge, summarize } from '../../build/bench/report/codec-ratios.js';
import { writeDocument } from '../../build/bench/report/documents.js';
import { describe, environment } from '../../build/bench/report/environment.js';
import { page } from '../../build/bench/report/html/page.js';
import { Progress } from '../../build/bench/support/progress.js';
import { peerVersions } from './peer-versions.mjs';
import { DECODING } from './shapes.mjs';

const CELL = fileURLToPath(new URL('cell.mjs', import.meta.url));
const PEERS = ['redis-parser', '@redis/client', 'ioredis', 'respjs', 'cluster-key-slot'];

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, html: { type: 'string' }, rounds: { type: 'string', default: '40' } },
});

const TASKS = [
  ...Object.entries(DECODING).flatMap(([group, { shapes }]) => shapes.map((shape) => ['decode', group, shape])),
  ['slot'],
  ['encode'],
];

async function main() {
  const document = { kind: 'codec', environment: environment(peerVersions(PEERS)), rows: [] };
  console.log(
    `${describe(document.environment)}\nratios to the fastest peer, by medians and by least times; then the least times\n`,
  );
  const tasks = TASKS.filter(isWanted);
  const progress = new Progress('codec', tasks.length);
  for (const task of tasks) {
    progress.step(task.join(', '));
    const rows = await run(task);
    document.rows.push(...rows);
    progress.clear();
    for (const row of rows) print(judge(row));
  }
  for (const { group, mean, leastMean, worst } of summarize(document)) {
    console.log(
      `${group}: geometric mean ${mean.toFixed(2)} / ${leastMean.toFixed(2)}, worst ${worst.leastRatio.toFixed(2)} (${worst.shape} ${worst.chunk})`,
    );
  }
  if (options.json !== undefined) writeDocument(options.json, document);
  if (options.html !== undefined) writeFileSync(options.html, page({ codec: document }));
}

function isWanted(task) {
  return parts.length === 0 || parts.some((part) => task.join(' ').includes(part));
}

async function run(task) {
  const env = { ...process.env, ROUNDS: options.rounds };
  const { stdout } = await promisify(execFile)(process.execPath, [CELL, ...task], { env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

function print({ group, shape, chunk, ours, peers, best, ratio, leastRatio, timesMemcpy }) {
  const others = Object.entries(peers).map(([name, result]) => `${name} ${short(result.leastNs)}`);
  const name = `${shape}${chunk && ` / ${chunk}`}`.padEnd(36);
  const copy = timesMemcpy === undefined ? '' : `; ${timesMemcpy.toFixed(2)} memcpy`;
  console.log(
    `${group.padEnd(30)}${name}${ratio.toFixed(2).padStart(7)}${leastRatio.toFixed(2).padStart(7)}  ${short(ours.leastNs)} (${best}; ${others.join(', ')}${copy})`,
  );
}

function short(ns) {
  return ns < 1e5 ? `${Number(ns.toPrecision(3))} ns` : `${Number((ns / 1e6).toPrecision(3))} ms`;
}

await main();
