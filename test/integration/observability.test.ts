import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Cluster,
  connectCluster,
  hashSlot,
  type Redirect,
  SLOT_COUNT,
  type TopologyChange,
} from '../../src/cluster/index.ts';
import { RedisError } from '../../src/errors.ts';
import { type CommandTrace, type ConnectionChange, connect } from '../../src/net/index.ts';
import { CredentialFeed, isAtLeast, startCluster, type TestCluster, waitUntil } from '../../src/testing/index.ts';
import { everything } from '../support/everything.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { Recorder } from '../support/recorder.ts';

/** Words that nothing that is published may hold, in whatever way it is printed. */
const [OLD, NEW, WRONG] = ['0ld-hunter2', 'n3w-hunter2', 'wr0ng-hunter2'] as const;
const SECRETS = /hunter2/;

const test = suite('integration/observability: six real nodes with a password');

let published: Recorder;
let tracing: Recorder;
let servers: TestCluster;
let passwords: CredentialFeed;
let cluster: Cluster;
/** What the listeners of the client hear. */
const heard = {
  topology: [] as TopologyChange[],
  redirects: [] as Redirect[],
  connections: [] as ConnectionChange[],
};
/** Every error that a caller was told. */
const errors: unknown[] = [];

test.before(async () => {
  // From the very beginning: what sets the passwords of the nodes is a client of this package too.
  published = new Recorder('slotwire:disconnect', 'slotwire:redirect', 'slotwire:topology');
  tracing = Recorder.tracing('slotwire:command', 'slotwire:connect', 'slotwire:refresh');
  servers = await startCluster({ password: OLD });
  passwords = new CredentialFeed(OLD);
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  cluster = await connectCluster({ seeds, credentials: passwords });
  cluster.on('topology', (change) => heard.topology.push(change));
  cluster.on('redirect', (redirect) => heard.redirects.push(redirect));
  cluster.on('connection', (change) => heard.connections.push(change));
});

test.after(async () => {
  cluster?.destroy();
  published?.stop();
  tracing?.stop();
  await servers?.stop();
});

async function failure(promise: Promise<unknown>): Promise<void> {
  const outcome = await promise.catch((error: unknown) => error);
  assert.instance(outcome, RedisError);
  errors.push(outcome);
}

test('a slot that moves is redirects, then a move from one primary to the other', async () => {
  const slot = 1000;
  const source = await servers.nodeOf(slot);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  const key = `{${tagInSlot(slot)}}1`;
  await cluster.send(['SET', key, 'v']);
  const migration = await servers.beginMigration(slot, target);
  await migration.migrateKeys(100);
  assert.is(await cluster.send(['GET', key]), 'v');
  await migration.finish();
  assert.is(await cluster.send(['GET', key]), 'v');
  const redirects = heard.redirects.map(({ kind, from, to }) => [kind, from, to].join(' '));
  assert.ok(redirects.includes(`ask ${source.address} ${target.address}`), redirects.join(', '));
  assert.ok(redirects.includes(`moved ${source.address} ${target.address}`), redirects.join(', '));
  const moves = heard.topology.flatMap(({ moved }) => moved);
  assert.equal(moves, [
    { from: source.address, to: target.address, ranges: [{ start: slot, end: slot }], isFailover: false },
  ]);
  assert.equal(heard.topology[0]!.cause, { kind: 'moved', by: source.address });
  const trace = tracing
    .messages('asyncEnd')
    .filter(isCommand)
    .findLast(({ command }) => command === 'GET')!;
  assert.equal([trace.slot, trace.address], [slot, target.address]);
  const { totals } = cluster.stats();
  assert.ok(totals.redirects >= 2 && totals.errorReplies['MOVED']! >= 1 && totals.errorReplies['ASK']! >= 1);
});

