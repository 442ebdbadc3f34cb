import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/index.ts';
import { connect } from '../../src/net/index.ts';
import {
  parseClusterNodes,
  ScriptedCluster,
  type ScriptedClusterNode,
  type ScriptedClusterOptions,
} from '../../src/testing/index.ts';
import { RawClient } from './support.ts';

const test = suite('testing/scripted-cluster');

const opened: { close(): unknown }[] = [];

test.after.each(async () => {
  for (const each of opened.splice(0)) await each.close();
});

async function start(options?: ScriptedClusterOptions): Promise<ScriptedCluster> {
  const cluster = await ScriptedCluster.start(options);
  opened.push(cluster);
  return cluster;
}

/** Sends inline commands over one connection; what comes back, as lines. */
async function ask(node: ScriptedClusterNode, ...commands: string[]): Promise<string[]> {
  const client = new RawClient({ host: node.host, port: node.port });
  opened.push(client);
  // Its answer marks the end.
  client.write([...commands, 'NOCOMMAND'].map((command) => `${command}\r\n`).join(''));
  node.answerOnce(['NOCOMMAND'], '+end\r\n');
  await client.until(() => client.text.endsWith('+end\r\n'));
  return client.text.split('\r\n').slice(0, -2);
}

const KEY = 'foo';
const SLOT = hashSlot(KEY);

test('three primaries share all slots, and say so to CLUSTER SLOTS and CLUSTER NODES', async () => {
  const cluster = await start();
  const client = await connect(cluster.seeds[1]);
  opened.push({ close: () => client.destroy() });
  const [a, b, c] = cluster.nodes.map(({ host, port, id }) => [host, port, id]);
  assert.equal(await client.send(['CLUSTER', 'SLOTS']), [
    [0, 5460, a],
    [5461, 10_922, b],
    [10_923, 16_383, c],
  ]);
  const views = parseClusterNodes(String(await client.send(['CLUSTER', 'NODES'])));
  assert.equal(
    views.map(({ id, isMyself, slots }) => [id, isMyself, slots]),
    cluster.nodes.map(({ id }, index) => [
      id,
      index === 1,
      [
        [
          [0, 5460],
          [5461, 10_922],
          [10_923, 16_383],
        ][index],
      ],
    ]),
  );
  assert.is(await client.send(['CLUSTER', 'MYID']), cluster.nodes[1]?.id);
  assert.is(await client.send(['CLUSTER', 'KEYSLOT', KEY]), SLOT);
});

test('replicas stand behind their primary, and serve its keys to those who ask to read', async () => {
  const cluster = await start({ layout: [[[0, 16_383]]], replicasPerPrimary: 1 });
  const [primary, replica] = cluster.nodes as [ScriptedClusterNode, ScriptedClusterNode];
  const slots = await ask(primary, 'CLUSTER SLOTS');
  assert.ok(slots.includes(primary.id) && slots.indexOf(primary.id) < slots.indexOf(replica.id));
  const moved = `-MOVED ${SLOT} ${primary.address}`;
  assert.equal(await ask(replica, 'GET foo', 'READONLY', 'GET foo', 'READWRITE', 'GET foo'), [
    moved,
    '+OK',
    '+OK',
    '+OK',
    moved,
  ]);
});

test('a key of another node is MOVED there; one right after ASKING is taken, and the next is not', async () => {
  const cluster = await start();
  const owner = cluster.nodeOf(SLOT);
  const other = cluster.nodes.find((node) => node !== owner)!;
  const moved = `-MOVED ${SLOT} ${owner.address}`;
  assert.equal(await ask(owner, 'GET foo'), ['+OK']);
  assert.equal(await ask(other, 'SET foo 1', 'ASKING', 'GET foo', 'GET foo'), [moved, '+OK', '+OK', moved]);
});

