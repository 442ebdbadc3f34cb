import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { type Runtime, systemRuntime } from '../../src/net/index.ts';
import { type ClusterNode, waitUntil } from '../../src/testing/index.ts';
import { ClusterOf } from '../support/cluster-of.ts';
import { lacksTls, needing, since } from '../support/server-needs.ts';

// A certificate for localhost and 127.0.0.1, signed by itself, for these tests alone.
const CERTIFICATE = resolve('test/support/tls/certificate.pem');
const KEY = resolve('test/support/tls/key.pem');

const test = suite('integration/endpoints-tls: nodes with TLS ports, and how they are known');

/** A key of each of three primaries that share the slots in order. */
const KEYS = ['bar', 'c', 'foo'];
const tls = { ca: readFileSync(CERTIFICATE) };

const servers = await startServers();
const clusters: Cluster[] = [];
const testTls = needing(test, servers !== undefined, 'a server that was built with TLS');
const testSince7 = servers === undefined ? testTls : since(test, 7, 0);
const testSince72 = servers === undefined ? testTls : since(test, 7, 2);

test.after(() => servers?.servers.stop());

test.after.each(() => {
  for (const cluster of clusters.splice(0)) cluster.destroy();
});

/** Undefined where the server knows no TLS. */
async function startServers(): Promise<ClusterOf | undefined> {
  const files = { 'tls-cert-file': CERTIFICATE, 'tls-key-file': KEY, 'tls-ca-cert-file': CERTIFICATE };
  const starting = ClusterOf.start({
    hasTlsBus: true,
    config: ({ tlsPort }) => ({
      bind: '127.0.0.1 127.0.0.2',
      'tls-port': tlsPort,
      'tls-auth-clients': 'no',
      // Of servers before 7.2 the bus decides which port a node announces.
      'tls-cluster': 'yes',
      ...files,
    }),
  });
  return starting.catch((error: Error) => {
    if (!lacksTls(error)) throw error;
    return undefined;
  });
}

async function connectTo(seed: string, options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = await connectCluster({ seeds: [seed], timeoutMs: 10_000, ...options });
  clusters.push(cluster);
  return cluster;
}

/** Every primary answers. @returns the addresses of the primaries, in the order of their slots. */
async function assertAllAnswer(cluster: Cluster): Promise<(string | undefined)[]> {
  for (const key of KEYS) assert.is(await cluster.send(['SET', key, key]), 'OK');
  return KEYS.map((key) => cluster.primaryOf(hashSlot(key)));
}

function at(host: string, ports: readonly number[]): string[] {
  return ports.map((port) => `${host}:${port}`);
}

async function failure(promise: Promise<unknown>): Promise<RedisError> {
  return promise.then(
    () => assert.unreachable() as never,
    (error: RedisError) => error,
  );
}

testTls('with both kinds of ports, a client with TLS is told the TLS ports, and one without the others', async () => {
  const cluster = servers!;
  const secure = await connectTo(`rediss://127.0.0.1:${cluster.tlsPorts[0]}`, { tls });
  assert.equal(await assertAllAnswer(secure), at('127.0.0.1', cluster.tlsPorts));
  const open = await connectTo(`redis://127.0.0.1:${cluster.nodes[0]!.port}`);
  assert.equal(
    await assertAllAnswer(open),
    at(
      '127.0.0.1',
      cluster.nodes.map(({ port }) => port),
    ),
  );
});

testTls(
  'a seed’s name is that of the certificate, whichever of its addresses answers; so is the target of a service',
  async () => {
    const cluster = servers!;
    const target = { host: 'localhost', port: cluster.tlsPorts[0]!, priority: 1 };
    const runtime: Runtime = {
      ...systemRuntime,
      resolveHost: () => Promise.resolve(['127.0.0.99', '127.0.0.2']),
      resolveService: () => Promise.resolve([target]),
    };
    for (const seed of [`rediss://localhost:${cluster.tlsPorts[0]}`, 'rediss+srv://nodes.test']) {
      // No certificate has the address 127.0.0.2.
      const client = await connectTo(seed, { tls, runtime });
      assert.equal(await assertAllAnswer(client), at('127.0.0.1', cluster.tlsPorts));
    }
  },
);

