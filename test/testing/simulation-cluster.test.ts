import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { ConnectionError, type RedisError, TimeoutError } from '../../src/errors.ts';
import { type Client, connect } from '../../src/net/index.ts';
import { SimulatedCluster, type SimulatedClusterOptions, type SimulatedNode } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { errorOf } from './support.ts';

const test = suite('testing/simulation: the cluster');

/** A slot of the first primary, and a key in it. */
const SLOT = 100;
const KEY = `{${tagInSlot(SLOT)}}key`;

async function start(
  options: SimulatedClusterOptions = {},
  client: Partial<ClusterOptions> = {},
): Promise<{ simulation: SimulatedCluster; cluster: Cluster }> {
  const simulation = new SimulatedCluster(options);
  const { seeds, runtime } = simulation;
  const cluster = await simulation.run(connectCluster({ seeds, runtime, ...client }));
  return { simulation, cluster };
}

function ask(simulation: SimulatedCluster, node: SimulatedNode): Promise<Client> {
  const { host, port } = node;
  return simulation.run(connect({ host, port, runtime: simulation.runtime, password: node.password }));
}

test('the client finds every slot, and follows a slot that moves with its keys', async () => {
  const { simulation, cluster } = await start();
  assert.is(await simulation.run(cluster.send(['SET', KEY, 'x'])), 'OK');
  const target = simulation.nodes[1]!;
  await simulation.run(simulation.moveSlot(SLOT, target));
  assert.is(simulation.nodeOf(SLOT), target);
  assert.is(await simulation.run(cluster.send(['GET', KEY])), 'x');
  assert.is(cluster.primaryOf(SLOT), target.address);
});

test('values are bytes, and come back as they were sent', async () => {
  const { simulation, cluster } = await start();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  await simulation.run(cluster.send(['SET', bytes, bytes]));
  assert.equal(await simulation.run(cluster.send(['GET', bytes], { reply: 'bytes' })), bytes);
});

test('keys expire on the virtual clock', async () => {
  const { simulation, cluster } = await start();
  await simulation.run(cluster.send(['SET', KEY, 'x', 'EX', 1200]));
  await simulation.runtime.pass(1_199_000);
  assert.is(await simulation.run(cluster.send(['GET', KEY])), 'x');
  await simulation.runtime.pass(1_100);
  assert.is(await simulation.run(cluster.send(['GET', KEY])), null);
});

test('a planned failover loses nothing, not even what the replica did not have yet', async () => {
  const { simulation, cluster } = await start({ replicationLagMs: 50 });
  const primary = simulation.nodeOf(SLOT);
  const replica = simulation.nodes.find(({ primaryIndex }) => primaryIndex === primary.index)!;
  let isOver = false;
  const writer = async (): Promise<number> => {
    let written = 0;
    for (; !isOver; written++) await cluster.send(['RPUSH', KEY, written]);
    return written;
  };
  const writing = writer();
  await simulation.runtime.pass(100);
  await simulation.run(simulation.failover(replica));
  await simulation.runtime.pass(100);
  isOver = true;
  const written = await simulation.run(writing);
  assert.is(simulation.nodeOf(SLOT), replica);
  assert.is(primary.role, 'replica');
  assert.ok(written > 40);
  assert.is(await simulation.run(cluster.send(['LLEN', KEY])), written);
});

test('a primary that dies takes with it what its replica did not have, and no more', async () => {
  const { simulation, cluster } = await start({ replicationLagMs: 20, nodeTimeoutMs: 200 }, { livenessMs: 200 });
  await simulation.run(cluster.send(['RPUSH', KEY, 'replicated']));
  await simulation.runtime.pass(50);
  await simulation.run(cluster.send(['RPUSH', KEY, 'not replicated']));
  const primary = simulation.nodeOf(SLOT);
  simulation.kill(primary);
  await simulation.runtime.pass(1000);
  assert.is.not(simulation.nodeOf(SLOT), primary);
  assert.equal(await simulation.run(cluster.send(['LRANGE', KEY, 0, -1])), ['replicated']);
  assert.equal([...simulation.record.losses().appends], [`${KEY} not replicated`]);
  await simulation.run(simulation.restart(primary));
  assert.is(primary.role, 'replica');
});

test('a primary that stops for a moment is not replaced, and goes on where it was', async () => {
  const { simulation, cluster } = await start({ nodeTimeoutMs: 500 });
  const primary = simulation.nodeOf(SLOT);
  simulation.pause(primary);
  const write = cluster.send(['SET', KEY, 'x']);
  await simulation.runtime.pass(400);
  simulation.resume(primary);
  assert.is(await simulation.run(write), 'OK');
  assert.is(simulation.nodeOf(SLOT), primary);
});

test('while a primary is gone the others say that the cluster is down', async () => {
  const { simulation } = await start({ replicasPerPrimary: 0, nodeTimeoutMs: 100 });
  simulation.kill(simulation.nodes[2]!);
  await simulation.runtime.pass(200);
  const client = await ask(simulation, simulation.nodes[0]!);
  const error = await errorOf(simulation.run(client.send(['GET', KEY])));
  assert.is(error.message, 'CLUSTERDOWN The cluster is down');
});

