/**
 * The conformance suite against every known server, and what came of it as files.
 *
 *     node build/tools/conform-matrix.js [--out DIR] [SERVER ...]      all known servers, into conformance/
 *
 * Servers that are not in the cache are fetched into it. The exit code is 1 when a case fails or the suite does.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownVersion } from '../src/cli/own-version.ts';
import {
  CASES,
  formatReport,
  heatStrip,
  isFailure,
  makeReport,
  type Report,
  runCases,
  startTarget,
  summaryLine,
  toHtml,
} from '../src/conformance/index.ts';
import { KNOWN_SERVERS } from '../src/testing/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'conformance' } },
});
const servers = positionals.length > 0 ? positionals : Object.keys(KNOWN_SERVERS);

mkdirSync(values.out, { recursive: true });
const reports: Report[] = [];
for (const server of servers) {
  const report = await reportOf(server);
  reports.push(report);
  writeFileSync(join(values.out, `${server}.json`), formatReport(report));
  const wrong = report.cases.filter((one) => isFailure(one) || one.verdict === 'error');
  for (const { id, verdict, note = '' } of wrong) console.log(`  ${verdict} ${id} ${note}`);
  console.log(`${report.target}: ${summaryLine(report)}, ${(report.ms / 1000).toFixed(1)} s`);
}
writeFileSync(join(values.out, 'matrix.html'), toHtml(reports));
writeFileSync(join(values.out, 'strip.svg'), heatStrip(reports));
const hasFailed = reports.some(({ cases }) => cases.some((one) => isFailure(one) || one.verdict === 'error'));
process.exitCode = hasFailed ? 1 : 0;

async function reportOf(server: string): Promise<Report> {
  const { target, stop } = await startTarget(server);
  try {
    return makeReport(await runCases(CASES, target), { version: ownVersion() });
  } finally {
    await stop();
  }
}