test('keys are found where the command has them, and a command without keys is served by every node', async () => {
  const cluster = await start();
  const owner = cluster.nodeOf(SLOT);
  const other = cluster.nodes.find((node) => node !== owner)!;
  const moved = `-MOVED ${SLOT} ${owner.address}`;
  assert.equal(await ask(other, 'EVAL script 1 foo', 'EVAL foo 0', 'PING'), [moved, '+OK', '+PONG']);
});

test('a slot can go to another node, for all nodes or only for those who know of it', async () => {
  const cluster = await start();
  const [a, b, c] = cluster.nodes as [ScriptedClusterNode, ScriptedClusterNode, ScriptedClusterNode];
  cluster.assign([SLOT, SLOT], a, [a]);
  assert.equal(await ask(a, 'GET foo'), ['+OK']);
  assert.equal(await ask(b, 'GET foo'), [`-MOVED ${SLOT} ${c.address}`]);
  cluster.assign([SLOT, SLOT], b);
  assert.equal(await ask(a, 'GET foo'), [`-MOVED ${SLOT} ${b.address}`]);
  const [self] = parseClusterNodes((await ask(b, 'CLUSTER NODES')).slice(1).join('\n')).filter(
    ({ isMyself }) => isMyself,
  );
  assert.is(self?.configEpoch, 5);
  cluster.assign([SLOT, SLOT], undefined);
  assert.equal(await ask(a, 'GET foo'), ['-CLUSTERDOWN Hash slot not served']);
  assert.throws(() => cluster.nodeOf(SLOT), /no node owns slot/);
});

test('a node with a password refuses everything before it was given', async () => {
  const cluster = await start({ password: 'secret' });
  const node = cluster.nodeOf(SLOT);
  assert.equal(await ask(node, 'GET foo', 'AUTH wrong', 'AUTH secret', 'GET foo'), [
    '-NOAUTH Authentication required.',
    '-WRONGPASS invalid username-password pair or user is disabled.',
    '+OK',
    '+OK',
  ]);
  assert.equal((await ask(node, 'HELLO 3')).slice(0, 1), [
    '-NOAUTH HELLO must be called with the client already authenticated',
  ]);
  const client = await connect({ host: node.host, port: node.port, password: 'secret' });
  assert.is(await client.send(['GET', KEY]), 'OK');
  client.destroy();
});

test('HELLO answers a map in RESP3, pairs in RESP2, and is unknown to an old server', async () => {
  const [node] = (await start()).nodes as [ScriptedClusterNode];
  assert.is((await ask(node, 'HELLO 3'))[0], '%7');
  assert.is((await ask(node, 'HELLO 2'))[0], '*14');
  const [old] = (await start({ protocol: 2 })).nodes as [ScriptedClusterNode];
  assert.match((await ask(old, 'HELLO 3'))[0]!, '-ERR unknown command `HELLO`');
  const client = await connect({ host: old.host, port: old.port });
  assert.is(await client.send(['PING']), 'PONG');
  client.destroy();
});

test('single answers come first, then the node, then the cluster, then what nodes say by themselves', async () => {
  const cluster = await start({
    handler: (args, node) => (args.length === 2 ? `+cluster ${node.id.at(-1)}\r\n` : undefined),
  });
  const node = cluster.nodeOf(SLOT);
  node.handler = (args) => (String(args[1]) === 'mine' ? '+node\r\n' : undefined);
  node.answerOnce(['GET'], '-TRYAGAIN\r\n');
  assert.equal(await ask(node, 'GET mine', 'GET mine', 'GET foo', 'PING'), [
    '-TRYAGAIN',
    '+node',
    `+cluster ${node.id.at(-1)}`,
    '+PONG',
  ]);
});

test('an answer that nobody asked for fails the test', async () => {
  const cluster = await start();
  cluster.verify();
  cluster.nodes[2]?.answerOnce(['GET', KEY], '+OK\r\n');
  assert.throws(() => cluster.verify(), /nobody sent GET foo/);
});

test.run();