testTls('MOVED and ASK lead to TLS ports too', async () => {
  const cluster = servers!;
  const client = await connectTo(`rediss://127.0.0.1:${cluster.tlsPorts[0]}`, { tls });
  await assertAllAnswer(client);
  const slot = hashSlot('foo');
  const [target, , source] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  await target.send(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id]);
  await source.send(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id]);
  // With tls-cluster keys move over TLS as well.
  assert.is(await source.send(['MIGRATE', '127.0.0.1', cluster.tlsPorts[0]!, 'foo', 0, 5000]), 'OK');
  assert.is(await client.send(['GET', 'foo']), 'foo');
  assert.ok(client.stats().totals.redirects > 0, 'by ASK');
  for (const node of [target, source]) await node.send(['CLUSTER', 'SETSLOT', slot, 'NODE', target.id]);
  assert.is(await client.send(['GET', 'foo']), 'foo');
  assert.is(client.primaryOf(slot), `127.0.0.1:${cluster.tlsPorts[0]}`);
  await client.send(['DEL', 'foo']);
  for (const node of [source, target]) await node.send(['CLUSTER', 'SETSLOT', slot, 'NODE', source.id]);
  await cluster.servers.settled();
});

testSince7(
  'nodes that announce an address which no certificate has: their host name is what counts, where they announce it',
  async () => {
    const cluster = servers!;
    await cluster.set('cluster-announce-ip', '127.0.0.2');
    await cluster.announces((hosts) => hosts.every((host) => host === '127.0.0.2'));
    const seed = `rediss://localhost:${cluster.tlsPorts[0]}`;
    const nameless = await connectTo(seed, { tls, timeoutMs: 1000 });
    const error = await failure(nameless.send(['GET', 'foo']));
    assert.match(error.message, /127\.0\.0\.2:\d+.*(altnames|IP: 127\.0\.0\.2 is not in the cert)/);

    await cluster.set('cluster-announce-hostname', 'localhost');
    // Nodes hear of each other's names later than of their addresses.
    await untilAll(cluster.nodes, (primaries) => primaries.every((text) => text.includes('"hostname","localhost"')));
    for (const maps of ['pairs', 'map', 'object'] as const) {
      const named = await connectTo(seed, { tls, maps });
      assert.equal(await assertAllAnswer(named), at('127.0.0.2', cluster.tlsPorts));
    }
    await cluster.set('cluster-announce-hostname', '');
  },
);

/** Waits until each of these nodes says of every primary what the test wants, as text. */
async function untilAll(
  nodes: readonly ClusterNode[],
  isRight: (primaries: readonly string[]) => boolean,
): Promise<void> {
  for (const node of nodes) {
    await waitUntil(20_000, async () => {
      const ranges = (await node.send(['CLUSTER', 'SLOTS'])) as unknown[][];
      const primaries = ranges.map(([, , primary]) => JSON.stringify(primary));
      return isRight(primaries) ? undefined : `${node.address} says ${primaries.join(', ')}`;
    });
  }
}

testTls('tls.servername holds for all nodes, and addressMap names one', async () => {
  const cluster = servers!;
  await cluster.set('cluster-announce-ip', '127.0.0.2');
  await cluster.announces((hosts) => hosts.every((host) => host === '127.0.0.2'));
  const seed = `rediss://127.0.0.2:${cluster.tlsPorts[0]}`;
  const named = await connectTo(seed, { tls: { ...tls, servername: 'localhost' } });
  assert.equal(await assertAllAnswer(named), at('127.0.0.2', cluster.tlsPorts));

  const mapped = await connectTo(`rediss://localhost:${cluster.tlsPorts[0]}`, {
    tls,
    addressMap: ({ port }) => ({ host: '127.0.0.2', port, serverName: 'localhost' }),
  });
  assert.equal(await assertAllAnswer(mapped), at('127.0.0.2', cluster.tlsPorts));
  await cluster.set('cluster-announce-ip', '127.0.0.1');
  await cluster.announces((hosts) => hosts.every((host) => host === '127.0.0.1'));
});

testSince72('port 0: a node without a plain port is nobody to a plain client, and the others answer', async () => {
  const cluster = servers!;
  // Before 7.2 nodes don't tell each other that a port was closed.
  const [a, b, c] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
  const { port } = c;
  await c.send(['CONFIG', 'SET', 'port', 0]);
  await untilAll([a, b], (primaries) => primaries.some((text) => text.includes(',0,')));
  const open = await connectTo(`redis://127.0.0.1:${a.port}`, { timeoutMs: 1000 });
  assert.equal([await open.send(['SET', 'bar', 1]), await open.send(['SET', 'c', 1])], ['OK', 'OK']);
  assert.is((await failure(open.send(['GET', 'foo']))).code, 'ERR_SLOT_UNASSIGNED');
  assert.not(open.stats().nodes.some(({ address }) => address.endsWith(':0')));
  await c.send(['CONFIG', 'SET', 'port', port]);
});

testSince7('without plain ports, a client with TLS needs none', async () => {
  const cluster = servers!;
  for (const node of cluster.nodes) await node.send(['CONFIG', 'SET', 'port', 0]);
  const secure = await connectTo(`rediss://127.0.0.1:${cluster.tlsPorts[1]}`, { tls });
  assert.equal(await assertAllAnswer(secure), at('127.0.0.1', cluster.tlsPorts));
});

test.run();
