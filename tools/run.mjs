// The one entry of the npm scripts: makes the checkout ready (dependencies, build), then runs what was asked for.
// Plain JavaScript, because it must run before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Besides the server at hand, which `npm test` uses; the last is the newest that Debian has. */
const MATRIX = ['redis-6.0', 'redis-8.0', 'valkey-8.0', 'valkey-forky'];
/** The cluster, the single server, TLS, and what the newest servers alone have. */
const MATRIX_TESTS = ['cluster.', 'single-server', 'tls', 'atomic-migration', 'cluster-databases'];

const TASKS = {
  demo: (args) => build() && node(['dist/cli/main.js', 'demo', ...args]),
  test: (args) => buildAll() && node(['build/tools/run-tests.js', '--coverage', ...args]),
  'test:unit': (args) => buildAll() && node(['build/tools/run-tests.js', '--unit', ...args]),
  'test:browser': () => buildAll() && node(['build/tools/run-tests.js', 'browser/']),
  'test:runtimes': (args) => buildAll() && withRuntimes() && node(['build/tools/test-runtimes.js', ...args]),
  'test:matrix': (args) => buildAll() && matrix(args),
  chaos: (args) => buildAll() && peersFor('--driver', args) && node(['build/test/chaos/run.js', ...args]),
  'conform:matrix': (args) => buildAll() && node(['build/tools/conform-matrix.js', ...args]),
  corpus: (args) => buildAll() && peersFor('--peers', args) && node(['build/tools/corpus.js', ...args]),
  fuzz: (args) => buildAll() && peersFor('--peers', args) && node(['build/tools/fuzz.js', ...args]),
  simulate: (args) => buildAll() && node(['--max-semi-space-size=64', 'build/tools/simulate.js', ...args]),
  soak: (args) => buildAll() && node(['--expose-gc', 'build/test/soak/run.js', ...args]),
  bench: (args) => buildAll() && node(['build/tools/run-bench.js', ...args]),
  'bench:compare': (args) => buildAll() && compare(args),
  'bench:all': (args) => buildAll() && withPeers() && withRuntimes() && node(['build/tools/bench-all.js', ...args]),
  'bench:readme': (args) => buildAll() && node(['build/tools/bench-report.js', ...args]),
};

function main() {
  const [name, ...args] = process.argv.slice(2);
  const task = TASKS[name];
  if (task === undefined) fail(`no task ${JSON.stringify(name)}: one of ${Object.keys(TASKS).join(', ')}`);
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node.js 20.19 or later is needed, this is ${process.version}`);
  install();
  process.exitCode = task(args) ? 0 : 1;
}

/** Installs the development dependencies unless the ones of this lock file are there. */
function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  const stamp = `${root}node_modules/.slotwire-lock`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.error('installing development dependencies (npm ci) ...');
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  // A registry that lacks a package for another platform makes `npm ci` refuse, but not `npm install`.
  const isInstalled =
    run('npm', ['ci', ...quietly]) || run('npm', ['install', '--no-save', '--no-package-lock', ...quietly]);
  if (!isInstalled) fail('the development dependencies could not be installed');
  mkdirSync(`${root}node_modules`, { recursive: true });
  writeFileSync(stamp, wanted);
}

/** The package: src to dist. */
function build() {
  return tsc('tsconfig.build.json');
}

/** The package, and everything else with it: src, test, bench and tools to build. */
function buildAll() {
  return build() && tsc('tsconfig.json');
}

/** Against servers of several families and ages; one that cannot be had fails its files. */
function matrix(args) {
  const servers = args.length > 0 ? args : MATRIX;
  return servers
    .map((server) => {
      console.log(`\n-- ${server}`);
      process.env.SLOTWIRE_SERVER = server;
      return node(['build/tools/run-tests.js', ...MATRIX_TESTS.map((name) => `integration/${name}`)]);
    })
    .every((passed) => passed);
}

/** `codec [OPTION ...]`: against the released peers, which have a package.json of their own. */
function compare([name, ...args]) {
  if (!['codec', 'path', 'single'].includes(name))
    fail('npm run bench:compare -- codec|path|single [--json FILE] [--html FILE] [--rounds N] [PART ...]');
  withPeers();
  if (name === 'single') withRuntimes();
  return node([`bench/compare/${name}.mjs`, ...args]);
}

/** Installs the released peers when an option asks for them. */
function peersFor(option, args) {
  return !args.includes(option) || withPeers();
}

/** The released peers. */
function withPeers() {
  return installed('bench/compare');
}

/** Other versions of Node.js, Bun and Deno: those that there are for this machine. */
function withRuntimes() {
  return installed('tools/runtimes');
}

/** Installs what a folder with a package.json of its own needs. */
function installed(folder) {
  if (existsSync(`${root}${folder}/node_modules`)) return true;
  console.error(`installing what ${folder} needs ...`);
  if (!run('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'])) fail('npm ci failed');
  return true;
}

function tsc(project) {
  return run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project]);
}

function node(args) {
  return run(process.execPath, ['--enable-source-maps', ...args]);
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  return status === 0;
}

function fail(message) {
  console.error(`slotwire: ${message}`);
  process.exit(1);
}

// Ctrl-C reaches the child as well, which stops its servers; this process waits for it.
process.on('SIGINT', () => {});
main();
