import { callUser, type Endpoint, formatAddress, isIpAddress } from '../net/index.ts';

/** Where to dial instead, and over TLS the name that the certificate there must have, where that is not the host. */
export interface MappedAddress {
  readonly host: string;
  readonly port: number;
  readonly serverName?: string | undefined;
}

/** Translates announced addresses to those that can be dialled from here: `host:port` to host and port. */
export type AddressMap =
  | { readonly [address: string]: MappedAddress }
  | ((announced: { readonly host: string; readonly port: number }) => MappedAddress | undefined);

/** The address that a node announced, and the one to dial. */
export interface ResolvedEndpoint {
  readonly endpoint: Endpoint;
  /** What the cluster calls it; differs from the address that is dialled where one was translated. */
  readonly announced: string;
  /** The node's id, where a reply gave one. */
  readonly id?: string | undefined;
}

/** An address as a reply gives it. */
export interface AnnouncedAddress {
  readonly host: string | null;
  readonly port: number;
  /** The node's host name, where the reply gives it besides its address. */
  readonly hostname?: string | undefined;
}

/**
 * Finds the endpoint to dial for an announced host and port.
 *
 * - NULL or empty host, and the wildcard addresses: the host of the connection that answered (protocol 9, 20).
 * - `?` and port 0: unknown, never dialled.
 * - A loopback address, heard from a server that is not on loopback: a cluster created on 127.0.0.1 and reached from
 *   elsewhere. Its nodes share a machine, the one that answered, so its host is dialled with the announced port.
 *
 * Over TLS a node that is dialled by its address is known by its host name, where it announces one.
 *
 * @param via the endpoint of the connection over which the address was heard; its TLS settings hold for all nodes.
 * @returns undefined when there is nothing to dial.
 */
export function resolveEndpoint(
  announced: AnnouncedAddress,
  via: Endpoint,
  addressMap: AddressMap | undefined,
): ResolvedEndpoint | undefined {
  const { port } = announced;
  if (announced.host === '?' || !Number.isInteger(port) || port < 1 || port > 65535) return undefined;
  const host = announced.host === null || isWildcard(announced.host) ? via.host : announced.host;
  const mapped = translate({ host, port }, addressMap);
  const dialled = mapped ?? { host: isLoopback(host) && !isLoopback(via.host) ? via.host : host, port };
  const serverName = mapped === undefined ? serverNameOf(dialled.host, announced, via) : mapped.serverName;
  const endpoint: Endpoint = {
    host: dialled.host,
    port: dialled.port,
    ...(via.tls === undefined ? {} : { tls: via.tls, ...(serverName === undefined ? {} : { serverName }) }),
  };
  return { endpoint, announced: formatAddress({ host, port }) };
}

/** The same host has the same name; another one the name that it announces, when it is dialled by its address. */
function serverNameOf(host: string, { hostname }: AnnouncedAddress, via: Endpoint): string | undefined {
  if (host === via.host) return via.serverName;
  return isIpAddress(host) ? hostname : undefined;
}

/** Whether a host is this machine itself, as far as its text tells. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(::ffff:)?127\./.test(host);
}

function isWildcard(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}

function translate(
  announced: { readonly host: string; readonly port: number },
  addressMap: AddressMap | undefined,
): MappedAddress | undefined {
  if (addressMap === undefined) return undefined;
  const address = formatAddress(announced);
  const mapped =
    typeof addressMap === 'function'
      ? callUser(() => addressMap(announced))
      : Object.hasOwn(addressMap, address) && addressMap[address];
  return mapped || undefined;
}
