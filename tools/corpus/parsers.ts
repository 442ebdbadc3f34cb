/** The parsers that are put side by side, and how the adapter of each is started. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { libraryFolders, unpackedProgram, unpackTool } from '../../src/testing/index.ts';

const ADAPTERS = 'conformance/adapters';
const MEMORY_LIMIT_MB = 512;

/** A parser under test. */
export interface ParserChoice {
  /** Of its report. */
  readonly name: string;
  /** Makes ready what the adapter needs, and returns its command. */
  readonly prepare: () => Promise<readonly string[]>;
}

/** Every parser, ours first. */
export const PARSERS: readonly ParserChoice[] = [
  inNode('slotwire'),
  inNode('redis-parser'),
  inNode('redis-client'),
  inNode('ioredis'),
  inNode('respjs'),
  inC('hiredis-0.14', ['bookworm']),
  inC('hiredis-1.2', ['trixie']),
  inPython('redis-py-4.3', { adapter: 'redis-py.py', packages: 'python3 python3-redis', suites: ['bookworm'] }),
  inPython('redis-py-6.1', { adapter: 'redis-py.py', packages: 'python3 python3-redis', suites: ['trixie'] }),
  inPython('hiredis-py', { adapter: 'hiredis-py.py', packages: 'python3 python3-hiredis', suites: ['trixie'] }),
];

function inNode(name: string): ParserChoice {
  const command = [process.execPath, `--max-old-space-size=${MEMORY_LIMIT_MB}`, join(ADAPTERS, `${name}.mjs`)];
  return { name, prepare: () => Promise.resolve(command) };
}

/** Compiled against the headers of the package, and run with its libraries. */
function inC(name: string, suites: readonly string[]): ParserChoice {
  const prepare = async (): Promise<readonly string[]> => {
    const root = await unpackTool(name, { packages: ['libhiredis-dev'], suites });
    const program = join(root, 'hiredis-adapter');
    if (!existsSync(program)) compile(root, program);
    return started(root, program);
  };
  return { name, prepare };
}

function compile(root: string, program: string): void {
  const libraries = libraryFolders(root).flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  const library = libraries.find((file) => /\/libhiredis\.so\.[\d.]+$/.test(file));
  if (library === undefined) throw new Error(`${root} does not hold the library of hiredis`);
  // The library may want a newer C library than that of this machine: it gets its own when the adapter is started.
  const options = ['-O2', '-Wl,--allow-shlib-undefined', `-I${join(root, 'usr/include')}`];
  execFileSync('cc', [...options, '-o', program, join(ADAPTERS, 'hiredis.c'), library, '-lm'], { stdio: 'inherit' });
}

interface PythonChoice {
  readonly adapter: string;
  readonly packages: string;
  readonly suites: readonly string[];
}

/** With the Python of the package's own release: a module in C runs in no other. */
function inPython(name: string, { adapter, packages, suites }: PythonChoice): ParserChoice {
  const prepare = async (): Promise<readonly string[]> => {
    const root = await unpackTool(name, { packages: [packages], suites });
    const python = readdirSync(join(root, 'usr/bin')).find((file) => /^python3\.\d+$/.test(file));
    if (python === undefined) throw new Error(`${root} does not hold a Python`);
    const settings = [`PYTHONHOME=${join(root, 'usr')}`, `PYTHONPATH=${join(root, 'usr/lib/python3/dist-packages')}`];
    return ['env', ...settings, ...started(root, join(root, 'usr/bin', python)), join(ADAPTERS, adapter)];
  };
  return { name, prepare };
}

/** By the loader of the package, with a limit to the memory. */
function started(root: string, program: string): readonly string[] {
  const executable = unpackedProgram(root, program);
  if (executable === undefined)
    throw new Error(`${root} does not hold an unpacked package: remove it to fetch it again`);
  const { command, prefix } = executable;
  return ['sh', '-c', `ulimit -v ${8 * MEMORY_LIMIT_MB * 1024}; exec "$@"`, 'sh', command, ...prefix];
}
