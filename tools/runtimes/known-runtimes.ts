/** Runtimes besides the one that runs this, as `npm ci --prefix tools/runtimes` installs them. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface KnownRuntime {
  readonly name: string;
  readonly version: string;
  readonly command: string;
  /** Before the file that is run. */
  readonly args: readonly string[];
}

const FOLDER = 'tools/runtimes/node_modules';
const NODE_ARGS = ['--enable-source-maps', '--expose-gc'];

/** Of each the packages that hold its program, for all platforms: at most one of them is installed. */
interface Source {
  readonly name: string;
  readonly packages: readonly string[];
  readonly program: string;
  readonly args: readonly string[];
}

const SOURCES: readonly Source[] = [
  ...['22', '24', '26'].map((major) => ({
    name: `node-${major}`,
    packages: [`node-${major}`],
    program: 'bin/node',
    args: NODE_ARGS,
  })),
  {
    name: 'bun',
    packages: ['linux-x64', 'linux-aarch64', 'darwin-aarch64'].map((platform) => `@oven/bun-${platform}`),
    program: 'bin/bun',
    args: ['--expose-gc'],
  },
  {
    name: 'deno',
    packages: ['linux-x64-glibc', 'linux-arm64-glibc', 'darwin-arm64'].map((platform) => `@deno/${platform}`),
    program: 'deno',
    args: ['run', '--allow-all', '--quiet', '--v8-flags=--expose-gc'],
  },
];

/** All that there are names for. */
export const RUNTIME_NAMES: readonly string[] = SOURCES.map(({ name }) => name);

/** Those that are installed. */
export function installedRuntimes(): KnownRuntime[] {
  return SOURCES.flatMap(({ name, packages, program, args }) => {
    const folder = packages.map((each) => resolve(FOLDER, each)).find((path) => existsSync(resolve(path, program)));
    if (folder === undefined) return [];
    const { version } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')) as { version: string };
    return [{ name, version, command: resolve(folder, program), args }];
  });
}

/** @throws {Error} when it is not known, or not installed. */
export function installedRuntime(name: string): KnownRuntime {
  const runtime = installedRuntimes().find((each) => each.name === name);
  if (runtime !== undefined) return runtime;
  throw new Error(
    `no runtime ${JSON.stringify(name)} here: ${RUNTIME_NAMES.join(', ')} by npm ci --prefix tools/runtimes`,
  );
}
