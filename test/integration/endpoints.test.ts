import { execFile } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import {
  type ClusterNode,
  FlakyProxy,
  type ServerProcess,
  startCluster,
  startServer,
  type TestCluster,
} from '../../src/testing/index.ts';
import { ClusterOf, type ClusterOfOptions } from '../support/cluster-of.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { Namespace } from '../support/namespace.ts';
import { since } from '../support/server-needs.ts';
import { skipped } from '../support/skipped.ts';

const test = suite('integration/endpoints: what real nodes announce, and what is dialled');
const testSince7 = since(test, 7, 0);

/** A key of each of three primaries that share the slots in order. */
const KEYS = ['bar', 'c', 'foo'];

const clusters: Cluster[] = [];
/** Servers of one test, and of all. */
const started: { stop(): Promise<void> }[] = [];
const shared: { stop(): Promise<void> }[] = [];
let plain: ClusterOf;

test.before(async () => {
  // Every node listens on two addresses.
  plain = await startedWith({ config: () => ({ bind: '127.0.0.1 127.0.0.2', unixsocket: 'redis.sock' }) });
  shared.push(...started.splice(0));
});

test.after(async () => {
  await Promise.all(shared.map((servers) => servers.stop()));
});

test.after.each(async () => {
  for (const cluster of clusters.splice(0)) cluster.destroy();
  await Promise.all(started.splice(0).map((servers) => servers.stop()));
});

async function startedWith(options: ClusterOfOptions): Promise<ClusterOf> {
  const cluster = await ClusterOf.start(options);
  started.push(cluster.servers);
  return cluster;
}

async function connectTo(seed: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await connectCluster({ seeds: [seed], timeoutMs: 10_000, ...options });
  clusters.push(cluster);
  return cluster;
}

/** Every primary answers, redirections are followed. @returns the addresses of the primaries, in the order of their slots. */
async function assertAllAnswer(cluster: Cluster): Promise<(string | undefined)[]> {
  for (const key of KEYS) {
    assert.is(await cluster.send(['SET', key, key]), 'OK');
    assert.is(await cluster.send(['GET', key]), key);
  }
  return KEYS.map((key) => cluster.primaryOf(hashSlot(key)));
}

/** A slot moves while the client does not look: what follows is a MOVED, and where it leads. */
async function assertMovedIsFollowed(cluster: Cluster, servers: TestCluster): Promise<void> {
  const slot = hashSlot('moving');
  const source = await servers.nodeOf(slot);
  assert.is(await cluster.send(['SET', 'moving', 1]), 'OK');
  const before = cluster.stats().totals.redirects;
  const target = servers.nodes.find((node) => node !== source)!;
  await servers.moveSlot(slot, target);
  assert.is(await cluster.send(['GET', 'moving']), '1');
  assert.ok(cluster.stats().totals.redirects > before);
  await servers.moveSlot(slot, source);
  assert.is(await cluster.send(['GET', `{${tagInSlot(slot)}}none`]), null);
}

function ports(nodes: readonly ClusterNode[], host: string): string[] {
  return nodes.map(({ port }) => `${host}:${port}`);
}

test('cluster-announce-ip: the announced address is dialled, not the one that the seed was reached by', async () => {
  await plain.set('cluster-announce-ip', '127.0.0.2');
  await plain.announces((hosts) => hosts.every((host) => host === '127.0.0.2'));
  const cluster = await connectTo(`redis://127.0.0.1:${plain.nodes[0]!.port}`);
  assert.equal(await assertAllAnswer(cluster), ports(plain.nodes, '127.0.0.2'));
  await assertMovedIsFollowed(cluster, plain.servers);
  assert.equal(
    cluster
      .stats()
      .nodes.map(({ address }) => address)
      .sort(),
    ports(plain.nodes, '127.0.0.2').sort(),
  );
});

test('cluster-announce-ip 0.0.0.0: the host that answered is dialled', async () => {
  await plain.set('cluster-announce-ip', '0.0.0.0');
  await plain.announces((hosts) => hosts.every((host) => host === '0.0.0.0'));
  const cluster = await connectTo(`redis://127.0.0.2:${plain.nodes[0]!.port}`);
  assert.equal(await assertAllAnswer(cluster), ports(plain.nodes, '127.0.0.2'));
  await assertMovedIsFollowed(cluster, plain.servers);
  await plain.set('cluster-announce-ip', '127.0.0.1');
  await plain.announces((hosts) => hosts.every((host) => host === '127.0.0.1'));
});

