import { argumentOutOfRange, invalidArgument } from '../errors.ts';
import {
  type ClientOptions,
  type ClientSettings,
  checkPort,
  clientSettings,
  DEFAULT_PORT,
  parseServiceUrl,
  parseUrl,
  type TlsOptions,
} from '../net/index.ts';
import { type CacheOptions, type CacheSettings, cacheSettings } from './cache/index.ts';
import type { AddressMap } from './endpoints.ts';
import type { SeedAddress } from './seeds.ts';

/**
 * A node to ask for the topology: a URL (`redis://host:port`, `rediss://...`, `unix:/path`) or a host and port; of a host
 * with several addresses each is one. Or a name whose SRV records name several: `redis+srv://name`, `rediss+srv://name`.
 */
export type Seed = string | { readonly host: string; readonly port?: number | undefined };

/** Options of {@link connectCluster}; those of every client besides. */
export interface ClusterOptions extends ClientOptions {
  /** Nodes to start from; one that answers is enough. */
  readonly seeds: readonly Seed[];
  /**
   * The database that all commands are for. Default 0; others only where servers have several in cluster mode (Valkey from
   * 9.0 on, `cluster-databases`), or are not in cluster mode. A seed's URL may name it too.
   */
  readonly database?: number | undefined;
  /** TLS for all nodes: `true`, or settings as `node:tls` takes them. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Translates announced addresses to those that can be dialled from here. */
  readonly addressMap?: AddressMap | undefined;
  /**
   * Whether a node that a MOVED or ASK names, and that no view of the topology knows, may be connected to, and be given
   * the credentials. Default: no; the topology is asked first.
   */
  readonly allowNode?: ((address: string) => boolean) | undefined;
  /**
   * Connections to each node that commands share, one by default. Commands of one slot always take the same, so that their
   * order is kept; those without a key take any.
   */
  readonly connectionsPerNode?: number | undefined;
  /** Redirections followed for one command. Default 16. */
  readonly maxRedirects?: number | undefined;
  /**
   * When the topology gives a slot to another node, how long the old one may be silent while it owes answers for the
   * slot, in milliseconds; then its connection is closed. Default 2000.
   */
  readonly handoverMs?: number | undefined;
  /**
   * Keeps replies of commands sent with `cache: true` until their keys are written: every primary's connection asks for
   * CLIENT TRACKING. Over RESP3 alone; without it such commands are sent as any others. Default: no cache.
   */
  readonly cache?: CacheOptions | undefined;
}

export interface ClusterSettings extends ClientSettings {
  readonly seeds: readonly SeedAddress[];
  readonly database: number;
  readonly addressMap: AddressMap | undefined;
  readonly allowNode: ((address: string) => boolean) | undefined;
  readonly connectionsPerNode: number;
  readonly maxRedirects: number;
  readonly handoverMs: number;
  readonly cache: CacheSettings | undefined;
}

export const DEFAULT_CONNECTIONS_PER_NODE = 1;
export const DEFAULT_MAX_REDIRECTS = 16;
export const DEFAULT_HANDOVER_MS = 2000;

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function clusterSettings(options: ClusterOptions): ClusterSettings {
  const { seeds, tls, database, ...rest } = options;
  if (!Array.isArray(seeds) || seeds.length === 0) throw invalidArgument('seeds must name at least one node');
  const parsed = seeds.map((seed) => parseSeed(seed, tls));
  const fromUrl = parsed.find(({ username, password }) => username !== undefined || password !== undefined);
  const credentials =
    options.password === undefined && fromUrl !== undefined
      ? { username: options.username ?? fromUrl.username, password: fromUrl.password }
      : {};
  const settings = clientSettings({ ...rest, ...credentials });
  const {
    connectionsPerNode = DEFAULT_CONNECTIONS_PER_NODE,
    maxRedirects = DEFAULT_MAX_REDIRECTS,
    handoverMs = DEFAULT_HANDOVER_MS,
  } = options;
  if (!Number.isInteger(connectionsPerNode) || connectionsPerNode < 1) {
    throw argumentOutOfRange(`connectionsPerNode must be a whole number above 0, not ${connectionsPerNode}`);
  }
  if (!Number.isInteger(maxRedirects) || maxRedirects < 0) {
    throw argumentOutOfRange(`maxRedirects must be an integer of 0 or more, not ${maxRedirects}`);
  }
  if (!(handoverMs > 0)) throw argumentOutOfRange(`handoverMs must be a number above 0, not ${handoverMs}`);
  const { addressMap, allowNode } = options;
  return {
    ...settings,
    seeds: parsed.map(({ address }) => address),
    database: chooseDatabase(database, parsed),
    addressMap,
    allowNode,
    connectionsPerNode,
    maxRedirects,
    handoverMs,
    cache: options.cache && cacheSettings(options.cache),
  };
}

/** The one that was chosen, else the one that the seeds' URLs agree on. */
function chooseDatabase(chosen: number | undefined, seeds: readonly ParsedSeed[]): number {
  const named = new Set(seeds.flatMap(({ database }) => (database === undefined ? [] : [database])));
  if (chosen === undefined && named.size > 1) throw invalidArgument('the seeds name different databases');
  const database = chosen ?? [...named][0] ?? 0;
  if (!Number.isSafeInteger(database) || database < 0) {
    throw argumentOutOfRange(`database must be an integer of 0 or more, not ${database}`);
  }
  return database;
}

interface ParsedSeed {
  address: SeedAddress;
  database?: number | undefined;
  username?: string | undefined;
  password?: string | undefined;
}

function parseSeed(seed: Seed, tls: boolean | TlsOptions | undefined): ParsedSeed {
  const tlsOptions = tls === true ? {} : tls === false ? undefined : tls;
  if (typeof seed === 'string') return parseSeedUrl(seed, tlsOptions);
  if (seed === null || typeof seed !== 'object' || typeof seed.host !== 'string') {
    throw invalidArgument('a seed must be a URL or { host, port }');
  }
  return { address: { host: seed.host, port: checkPort(seed.port ?? DEFAULT_PORT), tls: tlsOptions } };
}

function parseSeedUrl(text: string, tlsOptions: TlsOptions | undefined): ParsedSeed {
  const service = parseServiceUrl(text);
  if (service !== undefined) {
    const { username, password, ...address } = service;
    return { address: { ...address, tls: joined(address.tls, tlsOptions) }, username, password };
  }
  const { endpoint, username, password, database } = parseUrl(text);
  return { address: { ...endpoint, tls: joined(endpoint.tls, tlsOptions) }, username, password, database };
}

/** A URL says whether there is TLS, the option how. */
function joined(ofUrl: TlsOptions | undefined, given: TlsOptions | undefined): TlsOptions | undefined {
  return ofUrl === undefined ? given : { ...ofUrl, ...given };
}
