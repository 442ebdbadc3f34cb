/** Somebody's server as a target: where it is, and what may be done to it. */
import { clusterTarget, type Login, type Need, type Target } from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { checkPort, type Endpoint, formatAddress, parseUrl } from '../../net/index.ts';
import { readNamedFile } from '../exit.ts';
import type { ConformFlags } from './flags.ts';

/** What a cluster's name begins with. */
export const CLUSTER = 'cluster:';

/**
 * Describes a target that was named on the command line.
 *
 * @throws {RangeError} or {TypeError} when the name is none.
 */
export async function givenTarget(name: string, flags: ConformFlags): Promise<Target> {
  const { user, pass = process.env['SLOTWIRE_CONFORM_PASS'], replica } = flags.text;
  if (name.startsWith(CLUSTER)) {
    const seeds = name.slice(CLUSTER.length).split(',').map(readTarget);
    checkTls(seeds[0]!.endpoint, flags);
    return clusterTarget(
      seeds.map((seed) => withTls(seed.endpoint, flags)),
      loginOf(user, pass),
    );
  }
  const { endpoint, username, password } = readTarget(name);
  checkTls(endpoint, flags);
  const plain = withTls(endpoint, flags);
  const login = loginOf(user ?? username, pass ?? password);
  const gives = new Set<Need>();
  if (flags.on.has('unsafe')) gives.add('unsafe');
  if (isOnThisMachine(plain) || flags.on.has('yes-i-may')) gives.add('hostile');
  const secured =
    login === undefined || login.username !== undefined ? undefined : { endpoint: plain, password: login.password };
  return {
    name: formatAddress(plain),
    plain,
    login,
    secured,
    replica: replica === undefined ? undefined : withTls(readTarget(replica).endpoint, flags),
    words: new Map([
      ['primary-host', plain.host],
      ['primary-port', String(plain.port)],
      ...(login === undefined ? [] : [['password', login.password] as const]),
    ]),
    gives,
  };
}

function readTarget(name: string): {
  endpoint: Endpoint;
  username?: string | undefined;
  password?: string | undefined;
} {
  if (name.includes('://') || name.startsWith('unix:')) return parseUrl(name);
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(name) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined)
    throw argumentOutOfRange(`a target is HOST:PORT, redis://..., unix:PATH, not ${JSON.stringify(name)}`);
  return { endpoint: { host, port: checkPort(Number(port)) } };
}

/** @throws {RangeError} for settings of TLS where there is none. */
function checkTls(endpoint: Endpoint, { text, on }: ConformFlags): void {
  if (on.has('tls') || endpoint.tls !== undefined) return;
  const given = text.ca !== undefined ? 'ca' : text.sni !== undefined ? 'sni' : undefined;
  const useless = on.has('insecure') ? 'insecure' : given;
  if (useless !== undefined) throw argumentOutOfRange(`--${useless} needs --tls`);
}

function withTls(endpoint: Endpoint, { text, on }: ConformFlags): Endpoint {
  if (!on.has('tls') && endpoint.tls === undefined) return endpoint;
  const { ca, sni } = text;
  const tls = {
    ...(ca === undefined ? {} : { ca: readNamedFile(ca) }),
    ...(sni === undefined ? {} : { servername: sni }),
    rejectUnauthorized: !on.has('insecure'),
  };
  return { ...endpoint, tls };
}

/** @throws {RangeError} for a user without a password, who could not log in. */
function loginOf(username: string | undefined, password: string | undefined): Login | undefined {
  if (username !== undefined && password === undefined)
    throw argumentOutOfRange('a user needs a password: --pass TEXT');
  return password === undefined ? undefined : { username, password };
}

function isOnThisMachine({ host, path }: Endpoint): boolean {
  return path !== undefined || host === 'localhost' || host === '::1' || host.startsWith('127.');
}
