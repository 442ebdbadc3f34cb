/** Starts the servers that the cases need, on this machine, and describes them as a target. */
import { findServer, isAtLeast, type ServerProcess, startServer, waitUntil } from '../testing/index.ts';
import type { Need } from './case.ts';
import { type StartedCluster, startNamedCluster } from './start-cluster.ts';
import { Control, type Target } from './target.ts';

/** A target of the suite's own. */
export interface StartedTarget {
  readonly target: Target;
  readonly stop: () => Promise<void>;
}

const PASSWORD = 'slotwire-secret';
const ALICE = 'slotwire-alice';
const BOB = 'slotwire-bob';

/**
 * Starts a plain server, one with a password and users, a replica of the first, and a cluster where it is wanted.
 *
 * @param choice the path of a server, or a name that {@link findServer} knows.
 */
export async function startTarget(choice?: string, options: { withCluster?: boolean } = {}): Promise<StartedTarget> {
  const server = await findServer(choice);
  const cluster = options.withCluster === false ? undefined : await startNamedCluster(server);
  const started: ServerProcess[] = [];
  const start = async (config: Record<string, string>) => {
    const process = await startServer({ server, config });
    started.push(process);
    return process;
  };
  const stop = async () => {
    await Promise.all([cluster?.stop(), ...started.map((process) => process.stop())]);
  };
  try {
    const plain = await start({});
    const secured = await start({ requirepass: PASSWORD });
    // The name that every version knows: Redis 4.0 has no other.
    const replica = await start({ slaveof: `${plain.host} ${plain.port}` });
    if (isAtLeast(server, [6, 0, 0])) await addUsers(secured, isAtLeast(server, [6, 2, 0]));
    await isInStep(replica);
    const target = describe({ plain, secured, replica }, isAtLeast(server, [6, 0, 0]));
    return { target: cluster === undefined ? target : withCluster(target, cluster), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function describe(servers: Record<'plain' | 'secured' | 'replica', ServerProcess>, hasUsers: boolean): Target {
  const { plain, secured, replica } = servers;
  const { name, version } = plain.binary;
  return {
    name: `${name} ${version.join('.')}`,
    plain: { host: plain.host, port: plain.port },
    secured: { endpoint: { host: secured.host, port: secured.port }, password: PASSWORD },
    replica: { host: replica.host, port: replica.port },
    words: new Map([
      ['primary-host', plain.host],
      ['primary-port', String(plain.port)],
      ['password', PASSWORD],
      ['alice-password', ALICE],
      ['bob-password', BOB],
    ]),
    gives: new Set(['unsafe', 'hostile', ...(hasUsers ? (['users'] as const) : [])]),
  };
}

function withCluster(target: Target, { stop, words, ...cluster }: StartedCluster): Target {
  const gives = new Set<Need>([...target.gives, 'cluster', 'own-cluster']);
  return { ...target, ...cluster, words: new Map([...(target.words ?? []), ...(words ?? [])]), gives };
}

/** alice may do a little, bob is shut out. */
async function addUsers({ host, port }: ServerProcess, hasChannelRules: boolean): Promise<void> {
  const control = await Control.open({ host, port }, { password: PASSWORD });
  const channels = hasChannelRules ? ['resetchannels', '&a*'] : [];
  const may = ['+get', '+set', '+multi', '+exec', '+subscribe', '+ping', '+echo', '+acl|whoami'];
  await control.ask(['ACL', 'SETUSER', 'alice', 'on', `>${ALICE}`, '~a*', ...channels, ...may]);
  await control.ask(['ACL', 'SETUSER', 'bob', 'off', `>${BOB}`, '~*', '+@all']);
  control.close();
}

const SYNC_TIMEOUT_MS = 10_000;

async function isInStep({ host, port }: ServerProcess): Promise<void> {
  const control = await Control.open({ host, port });
  await waitUntil(SYNC_TIMEOUT_MS, async () => {
    const info = (await control.ask(['INFO', 'replication']))[0]?.body?.toString() ?? '';
    return info.includes('master_link_status:up') ? undefined : 'the replica is not in step yet';
  });
  control.close();
}
