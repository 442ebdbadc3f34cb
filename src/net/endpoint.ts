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
}

/** What a URL can say beyond the endpoint. */
export interface ParsedUrl {
  readonly endpoint: Endpoint;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: number | undefined;
}

export const DEFAULT_PORT = 6379;

/**
 * Reads `redis://user:password@host:port/database`, `rediss://...` (TLS) or `unix:PATH`.
 *
 * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`). The message never repeats the URL: it may hold a password.
 */
export function parseUrl(text: string): ParsedUrl {
  if (text.startsWith('unix:')) return { endpoint: { host: 'localhost', port: 0, path: unixPath(text) } };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'redis:' && url.protocol !== 'rediss:') || url.hostname === '') {
    throw invalidArgument('a server URL must be redis://host:port, rediss://host:port or unix:/path');
  }
  const database = url.pathname.length > 1 ? Number(url.pathname.slice(1)) : undefined;
  if (database !== undefined && !Number.isSafeInteger(database)) {
    throw invalidArgument('the path of a server URL must be a database number');
  }
  return {
    endpoint: {
      host: unbracket(url.hostname),
      port: url.port === '' ? DEFAULT_PORT : checkPort(Number(url.port)),
      ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
    },
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    database,
  };
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

function unixPath(text: string): string {
  const path = text.slice('unix:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') throw invalidArgument('unix: needs the path of a socket');
  return path;
}

function unbracket(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
