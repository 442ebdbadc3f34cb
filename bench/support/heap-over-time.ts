/** The heap after a collection, while commands go on for some minutes over a cluster in memory (`garbage`). */
import { connectMemory, run } from './memory-load.ts';
import { progress, publish, summary } from './report.ts';

const LOAD = { callers: 1000, nodes: 3, keyCount: 9000 };
const PARTS = 30;

const minutes = Number(process.argv[2]);
const client = await connectMemory(LOAD);

/** After two collections: the first may only have run what was to be run before memory is free. */
function usedKiB(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024;
}

let commands = 0;
const samples: number[] = [];
for (let part = 0; part < PARTS; part++) {
  progress(`heap over ${minutes} minutes, ${part} of ${PARTS}`);
  const milliseconds = (minutes * 60_000) / PARTS;
  const before = process.cpuUsage();
  const microseconds = await run(client, LOAD, milliseconds);
  const { user, system } = process.cpuUsage(before);
  commands += Math.round((user + system) / microseconds);
  samples.push(usedKiB());
}
client.destroy();

// The first third is warm-up: what the engine compiles and what grows to its size once.
const third = PARTS / 3;
const middle = summary(samples.slice(third, 2 * third));
const last = summary(samples.slice(2 * third));
publish({
  title: 'heap over time',
  unit: 'KiB',
  note: `after a collection, over ${minutes} minutes and ${(commands / 1e6).toFixed(0)} million commands; the ratio is to the second third`,
  rows: [
    { name: 'in the second third of the time', ...middle, ratio: 1 },
    { name: 'in the last third of the time', ...last, ratio: last.median / middle.median },
  ],
});
process.exit();
