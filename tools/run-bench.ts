/**
 * Runs the microbenchmarks, each file in a process of its own, one after the other, so that none is optimized for another.
 *
 *     node build/tools/run-bench.js [PART OF A FILE NAME ...]
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';

const parts = process.argv.slice(2);
const files = readdirSync('bench')
  .filter((file) => file.endsWith('.bench.ts'))
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort();

console.log(`Node.js ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}`);
for (const file of files) {
  console.log(`\n${file}`);
  const { status } = spawnSync(process.execPath, [`build/bench/${file.replace(/\.ts$/, '.js')}`], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
if (files.length === 0) {
  console.error('no benchmark matches');
  process.exitCode = 1;
}
