/** The servers that can be had by name: which Debian suites carry each, and in which package. */

/** Where a server comes from. */
export interface KnownServer {
  /** Suites to take packages from; the server's own is the last, the others complete its dependencies. */
  readonly suites: readonly [string, ...string[]];
  /** Package, and the program in its `usr/bin`, which is called the same. */
  readonly package: string;
}

/** Names that {@link findServer} understands. */
export type KnownServerName =
  | 'redis-6.0'
  | 'redis-7.0'
  | 'redict-7.3'
  | 'valkey-8.0'
  | 'redis-8.0'
  | 'valkey-8.1'
  | 'valkey-forky';

/** Every server that can be fetched by name, oldest first. */
export const KNOWN_SERVERS: Readonly<Record<KnownServerName, KnownServer>> = {
  'redis-6.0': { suites: ['bullseye'], package: 'redis-server' },
  'redis-7.0': { suites: ['bookworm'], package: 'redis-server' },
  'redict-7.3': { suites: ['bookworm', 'bookworm-backports'], package: 'redict-server' },
  'valkey-8.0': { suites: ['bookworm', 'bookworm-backports'], package: 'valkey-server' },
  'redis-8.0': { suites: ['trixie'], package: 'redis-server' },
  'valkey-8.1': { suites: ['trixie'], package: 'valkey-server' },
  // The next release of Debian, whose packages still move on: Valkey 9.1 or later. So the suite gives the name.
  'valkey-forky': { suites: ['forky'], package: 'valkey-server' },
};

/** True when the text is one of the names of {@link KNOWN_SERVERS}. */
export function isKnownServer(name: string): name is KnownServerName {
  return Object.hasOwn(KNOWN_SERVERS, name);
}

/**
 * The known server that is the ordinary package of a Debian release, so that a machine of that release fetches what
 * `apt-get install` would install.
 */
export function knownServerOfSuite(codename: string): KnownServerName | undefined {
  for (const name of Object.keys(KNOWN_SERVERS)) {
    if (isKnownServer(name) && KNOWN_SERVERS[name].suites.at(-1) === codename) return name;
  }
  return undefined;
}
