/**
 * The package under other versions of Node.js, Bun and Deno, one after the other: as a user has it, installed from what
 * `npm pack` makes and used on real servers; and by its own unit tests, but for what a runtime is known not to do.
 *
 *     npm run test:runtimes [-- NAME ...] [--smoke]
 *
 * `--smoke` leaves the unit tests out. The last line is `N passed, N failed`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startCluster, startServer } from '../src/testing/index.ts';
import { installedRuntimes, type KnownRuntime, RUNTIME_NAMES, runtimeOf } from './runtimes/known-runtimes.ts';

const PASSWORD = 'CATAPI';
/** The layers that the package is; what starts servers and the command line are for Node.js. */
const LAYERS = ['resp/', 'commands/', 'net/', 'cluster/', 'facade/', 'conformance/vectors'];

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false } },
});

/** A folder in which the package is installed as a user has it. */
function installPackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-runtimes-'));
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', join(folder, packed)], { cwd: folder });
  copyFileSync('tools/runtimes/smoke.mjs', join(folder, 'smoke.mjs'));
  return folder;
}

/** Each runtime gets servers of its own: what one leaves in them is nobody else's. */
async function smoke({ name, command, args }: KnownRuntime, folder: string): Promise<boolean> {
  const server = await startServer({ config: { requirepass: PASSWORD } });
  const cluster = await startCluster({ replicasPerPrimary: 0, password: PASSWORD });
  try {
    const seeds = cluster.nodes.map(({ host, port }) => ({ host, port }));
    const scene = { host: server.host, port: server.port, password: PASSWORD, seeds };
    const all = [...args, 'smoke.mjs', JSON.stringify(scene)];
    const { status, stdout, stderr } = spawnSync(command, all, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) console.log(`${name}: ${stdout}${stderr}`);
    return status === 0;
  } finally {
    await server.stop();
    await cluster.stop();
  }
}

function unitTests({ name }: KnownRuntime): boolean {
  const args = ['build/tools/run-tests.js', '--unit', `--runtime=${name}`, ...LAYERS];
  return spawnSync(process.execPath, ['--enable-source-maps', ...args], { stdio: 'inherit' }).status === 0;
}

async function main(): Promise<void> {
  const runtimes = names.length === 0 ? installedRuntimes() : names.map(runtimeOf);
  for (const name of RUNTIME_NAMES) {
    if (names.length === 0 && !runtimes.some((each) => each.name === name))
      console.log(`${name}: not for this machine`);
  }
  const folder = installPackage();
  const results: [string, boolean][] = [];
  try {
    for (const runtime of runtimes) {
      const title = `${runtime.name} ${runtime.version}`;
      console.log(`\n-- ${title}`);
      results.push([`${title}, the package`, await smoke(runtime, resolve(folder))]);
      if (!values.smoke) results.push([`${title}, unit tests`, unitTests(runtime)]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log();
  for (const [title, isGood] of results) console.log(`${isGood ? 'ok  ' : 'FAIL'}  ${title}`);
  const failed = results.filter(([, isGood]) => !isGood).length + (results.length === 0 ? 1 : 0);
  console.log(`\n${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
