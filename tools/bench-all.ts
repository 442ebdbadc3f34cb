/**
 * Everything that is measured, one after the other, into one folder: micro, codec, path and single as JSON, and the page made of
 * them. About half an hour on a machine that has nothing else to do, which it should not.
 *
 *     npm run bench:all [-- --out FOLDER] [--quick] [PART ...]
 *
 * `--quick` is for trying: short rounds, whose figures say little. Without PARTs: all four.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PARTS, RESULTS, writePage } from '../bench/report/write.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: RESULTS }, quick: { type: 'boolean', default: false } },
});

const SHORT = ['--rounds', '2', '--seconds', '0.2'];

interface Program {
  readonly file: string;
  readonly thorough?: readonly string[];
  readonly quick: readonly string[];
}

/** What each part runs. */
const PROGRAMS: Readonly<Record<(typeof PARTS)[number], Program>> = {
  micro: { file: 'build/tools/run-bench.js', thorough: ['--minutes', '10'], quick: ['--minutes', '0.05'] },
  codec: { file: 'bench/compare/codec.mjs', quick: ['--rounds', '5'] },
  path: { file: 'bench/compare/path.mjs', quick: SHORT },
  single: { file: 'bench/compare/single.mjs', quick: SHORT },
};

function main(): boolean {
  const unknown = positionals.find((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown !== undefined) throw new Error(`no part ${JSON.stringify(unknown)}: ${PARTS.join(', ')}`);
  mkdirSync(values.out, { recursive: true });
  const wanted = PARTS.filter((part) => positionals.length === 0 || positionals.includes(part));
  const failed = wanted.filter((part) => !run(part));
  for (const part of failed) console.error(`${part} has failed`);
  const files = PARTS.map(fileOf).filter(existsSync);
  writePage(`${values.out}/report.html`, files);
  console.log(`\n${files.join(', ')}; ${values.out}/report.html shows them`);
  return failed.length === 0;
}

function fileOf(part: string): string {
  return `${values.out}/${part}.json`;
}

function run(part: (typeof PARTS)[number]): boolean {
  console.log(`\n== ${part}\n`);
  const { file, thorough = [], quick } = PROGRAMS[part];
  const args = [file, '--json', fileOf(part), ...(values.quick ? quick : thorough)];
  return spawnSync(process.execPath, ['--enable-source-maps', ...args], { stdio: 'inherit' }).status === 0;
}

process.exitCode = main() ? 0 : 1;