test('a primary that dies is lost connections, then a failover of all its slots', async () => {
  const slot = hashSlot('foo');
  const victim = await servers.nodeOf(slot);
  await cluster.send(['SET', 'foo', 1]);
  heard.topology.length = 0;
  await servers.kill(victim);
  const write = cluster.send(['SET', 'foo', 2], { timeoutMs: 20_000, retry: 'always' });
  await write;
  await waitUntil(10_000, async () => (failovers().length > 0 ? undefined : 'no failover was told'));
  const [failover] = failovers();
  assert.is(failover!.from, victim.address);
  assert.is(failover!.to, cluster.primaryOf(slot));
  assert.ok(failover!.ranges.some(({ start, end }) => start <= slot && slot <= end));
  const ends = heard.connections.filter(({ address, state }) => address === victim.address && state === 'lost');
  assert.ok(ends.length > 0);
  assert.is(ends[0]!.error!.code, 'ERR_CONNECTION_LOST');
  await servers.restart(victim);
  await servers.settled();
});

test('no password is in anything that is published or told, whatever goes wrong with it', async () => {
  const { host, port } = servers.liveNodes[0]!;
  const seeds = [{ host, port }];
  await failure(connectCluster({ seeds, password: WRONG }));
  await failure(connectCluster({ seeds: [`redis://:${WRONG}@${host}:${port}`] }));
  await failure(connect({ host, port, password: WRONG }));
  await failure(connect({ host, port, password: WRONG, protocol: 2 }));
  await failure(cluster.send(['AUTH', WRONG]));
  await failure(cluster.send(['HELLO', 3, 'AUTH', 'default', WRONG]));
  await failure(cluster.send(['MIGRATE', host, port, 'foo', 0, 100, 'AUTH', WRONG]));
  const replies = await cluster.transaction([['CONFIG', 'SET', 'requirepass', WRONG, 'odd']]).catch((error) => [error]);
  errors.push(...replies);
  await failure(cluster.send(['CONFIG', 'SET', 'requirepass', WRONG, WRONG], { route: { node: `${host}:${port}` } }));
  if (isAtLeast(servers.server, [6, 0, 0])) {
    const route = { node: `${host}:${port}` };
    await failure(cluster.send(['ACL', 'SETUSER', 'bob', `<${WRONG}`], { route }));
  }
  // Rotation: the nodes first, then the client; what it is refused in between is not the last word.
  for (const node of servers.liveNodes) await node.setPassword(NEW);
  passwords.push(NEW);
  assert.is(await cluster.send(['SET', 'foo', 3], { timeoutMs: 20_000 }), 'OK');
  // And a move, for which each node authenticates at the other.
  const slot = 2000;
  const source = await servers.nodeOf(slot);
  await servers.moveSlot(slot, servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!);
  assert.is(cluster.primaryOf(slot) !== undefined, true);

  const commands = tracing.messages('asyncEnd').filter(isCommand);
  for (const name of ['AUTH', 'HELLO', 'MIGRATE', 'CONFIG SET']) {
    const isSeen = commands.some(({ command }) => command === name);
    assert.ok(isSeen, `${name} was published`);
  }
  assert.not.match(everything(errors), SECRETS);
  assert.not.match(everything(heard), SECRETS);
  assert.not.match(everything(published.told), SECRETS);
  assert.not.match(everything(tracing.told), SECRETS);
  assert.not.match(everything(cluster.stats()), SECRETS);
  assert.not.match(JSON.stringify([published.told, tracing.told]), SECRETS);
});

function isCommand(message: unknown): message is CommandTrace {
  return typeof (message as CommandTrace).queryText === 'string';
}

function failovers(): TopologyChange['moved'] {
  return heard.topology.flatMap(({ moved }) => moved).filter(({ isFailover }) => isFailover);
}

test('what is known of each node adds up', () => {
  const { nodes, totals, leases, subscriptions, live } = cluster.stats();
  assert.is(
    nodes.reduce((sum, { slots }) => sum + slots, 0),
    SLOT_COUNT,
  );
  for (const node of nodes) {
    assert.ok(node.commands <= totals.commands && node.bytesReceived <= totals.bytesReceived);
    assert.match(node.id!, /^[0-9a-f]{40}$/);
  }
  const busy = nodes.filter(({ commands }) => commands > 0);
  assert.ok(busy.length > 0 && busy.every((node) => node.bytesSent > 0 && node.roundTripMs! > 0));
  assert.equal([leases.lent, subscriptions.subscriptions, live], [0, 0, 0]);
});

test.run();