test('cluster-announce-port and -bus-port: nodes behind forwarded ports are reached through them', async () => {
  const proxies: FlakyProxy[] = [];
  const cluster = await startedWith({
    async config({ port }) {
      const proxy = await FlakyProxy.listen({ host: '127.0.0.1', port });
      proxies.push(proxy);
      started.push({ stop: () => proxy.close() });
      return {
        'cluster-announce-ip': '127.0.0.1',
        'cluster-announce-port': proxy.port,
        'cluster-announce-bus-port': port + 10_000,
      };
    },
  });
  const forwarded = proxies.map(({ port }) => port);
  await cluster.announces((_, announced) => announced.every((port) => forwarded.includes(port)));
  const client = await connectTo(`redis://127.0.0.1:${forwarded[0]}`);
  assert.equal(
    await assertAllAnswer(client),
    forwarded.map((port) => `127.0.0.1:${port}`),
  );
  await assertMovedIsFollowed(client, cluster.servers);
  assert.ok(proxies.every(({ connections }) => connections > 0));
});

testSince7('cluster-announce-hostname with the preferred endpoint type hostname: names are dialled', async () => {
  await plain.set('cluster-announce-hostname', 'localhost');
  await plain.set('cluster-preferred-endpoint-type', 'hostname');
  await plain.announces((hosts) => hosts.every((host) => host === 'localhost'));
  const cluster = await connectTo(`redis://127.0.0.1:${plain.nodes[0]!.port}`);
  assert.equal(await assertAllAnswer(cluster), ports(plain.nodes, 'localhost'));
  await assertMovedIsFollowed(cluster, plain.servers);

  // One node forgets its name: the others call it `?`, which is nobody's address.
  const [, , nameless] = plain.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await nameless.send(['CONFIG', 'SET', 'cluster-announce-hostname', '']);
  await plain.announces((hosts) => hosts.filter((host) => host === '?').length === 1);
  const other = await connectTo(`redis://127.0.0.1:${plain.nodes[0]!.port}`, { timeoutMs: 1000 });
  assert.is(await other.send(['GET', 'bar']), 'bar');
  const error = await other.send(['GET', 'foo']).catch((reason: RedisError) => reason);
  assert.is((error as RedisError).code, 'ERR_SLOT_UNASSIGNED');
  assert.not(other.stats().nodes.some(({ address }) => address.includes('?')));
  await plain.set('cluster-announce-hostname', '');
  await plain.set('cluster-preferred-endpoint-type', 'ip');
});

testSince7(
  'the preferred endpoint type unknown-endpoint: the host that answered is dialled, after MOVED too',
  async () => {
    await plain.set('cluster-preferred-endpoint-type', 'unknown-endpoint');
    await plain.announces((hosts) => hosts.every((host) => host === null));
    const cluster = await connectTo(`redis://127.0.0.2:${plain.nodes[1]!.port}`);
    assert.equal(await assertAllAnswer(cluster), ports(plain.nodes, '127.0.0.2'));
    await assertMovedIsFollowed(cluster, plain.servers);
    await plain.set('cluster-preferred-endpoint-type', 'ip');
  },
);

test('a node is known by its id as well as by its address', async () => {
  const cluster = await connectTo(`redis://127.0.0.1:${plain.nodes[0]!.port}`);
  for (const { id, address, port } of plain.nodes) {
    for (const node of [id, address]) {
      const reply = await cluster.send<string[]>(['CONFIG', 'GET', 'port'], { route: { node } });
      assert.is(reply[1], String(port));
    }
  }
});

test('addressMap, an object or a function: nodes are dialled where it says, and no announced address is', async () => {
  const proxies = await Promise.all(plain.nodes.map(({ host, port }) => FlakyProxy.listen({ host, port })));
  for (const proxy of proxies) started.push({ stop: () => proxy.close() });
  const dialled = proxies.map(({ port }) => `127.0.0.1:${port}`);
  const entries = plain.nodes.map(
    ({ address }, i) => [address, { host: '127.0.0.1', port: proxies[i]!.port }] as const,
  );
  const asked: string[] = [];
  const maps: ClusterOptions['addressMap'][] = [
    Object.fromEntries(entries),
    ({ host, port }) => {
      asked.push(`${host}:${port}`);
      return new Map(entries).get(`${host}:${port}`);
    },
  ];
  for (const addressMap of maps) {
    const cluster = await connectTo(`redis://${dialled[0]}`, { addressMap });
    assert.equal(await assertAllAnswer(cluster), dialled);
    await assertMovedIsFollowed(cluster, plain.servers);
    assert.equal(new Set(cluster.stats().nodes.map(({ address }) => address)), new Set(dialled));
  }
  assert.equal(new Set(asked), new Set(plain.nodes.map(({ address }) => address)));
});

test('a Unix socket as a seed: the other nodes are reached at this machine', async () => {
  const cluster = await connectTo(`unix:${join(plain.nodes[0]!.process.folder, 'redis.sock')}`);
  assert.equal(await assertAllAnswer(cluster), ports(plain.nodes, '127.0.0.1'));
});

