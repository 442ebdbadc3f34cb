import { getServers, setServers } from 'node:dns';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { connect, type Runtime, type ServiceTarget, systemRuntime } from '../../src/net/index.ts';
import { type ServerProcess, startCluster, startServer, type TestCluster } from '../../src/testing/index.ts';
import { ClusterOf } from '../support/cluster-of.ts';
import { NameServer } from '../support/name-server.ts';
import { since } from '../support/server-needs.ts';

const test = suite('integration/seeds: URLs, and names that lead to several servers');
const testSince7 = since(test, 7, 0);

const PASSWORD = 'p@ss:w/o?r#d %é';
const ENCODED = encodeURIComponent(PASSWORD);
/** A key of each of three primaries that share the slots in order. */
const KEYS = ['bar', 'c', 'foo'];

let server: ServerProcess;
let servers: TestCluster;
const clusters: Cluster[] = [];

test.before(async () => {
  [server, servers] = await Promise.all([
    startServer({ config: { requirepass: `"${PASSWORD}"`, unixsocket: 'redis.sock', bind: '127.0.0.1 127.0.0.2' } }),
    startCluster({ replicasPerPrimary: 0 }),
  ]);
});

test.after(async () => {
  await Promise.all([server?.stop(), servers?.stop()]);
});

test.after.each(() => {
  for (const cluster of clusters.splice(0)) cluster.destroy();
});

async function connectTo(seeds: ClusterOptions['seeds'], options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await connectCluster({ seeds, timeoutMs: 10_000, ...options });
  clusters.push(cluster);
  return cluster;
}

async function assertAllAnswer(cluster: Cluster): Promise<void> {
  for (const key of KEYS) assert.is(await cluster.send(['SET', key, key]), 'OK');
}

/** A machine on which these names have these addresses; everything else is real. */
function machineWhere(hosts: Readonly<Record<string, readonly string[]>>): Runtime {
  return {
    ...systemRuntime,
    resolveHost: (name) => (hosts[name] ? Promise.resolve(hosts[name]) : systemRuntime.resolveHost(name)),
  };
}

/** Runs with a name server that knows these services. */
async function withServices(services: Record<string, ServiceTarget[]>, run: () => Promise<void>): Promise<void> {
  const before = getServers();
  const names = new NameServer(new Map(Object.entries(services)));
  try {
    setServers([await names.listen()]);
    await run();
  } finally {
    setServers(before);
    names.close();
  }
}

test('a URL leads to one server, or is a seed: TCP and Unix sockets, with a password that has to be encoded', async () => {
  const path = join(server.folder, 'redis.sock');
  const urls = [
    `redis://:${ENCODED}@127.0.0.1:${server.port}`,
    `redis://:${ENCODED}@localhost:${server.port}`,
    `unix://:${ENCODED}@${path}`,
  ];
  // Before 6.0 there are no users.
  if (server.binary.version[0] >= 6) urls.push(`redis://default:${ENCODED}@127.0.0.2:${server.port}`);
  for (const url of urls) {
    const client = await connect(url);
    assert.is(await client.send(['SET', 'k', url]), 'OK', url);
    await client.close();
    const cluster = await connectTo([url]);
    assert.is(await cluster.send(['GET', 'k']), url, url);
  }
  const database = await connect(`unix://:${ENCODED}@${path}?db=3`);
  assert.is(await database.send(['GET', 'k']), null);
  await database.close();
});

test('a wrong password in a URL is named by nobody', async () => {
  const secret = 'wrong-secret';
  for (const url of [`redis://:${secret}@127.0.0.1:${server.port}`, `unix://:${secret}@${server.folder}/redis.sock`]) {
    for (const attempt of [() => connect(url), () => connectCluster({ seeds: [url] })]) {
      const error = (await attempt().catch((reason: RedisError) => reason)) as RedisError;
      assert.is(error.code, 'ERR_AUTH');
      assert.not.match(`${error.message} ${error.stack}`, /wrong-secret/);
    }
  }
});

test('of a seed whose name has several addresses all are tried', async () => {
  const { port } = servers.nodes[0]!;
  const runtime = machineWhere({ 'nodes.test': ['127.0.0.98', '127.0.0.99', '127.0.0.1'] });
  const cluster = await connectTo([{ host: 'nodes.test', port }], { runtime });
  await assertAllAnswer(cluster);

  const nowhere = machineWhere({ 'nodes.test': ['127.0.0.98', '127.0.0.99'] });
  const seeds = [{ host: 'nodes.test', port }];
  const error = (await connectCluster({ seeds, runtime: nowhere }).catch((reason: RedisError) => reason)) as RedisError;
  assert.is(error.code, 'ERR_CONNECT');
  assert.match(error.message, /127\.0\.0\.98:\d+: [^;]*ECONNREFUSED/);
  assert.match(error.message, /127\.0\.0\.99:\d+: [^;]*ECONNREFUSED/);
});

test('localhost may have an address on which nobody listens', async () => {
  await assertAllAnswer(await connectTo([`redis://localhost:${servers.nodes[0]!.port}`]));
});

test('redis+srv:// the records of a name are the seeds', async () => {
  const targets = servers.nodes.map(({ port }, i) => ({ host: 'localhost', port, priority: i }));
  const services = { '_redis._tcp.nodes.test': [{ host: 'localhost', port: 1, priority: 9 }, ...targets.slice(1)] };
  await withServices(services, async () => {
    await assertAllAnswer(await connectTo(['redis+srv://nodes.test']));
    await assertAllAnswer(await connectTo(['redis+srv://_redis._tcp.nodes.test']));
    const error = (await connectCluster({ seeds: ['redis+srv://others.test'] }).catch(
      (reason: RedisError) => reason,
    )) as RedisError;
    assert.is(error.code, 'ERR_CONNECT');
    assert.match(error.message, /_redis\._tcp\.others\.test: could not resolve _redis\._tcp\.others\.test/);
  });
});

testSince7('all addresses change while a client is connected: it finds the cluster again by its name', async () => {
  // Before 7.0 a server can't be told to listen elsewhere while it runs.
  const moving = await ClusterOf.start({ config: () => ({ bind: '127.0.0.1 127.0.0.2' }) });
  try {
    const { port } = moving.nodes[0]!;
    const hosts = { 'nodes.test': ['127.0.0.1', '127.0.0.98'] };
    const cluster = await connectTo([{ host: 'nodes.test', port }], { runtime: machineWhere(hosts) });
    await assertAllAnswer(cluster);
    hosts['nodes.test'] = ['127.0.0.2', '127.0.0.98'];
    await moving.set('cluster-announce-ip', '127.0.0.2');
    await moving.announces((announced) => announced.every((host) => host === '127.0.0.2'));
    for (const node of moving.nodes) {
      await node.send(['CONFIG', 'SET', 'bind', '127.0.0.2']);
      await node.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
      node.disconnect();
    }
    for (const key of KEYS) assert.is(await cluster.send(['GET', key]), key);
    assert.is(cluster.primaryOf(hashSlot('foo')), `127.0.0.2:${moving.nodes[2]!.port}`);
  } finally {
    await moving.servers.stop();
  }
});

test.run();
