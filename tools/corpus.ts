/**
 * Runs parsers over the vectors, and writes what came of it.
 *
 *     node build/tools/corpus.js [--peers] [--out FOLDER] [NAME ...]
 *
 * Alone: our decoder, in this process; the exit code is 1 when it does anything but what a vector wants. With `--peers`
 * also released parsers in several languages, through their adapters (those named, else all): a report for each, the
 * matrix, and a page on every disagreement go to FOLDER, `conformance/parsers` unless given. They decide nothing about the exit
 * code.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownVersion } from '../src/cli/own-version.ts';
import {
  AdapterReader,
  formatReport,
  isFailure,
  ownParser,
  REPLY_VECTORS,
  type Report,
  readerInProcess,
  runVectors,
  summaryLine,
  toHtml,
} from '../src/conformance/index.ts';
import { explanation, readDisagreements, unexplained } from './corpus/explain.ts';
import { PARSERS, type ParserChoice } from './corpus/parsers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean', default: false },
    out: { type: 'string', default: 'conformance/parsers' },
  },
});

const version = ownVersion();

/** Long, so that the matrix does not depend on the machine: what is merely slow is told apart. */
const SILENCE_MS = 60_000;

async function main(): Promise<void> {
  const own = await runVectors(REPLY_VECTORS, readerInProcess(ownParser(version)), { version });
  for (const { id, note = '' } of own.cases.filter(isFailure)) console.log(`  ${id} ${note}`);
  console.log(`${own.target}: ${summaryLine(own)}`);
  process.exitCode = own.cases.some(isFailure) ? 1 : 0;
  if (values.peers) await writeMatrix();
}

async function writeMatrix(): Promise<void> {
  const chosen = PARSERS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  mkdirSync(values.out, { recursive: true });
  const reports: Report[] = [];
  for (const parser of chosen) {
    const report = await reportOf(parser);
    reports.push(report);
    writeFileSync(join(values.out, `${parser.name}.json`), formatReport(report));
    console.log(`${report.target}: ${summaryLine(report)}, ${(report.ms / 1000).toFixed(1)} s`);
  }
  if (positionals.length > 0) return;
  writeFileSync(join(values.out, 'matrix.html'), toHtml(reports));
  const disagreements = readDisagreements();
  writeFileSync(join(values.out, 'README.md'), explanation(reports, disagreements));
  for (const line of unexplained(reports, disagreements)) console.log(`not explained: ${line}`);
}

async function reportOf({ prepare }: ParserChoice): Promise<Report> {
  const reader = await AdapterReader.start(await prepare(), { silenceMs: SILENCE_MS });
  try {
    return await runVectors(REPLY_VECTORS, reader, { version });
  } finally {
    await reader.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
