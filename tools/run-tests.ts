/**
 * Runs the tests: each file in a process of its own, because uvu is silent about a suite whose `.run()` is missing and
 * about promises that never settle. A file counts only if it printed uvu's totals with at least one test in them.
 *
 *     node build/tools/run-tests.js [--unit] [--coverage] [--runtime=NAME] [PART OF A FILE NAME ...]
 *
 * Tests in a browser are run only when their folder is named, because a browser is large.
 * A test that the server at hand cannot be asked is skipped aloud: its file's line says how many, the lines below it why.
 * Another runtime is one of `tools/runtimes`; what it is known not to do is left out, and said to be.
 *
 * The last line is `N passed, N failed`; the exit code is 1 when anything failed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { runtimeOf } from './runtimes/known-runtimes.ts';

/** A hung test must not hang the run. */
const FILE_LIMIT_MS = 300_000;
const LINE_COVERAGE_PERCENT = 95;
const COVERAGE_FOLDER = 'coverage/tmp';

interface FileResult {
  file: string;
  passed: number;
  failed: number;
  skipped: number;
  output: string;
  seconds: number;
}

const options = process.argv.slice(2);
const unitOnly = options.includes('--unit');
const parts = options.filter((option) => !option.startsWith('--'));
const runtime = runtimeOf(options.find((option) => option.startsWith('--runtime='))?.slice('--runtime='.length));
const coverage = options.includes('--coverage') && parts.length === 0;

async function main(): Promise<void> {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file}`)
    .filter((file) => !(unitOnly && needsServer(file)))
    .filter((file) => !needsBrowser(file) || parts.some((part) => part.startsWith('browser')))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .filter(isPossible)
    .sort();
  if (coverage) rmSync(COVERAGE_FOLDER, { recursive: true, force: true });
  mkdirSync(COVERAGE_FOLDER, { recursive: true });
  const units = files.filter((file) => !needsServer(file));
  const integration = files.filter(needsServer);
  // Tests with real servers take the whole machine each, so they run one at a time.
  const results = [...(await runAll(units, availableParallelism())), ...(await runAll(integration, 1))];
  const failed = results.reduce((sum, result) => sum + result.failed, 0) + (files.length === 0 ? 1 : 0);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  if (files.length === 0) console.log('no test file matches');
  const covered = coverage && failed === 0 ? checkCoverage() : true;
  if (!covered) console.log(`FAIL  coverage of src is below ${LINE_COVERAGE_PERCENT} % of lines`);
  console.log(`\n${passed} passed, ${failed + (covered ? 0 : 1)} failed`);
  process.exitCode = failed === 0 && covered ? 0 : 1;
}

/** Whether the runtime can run a file at all; if not, that is said. */
function isPossible(file: string): boolean {
  const why = runtime.cannot.find(({ files }) => file.startsWith(`test/${files}`))?.why;
  if (why !== undefined) console.log(`left out  ${file}: ${why}`);
  return why === undefined;
}

function needsServer(file: string): boolean {
  return file.startsWith('test/integration/');
}

function needsBrowser(file: string): boolean {
  return file.startsWith('test/browser/');
}

async function runAll(files: readonly string[], parallel: number): Promise<FileResult[]> {
  const results: FileResult[] = [];
  const waiting = [...files];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file);
      results.push(result);
      const verdict = result.failed === 0 ? 'ok  ' : 'FAIL';
      const skipped = result.skipped > 0 ? `  ${result.skipped} skipped` : '';
      console.log(`${verdict}  ${file}  ${result.passed} passed${skipped}  ${result.seconds.toFixed(1)} s`);
      if (result.failed > 0) console.log(result.output);
      // What a machine lacks for a test is no failure, and no secret either.
      else for (const [reason] of result.output.matchAll(/SKIPPED: .*/g)) console.log(`      ${reason}`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return results;
}

function runFile(file: string): Promise<FileResult> {
  const started = performance.now();
  const compiled = `build/${file.replace(/\.ts$/, '.js')}`;
  const source = readFileSync(file, 'utf8');
  const env = { ...process.env, FORCE_COLOR: '0', ...(coverage ? { NODE_V8_COVERAGE: COVERAGE_FOLDER } : {}) };
  return new Promise((resolve) => {
    const child = spawn(runtime.command, [...runtime.args, compiled], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    // SIGTERM first: the file's own handlers stop the servers it started.
    const limit = setTimeout(() => {
      output += `\nno end within ${FILE_LIMIT_MS / 1000} s\n`;
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5000).unref();
    }, FILE_LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(limit);
      const verdict = judge({ source, output, code });
      output += `\n(exit code ${code}; every suite must have its .run(), and at least one test)`;
      resolve({ file, ...verdict, output, seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Reads uvu's totals; whatever is missing from them is a failure. */
function judge(run: {
  source: string;
  output: string;
  code: number | null;
}): Omit<FileResult, 'file' | 'output' | 'seconds'> {
  const total = Number(/^\s*Total:\s+(\d+)/m.exec(run.output)?.[1] ?? 0);
  const passed = Number(/^\s*Passed:\s+(\d+)/m.exec(run.output)?.[1] ?? 0);
  const skipped = Number(/^\s*Skipped:\s+(\d+)/m.exec(run.output)?.[1] ?? 0);
  const suites = run.source.match(/\bsuite(<[^>]*>)?\(/g)?.length ?? 0;
  const runs = run.source.match(/\.run\(\)/g)?.length ?? 0;
  const failed = total - passed;
  if (failed > 0) return { passed, failed, skipped };
  const isComplete = run.code === 0 && total + skipped > 0 && suites > 0 && runs === suites;
  return { passed, failed: isComplete ? 0 : 1, skipped };
}

/** Maps the coverage of all processes back to the TypeScript sources. */
function checkCoverage(): boolean {
  const lines = String(LINE_COVERAGE_PERCENT);
  const report = ['report', `--temp-directory=${COVERAGE_FOLDER}`, '--check-coverage', `--lines=${lines}`];
  const rest = ['--functions=0', '--branches=0', '--statements=0'];
  const { status } = spawnSync(process.execPath, ['node_modules/c8/bin/c8.js', ...report, ...rest], {
    stdio: 'inherit',
  });
  return status === 0;
}

await main();
