/**
 * Programs and libraries from a distribution's packages, in a folder of the user's: no root, nothing of the system is
 * touched.
 *
 *     ~/.cache/slotwire/servers/redis-7.0/          an unpacked package with all its libraries
 *                               .redis-7.0.lock     held by the process that is fetching it
 *                               .redis-7.0.fetch/   package lists and downloads of a fetch that is not finished
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fetchPackage } from './apt-package.ts';
import { findMainArchive, formatSource, readAptSources } from './apt-sources.ts';

/** A program as it has to be started: its own arguments come after `prefix`. */
export interface Executable {
  readonly command: string;
  readonly prefix: readonly string[];
}

/** What is to be unpacked. */
export interface UnpackChoice {
  /** The first of these that exists is taken; one entry may name several packages, which are taken together. */
  readonly packages: readonly string[];
  /** Suites of Debian to take them from; unless given, what the machine's own sources say. */
  readonly suites?: readonly string[];
  /** Keeps `usr/share` too, where fonts and icons are. */
  readonly keepsShare?: boolean;
}

/** `$XDG_CACHE_HOME/slotwire`, or below `~/.cache`. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME = '' } = process.env;
  return join(XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME, 'slotwire');
}

/** What this machine calls itself, in lower case. */
export function readRelease(): { id: string; codename: string } {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? 'unknown';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

/**
 * Unpacks packages with everything they depend on, the C library included, into a folder: at once when it is there.
 *
 * @throws {Error} with the last lines of apt, when they cannot be had.
 */
export async function unpackPackage(root: string, { packages, suites, keepsShare }: UnpackChoice): Promise<void> {
  const sources = suites === undefined ? undefined : sourcesOf(packages[0] ?? '', suites);
  mkdirSync(dirname(root), { recursive: true });
  await fetchPackage(root, { packages, sources, keepsShare });
}

/**
 * Debian's own packages of other tools, for tests: unpacked into the cache, once.
 *
 * @param name of the folder in the cache.
 * @returns the folder.
 */
export async function unpackTool(name: string, choice: UnpackChoice): Promise<string> {
  const root = join(cacheFolder(), 'packages', name);
  await unpackPackage(root, choice);
  return root;
}

function sourcesOf(name: string, suites: readonly string[]): string {
  const { id, codename } = readRelease();
  const archive = id === 'debian' ? findMainArchive(readAptSources(), codename) : undefined;
  if (archive !== undefined) return formatSource(archive, suites);
  throw new Error(
    `${name} is a package of Debian ${suites.at(-1)}, and no apt source of this machine is Debian's archive`,
  );
}

/** The folders of an unpacked package that hold libraries. */
export function libraryFolders(root: string): string[] {
  return ['lib', 'usr/lib'].flatMap((folder) => platformFolders(join(root, folder)));
}

/**
 * How to start an unpacked program: by the loader and with the libraries it was built for, because those of the machine
 * may be older.
 *
 * @returns undefined when the folder holds no loader.
 */
export function unpackedProgram(root: string, program: string): Executable | undefined {
  const libraries = libraryFolders(root);
  for (const folder of libraries) {
    const loader = readdirSync(folder).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
    if (loader === undefined) continue;
    const prefix = ['--library-path', libraries.join(':'), program];
    return { command: realpathSync(join(folder, loader)), prefix };
  }
  return undefined;
}

// Debian keeps libraries by platform: lib/x86_64-linux-gnu, lib/aarch64-linux-gnu.
function platformFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
}
