/**
 * Real servers from a distribution's packages, in a folder of the user's: no root, nothing of the system is touched.
 *
 *     ~/.cache/slotwire/servers/redis-7.0/          an unpacked server with all its libraries
 *                               .redis-7.0.lock     held by the process that is fetching it
 *                               .redis-7.0.fetch/   package lists and downloads of a fetch that is not finished
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchPackage, type PackageChoice } from './apt-package.ts';
import { findMainArchive, formatSource, readAptSources } from './apt-sources.ts';
import { isKnownServer, KNOWN_SERVERS, knownServerOfSuite } from './known-servers.ts';

/** A program as it has to be started: its own arguments come after `prefix`. */
export interface Executable {
  readonly command: string;
  readonly prefix: readonly string[];
}

const PROGRAMS = ['redis-server', 'valkey-server', 'redict-server'] as const;

/** The folder that holds the fetched servers: `$XDG_CACHE_HOME/slotwire/servers`, or below `~/.cache`. */
export function serverCacheFolder(): string {
  const { XDG_CACHE_HOME = '' } = process.env;
  return join(XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : XDG_CACHE_HOME, 'slotwire', 'servers');
}

/** Names of the servers in the cache, ready to be started. */
export function listCachedServers(): string[] {
  const folder = serverCacheFolder();
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
}

/** A server that was fetched before, or undefined. */
export function findCachedServer(name: string): Executable | undefined {
  const root = join(serverCacheFolder(), name);
  return existsSync(root) ? unpackedServer(root) : undefined;
}

/**
 * The name under which this machine's own package of a server is cached: `redis-7.0` on Debian 12, `ubuntu-noble` on a
 * system whose releases are not in {@link KNOWN_SERVERS}; undefined where there is no apt.
 */
export function ownServerName(): string | undefined {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return undefined;
  const { id, codename } = readRelease();
  return (id === 'debian' ? knownServerOfSuite(codename) : undefined) ?? `${id}-${codename}`;
}

/**
 * Fetches a server into the cache, once: 25 to 60 MB to download, up to 100 MB on disk, some seconds.
 *
 * @param name a known server, or {@link ownServerName}.
 * @throws {Error} with the last lines of apt, when the package cannot be had.
 */
export async function fetchServer(name: string): Promise<Executable> {
  const root = join(serverCacheFolder(), name);
  const choice = choosePackage(name);
  mkdirSync(serverCacheFolder(), { recursive: true });
  await fetchPackage(root, choice);
  return unpackedServer(root);
}

function choosePackage(name: string): PackageChoice {
  const { id, codename } = readRelease();
  if (!isKnownServer(name)) return { packages: PROGRAMS.slice(0, 2), sources: undefined };
  const { suites, package: packageName } = KNOWN_SERVERS[name];
  const archive = id === 'debian' ? findMainArchive(readAptSources(), codename) : undefined;
  if (archive === undefined) {
    throw new Error(
      `${name} is a package of Debian ${suites.at(-1)}, and no apt source of this machine is Debian's archive`,
    );
  }
  return { packages: [packageName], sources: formatSource(archive, suites) };
}

function readRelease(): { id: string; codename: string } {
  const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? 'unknown';
  return { id: field('ID'), codename: field('VERSION_CODENAME') };
}

// An unpacked server is started by the loader and with the libraries it was built for: those of the machine may be older.
function unpackedServer(root: string): Executable {
  const program = PROGRAMS.map((name) => join(root, 'usr/bin', name)).find((path) => existsSync(path));
  const libraries = ['lib', 'usr/lib'].flatMap((folder) => platformFolders(join(root, folder)));
  for (const folder of libraries) {
    const loader = readdirSync(folder).find((file) => /^ld-linux.*\.so\.\d+$/.test(file));
    if (loader === undefined || program === undefined) continue;
    const prefix = ['--library-path', libraries.join(':'), program];
    return { command: realpathSync(join(folder, loader)), prefix };
  }
  throw new Error(`${root} does not hold an unpacked server: remove it to fetch it again`);
}

// Debian keeps libraries by platform: lib/x86_64-linux-gnu, lib/aarch64-linux-gnu.
function platformFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.includes('-linux-'))
    .map((name) => join(folder, name));
}