test('IPv6: addresses are announced without brackets, in MOVED too, and written with them', async () => {
  const servers = await startCluster({ host: '::1', replicasPerPrimary: 0 }).catch((error: Error) => error);
  if (servers instanceof Error) {
    if (!/EADDRNOTAVAIL|EAFNOSUPPORT/.test(servers.message)) throw servers;
    skipped(`this machine has no IPv6: ${servers.message}`);
    return;
  }
  started.push(servers);
  const cluster = await connectTo(`redis://[::1]:${servers.nodes[0]!.port}`);
  assert.equal(await assertAllAnswer(cluster), ports(servers.nodes, '[::1]'));
  await assertMovedIsFollowed(cluster, servers);
  const { port } = servers.nodes[2]!;
  const reply = await cluster.send<string[]>(['CONFIG', 'GET', 'port'], { route: { node: `[::1]:${port}` } });
  assert.is(reply[1], String(port));

  const proxy = await FlakyProxy.listen({ host: '::1', port });
  started.push({ stop: () => proxy.close() });
  const addressMap = { [`[::1]:${port}`]: { host: '127.0.0.1', port: proxy.port } };
  const mapped = await connectTo(`redis://[::1]:${servers.nodes[0]!.port}`, { addressMap });
  assert.is((await assertAllAnswer(mapped))[2], `127.0.0.1:${proxy.port}`);
});

/** What a client on another machine meets: values or messages, and the primaries of the keys. */
async function fromOutside(namespace: Namespace, seed: string): Promise<[outcome: string, primary: string][]> {
  const script = fileURLToPath(new URL('../support/outside-client.js', import.meta.url));
  const [command, ...args] = [...namespace.prefix, process.execPath, script, seed, ...KEYS];
  const { stdout } = await promisify(execFile)(command, args);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string]);
}

test('pitfall 1: a cluster created on 127.0.0.1 and reached from another machine goes through the seed’s host; where that fails the error says what was announced, what was dialled, and what to do', async () => {
  const namespace = Namespace.create();
  // Without one, cluster/cluster.test.ts and cluster/endpoints.test.ts hold the same with nodes that are no processes.
  if (typeof namespace === 'string') {
    skipped(`no network namespace can be made here: ${namespace}`);
    return;
  }
  started.push({ stop: async () => namespace.remove() });
  const { host } = namespace;
  // The third node is not reachable from elsewhere at all.
  const cluster = await startedWith({
    config: ({ index }) => ({ bind: index < 2 ? `127.0.0.1 ${host}` : '127.0.0.1' }),
  });
  const [a, b, c] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await cluster.announces((hosts) => hosts.every((announced) => announced === '127.0.0.1'));
  const [atA, atB, atC] = (await fromOutside(namespace, `redis://${host}:${b.port}`)) as [
    [string, string],
    [string, string],
    [string, string],
  ];
  assert.equal(
    [atA, atB],
    [
      ['OK', `${host}:${a.port}`],
      ['OK', `${host}:${b.port}`],
    ],
  );
  const [message] = atC;
  for (const part of [
    `the cluster announces this node as 127.0.0.1:${c.port}`,
    `${host}:${c.port} was dialled`,
    'cluster-announce-ip',
    'addressMap',
  ]) {
    assert.ok(message.includes(part), `${message} has: ${part}`);
  }
});

function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
}

test('pitfall 2: a node in protected mode refuses clients from other machines: the error says so, and what to do', async () => {
  const host = ownAddress();
  if (host === undefined) {
    skipped('this machine has no address but loopback');
    return;
  }
  // Protected are servers that were told of no address to listen on, and of no password.
  const server: ServerProcess = await startServer({ config: { bind: [], 'protected-mode': 'yes' } });
  started.push(server);
  const error = await connectTo(`redis://${host}:${server.port}`).catch((reason: RedisError) => reason);
  assert.is((error as RedisError).code, 'ERR_CONNECT');
  assert.match((error as RedisError).message, new RegExp(`${host}:${server.port} runs in protected mode`));
  assert.match((error as RedisError).message, /CONFIG SET requirepass.*protected-mode no/);
});

test('pitfall 3: one node has another password: the error names that node and what to change, the others answer', async () => {
  const servers = await startCluster({ replicasPerPrimary: 0, password: 'CATAPI' });
  started.push(servers);
  const [a, , c] = servers.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await c.send(['CONFIG', 'SET', 'requirepass', 'another']);
  c.disconnect();
  const cluster = await connectTo(`redis://:CATAPI@${a.address}`);
  assert.is(await cluster.send(['SET', 'bar', 1]), 'OK');
  const error = (await cluster.send(['SET', 'foo', 1]).catch((reason: RedisError) => reason)) as RedisError;
  assert.equal([error.code, error.wasSent], ['ERR_AUTH', false]);
  assert.ok(error.message.includes(`${c.address} refused the password`), error.message);
  assert.match(error.message, /CONFIG SET requirepass and masterauth/);
  assert.not.match(error.message, /CATAPI|another/);
});

test.run();
