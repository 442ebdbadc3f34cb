/**
 * Runs the microbenchmarks, each file in a process of its own, one after the other, so that none is optimized for another.
 *
 *     node build/tools/run-bench.js [--json FILE] [--minutes N] [PART OF A FILE NAME ...]
 *
 * `--minutes` is for the bench that looks at memory over time (`garbage`).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type MicroDocument, type MicroTable, writeDocument } from '../bench/report/documents.ts';
import { describe, environment } from '../bench/report/environment.ts';
import { printTable } from '../bench/support/print-table.ts';
import { Progress } from '../bench/support/progress.ts';
import type { Message } from '../bench/support/report.ts';

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, minutes: { type: 'string' } },
});

/** @returns the tables that a file has told. */
async function run(file: string, progress: Progress): Promise<MicroTable[]> {
  const tables: MicroTable[] = [];
  const flags = options.minutes === undefined ? [] : [`--minutes=${options.minutes}`];
  const child = fork(`build/bench/${file.replace(/\.ts$/, '.js')}`, flags);
  child.on('message', (message: Message) => {
    if ('progress' in message) {
      progress.detail(message.progress);
      return;
    }
    progress.clear();
    tables.push(message.table);
    printTable(message.table);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  progress.clear();
  if (code !== 0) {
    console.error(`${file}: exit code ${code}`);
    process.exitCode = 1;
  }
  return tables;
}

async function main(): Promise<void> {
  const files = readdirSync('bench')
    .filter((file) => file.endsWith('.bench.ts'))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort();
  if (files.length === 0) throw new Error('no benchmark matches');
  const where = environment();
  console.log(describe(where));
  const progress = new Progress('bench', files.length);
  const found: { file: string; table: MicroTable }[] = [];
  for (const file of files) {
    progress.step(file);
    for (const table of await run(file, progress)) found.push({ file, table });
  }
  if (options.json !== undefined) writeDocument(options.json, documentOf(found, where));
}

function documentOf(
  found: readonly { file: string; table: MicroTable }[],
  where: MicroDocument['environment'],
): MicroDocument {
  return {
    kind: 'micro',
    environment: where,
    tables: found.map(({ file, table: { rows: _, ...table } }) => ({ file, ...table })),
    rows: found.flatMap(({ table }, index) => table.rows.map((row) => ({ table: index, ...row }))),
  };
}

await main();