test('a node that reads its data says so', async () => {
  const { simulation } = await start();
  const node = simulation.nodeOf(SLOT);
  node.isLoading = true;
  const client = await ask(simulation, node);
  assert.match((await errorOf(simulation.run(client.send(['GET', KEY])))).message, /^LOADING /);
});

test('nodes with a password let nobody in without it', async () => {
  const simulation = new SimulatedCluster({ password: 'CATAPI' });
  const { seeds, runtime } = simulation;
  const error = await errorOf(simulation.run(connectCluster({ seeds, runtime, password: 'wrong' })));
  assert.is((error as RedisError).code, 'ERR_AUTH');
  const cluster = await simulation.run(connectCluster({ seeds, runtime, password: 'CATAPI' }));
  assert.is(await simulation.run(cluster.send(['SET', KEY, 1])), 'OK');
});

test('commands on keys of both sides of a migration wait, or are asked on as servers before 7.0 do', async () => {
  for (const asksForHalfMigrated of [false, true]) {
    const { simulation } = await start({ asksForHalfMigrated });
    const source = simulation.nodeOf(SLOT);
    const client = await ask(simulation, source);
    const [a, b] = [`${KEY}a`, `${KEY}b`];
    await simulation.run(client.send(['MSET', a, 1, b, 2]));
    simulation.beginMigration(SLOT, simulation.nodes[1]!).migrateKeys(1);
    const { message } = await errorOf(simulation.run(client.send(['MGET', a, b])));
    assert.match(message, asksForHalfMigrated ? /^ASK 100 / : /^TRYAGAIN /);
  }
});

test('CLUSTER NODES and SHARDS name every node with its role and slots', async () => {
  const { simulation } = await start();
  const client = await ask(simulation, simulation.nodes[0]!);
  const nodes = String(await simulation.run(client.send(['CLUSTER', 'NODES'])));
  assert.is(nodes.trim().split('\n').length, 6);
  assert.match(nodes, /10\.0\.0\.1:7000@17000 myself,master - 0 0 1 connected 0-5461/);
  assert.match(nodes, /10\.0\.0\.1:7003@17003 slave 0{39}1 0 0 1 connected/);
  const shards = (await simulation.run(client.send(['CLUSTER', 'SHARDS']))) as unknown[][];
  assert.is(shards.length, 3);
  assert.equal(shards[0]!.slice(0, 2), ['slots', [0, 5461]]);
});

test('a half-open connection costs a client its liveness limit, and what was written is in doubt', async () => {
  const { simulation, cluster } = await start({}, { livenessMs: 400 });
  await simulation.run(cluster.send(['SET', KEY, 1]));
  for (const connection of simulation.network.connectionsTo(simulation.nodeOf(SLOT).address)) connection.halfOpen();
  const sentAt = simulation.runtime.now();
  const write = errorOf(simulation.run(cluster.send(['INCR', KEY])));
  const read = simulation.run(cluster.send(['GET', KEY]));
  const error = (await write) as ConnectionError;
  assert.instance(error, ConnectionError);
  assert.ok(error.wasSent);
  assert.is(await read, '1');
  assert.ok(simulation.runtime.now() - sentAt < 600);
});

test('a budget is kept on the virtual clock', async () => {
  const { simulation, cluster } = await start();
  simulation.pause(simulation.nodeOf(SLOT));
  const sentAt = simulation.runtime.now();
  const error = await errorOf(simulation.run(cluster.send(['GET', KEY], { timeoutMs: 50 })));
  assert.instance(error, TimeoutError);
  assert.ok(Math.abs(simulation.runtime.now() - sentAt - 50) < 10);
});

test('a late ASK writes a key where it is not, once its slot is moved a second time', async () => {
  const { simulation } = await start();
  const [source, target] = [simulation.nodes[0]!, simulation.nodes[1]!];
  const slot = hashSlot(KEY);
  source.keyspace.set(KEY, ['old']);
  const migration = simulation.beginMigration(slot, target);
  const connection = await openPlain(simulation, target);
  connection.send('ASKING');
  connection.send(`RPUSH ${KEY} stray`);
  await simulation.runtime.pass(50);
  assert.equal(simulation.record.exceptions, { late: 0, overtook: 0, strayed: 1 });
  assert.equal(migration.migrateKeys(1), 1);
  assert.equal(target.keyspace.get(KEY), ['old']);
});

/** A connection that sends inline commands. */
async function openPlain(
  { runtime }: SimulatedCluster,
  { host, port }: SimulatedNode,
): Promise<{ send(line: string): void }> {
  const events = { onConnect: () => undefined, onBytes: () => undefined, onClose: () => undefined };
  const transport = runtime.openTransport({ host, port }, events);
  await runtime.pass(10);
  return { send: (line) => transport.write([Buffer.from(`${line}\r\n`)], () => undefined) };
}

test.run();
