/** Runtimes besides the one that runs this, as `npm ci --prefix tools/runtimes` installs them. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface KnownRuntime {
  readonly name: string;
  readonly version: string;
  readonly command: string;
  /** Before the file that is run. */
  readonly args: readonly string[];
  /** Tests that it cannot pass, for what they ask of the runtime itself. */
  readonly cannot: readonly Exception[];
}

/** Files whose names begin so, below `test`. */
interface Exception {
  readonly files: string;
  readonly why: string;
}

const FOLDER = 'tools/runtimes/node_modules';
const NODE_ARGS = ['--enable-source-maps', '--expose-gc'];

/** Of each the packages that hold its program, for all platforms: at most one of them is installed. */
interface Source {
  readonly name: string;
  readonly packages: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
  readonly cannot: readonly Exception[];
}

const NO_TRACING = 'its TracingChannel has no hasSubscribers, so nothing is traced';
const NO_COUNTS = 'it does not say at once how often each part of the code has run';
const NO_SERVERS = 'it does not run clean-ups at its end, nor tell whether a process is stopped';

const SOURCES: readonly Source[] = [
  ...['22', '24', '26'].map((major) => ({
    name: `node-${major}`,
    packages: [`node-${major}`],
    program: 'bin/node',
    args: NODE_ARGS,
    cannot: [],
  })),
  {
    name: 'bun',
    packages: ['linux-x64', 'linux-aarch64', 'darwin-aarch64'].map((platform) => `@oven/bun-${platform}`),
    program: 'bin/bun',
    args: ['--expose-gc'],
    cannot: [
      { files: 'cluster/diagnostics/observer', why: NO_TRACING },
      { files: 'examples/opentelemetry', why: NO_TRACING },
      { files: 'net/diagnostics/command-trace', why: NO_TRACING },
      { files: 'net/diagnostics/server-activity', why: NO_TRACING },
      { files: 'resp/linear-work', why: NO_COUNTS },
      { files: 'resp/kept-values', why: 'its objects and its way of counting memory are others' },
    ],
  },
  {
    name: 'deno',
    packages: ['linux-x64-glibc', 'linux-arm64-glibc', 'darwin-arm64'].map((platform) => `@deno/${platform}`),
    program: 'deno',
    args: ['run', '--allow-all', '--quiet', '--v8-flags=--expose-gc'],
    cannot: [
      { files: 'cli/serve', why: 'it starts Node.js with options that it does not have' },
      { files: 'resp/linear-work', why: NO_COUNTS },
      { files: 'testing/free-port', why: 'an address that is not the machine’s has another code' },
      { files: 'testing/on-exit', why: NO_SERVERS },
      { files: 'testing/scripted-node', why: 'its sockets put small writes together' },
      { files: 'testing/server-process', why: NO_SERVERS },
    ],
  },
];

/** All that there are names for. */
export const RUNTIME_NAMES: readonly string[] = SOURCES.map(({ name }) => name);

/** Those that are installed. */
export function installedRuntimes(): KnownRuntime[] {
  return SOURCES.flatMap(({ name, packages, program, args, cannot }) => {
    const folder = packages.map((each) => resolve(FOLDER, each)).find((path) => existsSync(resolve(path, program)));
    if (folder === undefined) return [];
    const { version } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as { version: string };
    return [{ name, version, command: resolve(folder, program), args, cannot }];
  });
}

/**
 * One of them by its name; without a name, the one that runs this.
 *
 * @throws {Error} when it is not known, or not installed.
 */
export function runtimeOf(name: string | undefined): KnownRuntime {
  if (name === undefined) {
    return { name: 'node', version: process.versions.node, command: process.execPath, args: NODE_ARGS, cannot: [] };
  }
  const runtime = installedRuntimes().find((each) => each.name === name);
  if (runtime !== undefined) return runtime;
  throw new Error(
    `no runtime ${JSON.stringify(name)} here: ${RUNTIME_NAMES.join(', ')} by npm ci --prefix tools/runtimes`,
  );
}
