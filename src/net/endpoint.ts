import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { argumentOutOfRange, invalidArgument } from '../errors.ts';

/** TLS settings as `node:tls` takes them: `ca`, `cert`, `key`, `servername`, `rejectUnauthorized`, ... */
export type { TlsOptions };

/** Where a server is: a host and a port, or the path of a Unix socket. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** A Unix socket; host and port do not matter then. */
  readonly path?: string | undefined;
  /** Present: the transport is TLS. */
  readonly tls?: TlsOptions | undefined;
  /** The name that the server's certificate must have, where that is not `host`; `tls.servername` comes before it. */
  readonly serverName?: string | undefined;
}

/** What a URL can say beyond the endpoint. */
export interface ParsedUrl {
  readonly endpoint: Endpoint;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: number | undefined;
}

export const DEFAULT_PORT = 6379;

/** A name whose SRV records say where servers are. */
export interface ParsedServiceUrl {
  /** As it is asked for: `_redis._tcp.example.com`. */
  readonly service: string;
  readonly tls?: TlsOptions | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Reads `redis://user:password@host:port/database`, `rediss://...` (TLS), `unix:PATH` or
 * `unix://user:password@PATH?db=DATABASE`.
 *
 * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`). The message never repeats the URL: it may hold a password.
 */
export function parseUrl(text: string): ParsedUrl {
  if (text.startsWith('unix:')) return parseUnixUrl(text.slice('unix:'.length));
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw invalidArgument(
      'a server URL must be redis://host:port, rediss://host:port or unix:/path (redis+srv://name is for the seeds of a cluster)',
    );
  }
  return {
    endpoint: {
      host: unbracket(url.hostname),
      port: url.port === '' ? DEFAULT_PORT : checkPort(Number(url.port)),
      ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    },
    ...credentialsOf(url),
    database: databaseOf(url.pathname.slice(1)),
  };
}

/**
 * Reads `redis+srv://user:password@name` or `rediss+srv://...` (TLS). A name without a service in front stands for
 * `_redis._tcp.name`.
 *
 * @returns undefined when the text is none of these.
 * @throws TypeError (`ERR_INVALID_ARGUMENT`) for what is no name. The message never repeats the URL.
 */
export function parseServiceUrl(text: string): ParsedServiceUrl | undefined {
  if (!/^rediss?\+srv:/i.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || url.port !== '' || url.pathname.length > 1) {
    throw invalidArgument('redis+srv:// needs a name and nothing behind it: the records of the name have the ports');
  }
  const name = url.hostname;
  return {
    service: name.startsWith('_') ? name : `_redis._tcp.${name}`,
    ...(url.protocol === 'rediss+srv:' ? { tls: {} } : {}),
    ...credentialsOf(url),
  };
}

/** Whether a host is an address already, and no name. */
export function isIpAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** `host:port`, IPv6 in brackets, or the path of a Unix socket: how messages and pools name an endpoint. */
export function formatAddress(endpoint: Endpoint): string {
  if (endpoint.path !== undefined) return endpoint.path;
  return endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
}

/** @throws RangeError (`ERR_INVALID_ARGUMENT`) unless `port` is an integer from 1 to 65535. */
export function checkPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw argumentOutOfRange(`port must be an integer from 1 to 65535, not ${port}`);
  }
  return port;
}

/** `PATH`, or `//user:password@PATH?db=DATABASE`; a path is taken as it is, and never percent-decoded. */
function parseUnixUrl(rest: string): ParsedUrl {
  const [, authority, path = ''] = /^\/\/(?:([^/]*)@)?(\/.*)$/.exec(rest) ?? [undefined, undefined, rest];
  const [, file = path, database] = /^(.*)\?db=(.*)$/.exec(path) ?? [];
  if (file === '' || file.startsWith('//')) throw invalidArgument('unix: needs the path of a socket');
  const [username = '', ...password] = (authority ?? '').split(':');
  return {
    endpoint: { host: 'localhost', port: 0, path: file },
    ...credentialsOf({ username, password: password.join(':') }),
    ...(database === undefined ? {} : { database: databaseOf(database) }),
  };
}

function credentialsOf({ username, password }: { username: string; password: string }): {
  username: string | undefined;
  password: string | undefined;
} {
  return { username: decoded(username), password: decoded(password) };
}

/** @throws TypeError (`ERR_INVALID_ARGUMENT`) */
function decoded(text: string): string | undefined {
  const plain = percentDecoded(text);
  if (plain === undefined) {
    throw invalidArgument('the user name and password of a server URL must be percent-encoded: a % alone is %25');
  }
  return plain === '' ? undefined : plain;
}

/** @returns undefined when the text is not percent-encoded UTF-8. */
function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** @throws TypeError (`ERR_INVALID_ARGUMENT`) */
function databaseOf(text: string): number | undefined {
  if (text === '') return undefined;
  const database = Number(text);
  if (!Number.isSafeInteger(database) || database < 0) {
    throw invalidArgument('the path of a server URL must be a database number');
  }
  return database;
}

function unbracket(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
