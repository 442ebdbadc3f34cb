/**
 * Holds each entry of the package to its size: the gzip bytes of everything an entry loads, against the budget in
 * package.json (`gzipBudgetBytes`). Prints one line per entry; exit code 1 when one is over.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

interface Manifest {
  exports: Record<string, string | { default: string }>;
  gzipBudgetBytes: Record<string, number>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** The entry and everything it imports from this package, each file once. */
function loadedFiles(entry: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  for (const [, specifier] of readFileSync(entry, 'utf8').matchAll(/\bfrom '(\.[^']+)'/g)) {
    loadedFiles(relative('.', join(dirname(entry), specifier!)), seen);
  }
  return seen;
}

for (const [name, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const source = [...loadedFiles(relative('.', target.default))].map((file) => readFileSync(file, 'utf8')).join('\n');
  const bytes = gzipSync(source).length;
  const budget = manifest.gzipBudgetBytes[name];
  const isOver = budget === undefined || bytes > budget;
  console.log(`${isOver ? 'OVER' : 'ok  '}  ${name.padEnd(12)} ${bytes} bytes gzip, budget ${budget ?? 'missing'}`);
  if (isOver) process.exitCode = 1;
}
