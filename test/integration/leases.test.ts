import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { type ClusterNode, startCluster, type TestCluster, waitUntil } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { since } from '../support/server-needs.ts';

const PASSWORD = 'CATAPI';
const test = suite('integration/leases: sessions and blocking commands on real nodes');
const testSince5 = since(test, 5, 0);
const testSince6 = since(test, 6, 0);

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  servers = await startCluster({ password: PASSWORD });
  cluster = await connect();
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

function connect(): Promise<Cluster> {
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  return connectCluster({ seeds, password: PASSWORD, clientName: 'leases' });
}

async function slotToMove(slot: number) {
  const source = await servers.nodeOf(slot);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  return { slot, source, target, tag: tagInSlot(slot) };
}

/** Waits for an element; a test that fails before it is there must not end the run. */
function pop(key: string): Promise<unknown> {
  const popped = cluster.send(['BLPOP', key, 0]);
  popped.catch(() => undefined);
  return popped;
}

async function failure(promise: Promise<unknown>): Promise<RedisError> {
  try {
    await promise;
  } catch (error) {
    return error as RedisError;
  }
  throw new Error('expected a rejection');
}

/** The clients of ours that a node lists; those that wait in a blocking command, if asked so. */
async function clientsOf(node: ClusterNode, flags = ''): Promise<string[]> {
  const list = String(await node.send(['CLIENT', 'LIST']));
  return list.split('\n').filter((line) => line.includes('name=leases') && line.includes(`flags=${flags}`));
}

async function untilBlocked(node: ClusterNode, count: number = 1): Promise<void> {
  await waitUntil(10_000, async () => {
    const { length } = await clientsOf(node, 'b');
    return length === count ? undefined : `${length} of ${count} clients wait`;
  });
}

test('WATCH in a session: EXEC is null after a conflict, and the replies without one', async () => {
  const key = 'watched';
  const withdraw = (isDisturbed: boolean): Promise<unknown> =>
    cluster.session(key, async (session) => {
      await session.send(['WATCH', key]);
      const balance = Number(await session.send(['GET', key]));
      if (isDisturbed) await cluster.send(['SET', key, 50]);
      await session.send(['MULTI']);
      assert.is(await session.send(['SET', key, balance - 10]), 'QUEUED');
      return session.send(['EXEC']);
    });
  await cluster.send(['SET', key, 100]);
  assert.is(await withdraw(true), null);
  assert.is(await cluster.send(['GET', key]), '50');
  assert.equal(await withdraw(false), ['OK']);
  assert.is(await cluster.send(['GET', key]), '40');
});

test('a session leaves nothing behind: its connection is used again, without its MULTI and its watched keys', async () => {
  const id = await cluster.session('{left}a', async (session) => {
    await session.send(['WATCH', '{left}a']);
    await session.send(['MULTI']);
    await session.send(['SET', '{left}a', 1]);
    return session.address;
  });
  assert.is(await cluster.send(['SET', '{left}a', 2]), 'OK');
  await cluster.session('{left}b', async (session) => {
    assert.is(await session.send(['GET', '{left}a']), '2');
    assert.is(session.address, id);
    await session.send(['MULTI']);
    await session.send(['INCR', '{left}a']);
    assert.equal(await session.send(['EXEC']), [3]);
  });
});

test('a session is about one slot, and refuses what no session can run', async () => {
  await cluster.session('foo', async (session) => {
    assert.is((await failure(session.send(['GET', 'bar']))).code, 'ERR_CROSS_SLOT');
    for (const args of [
      ['SELECT', 1],
      ['AUTH', 'x'],
      ['HELLO', 3],
      ['RESET'],
      ['QUIT'],
      ['ASKING'],
      ['SUBSCRIBE', 'c'],
    ]) {
      assert.is((await failure(session.send(args))).code, 'ERR_NEEDS_SESSION', String(args));
    }
    assert.is(await session.send(['PING']), 'PONG');
  });
});

test('WAIT counts the acknowledgements of the session’s own writes', async () => {
  await cluster.session('waited', async (session) => {
    await session.send(['SET', 'waited', 1]);
    assert.is(await session.send(['WAIT', 1, 5000]), 1);
  });
});

testSince6('CLIENT TRACKING in a session: the invalidation reaches its reader (RESP3)', async () => {
  const pushed = await cluster.session('tracked', async (session) => {
    const pushes = session.pushes();
    await session.send(['CLIENT', 'TRACKING', 'ON']);
    await session.send(['GET', 'tracked']);
    await cluster.send(['SET', 'tracked', 1]);
    return (await pushes.next()).value;
  });
  assert.equal([pushed?.kind, pushed?.elements[1]], ['invalidate', ['tracked']]);
});

test('MONITOR in a session: its lines come as pushes, until the session ends', async () => {
  const lines: string[] = [];
  await cluster.session('monitored', async (session) => {
    const pushes = session.pushes();
    assert.is(await session.send(['MONITOR']), 'OK');
    assert.is((await failure(session.send(['PING']))).code, 'ERR_NEEDS_SESSION');
    await cluster.send(['SET', 'monitored', 'seen']);
    for await (const { kind, elements } of pushes) {
      assert.is(kind, 'monitor');
      lines.push(String(elements[1]));
      if (lines.some((line) => line.includes('"monitored" "seen"'))) break;
    }
  });
  assert.is(await cluster.send(['GET', 'monitored']), 'seen');
});

test('BLPOP by plain send takes what is pushed later, and gives null when its time is over', async () => {
  const popped = pop('queue');
  await untilBlocked(await servers.nodeOf(hashSlot('queue')));
  await cluster.send(['RPUSH', 'queue', 'job']);
  assert.equal(await popped, ['queue', 'job']);
  assert.is(await cluster.send(['BLPOP', 'queue', 1], { timeoutMs: 10_000 }), null);
});

testSince5('XREAD with BLOCK gives null when its time is over', async () => {
  assert.is(await cluster.send(['XREAD', 'BLOCK', 1, 'STREAMS', 'stream', '$']), null);
});

test('a cancelled BLPOP leaves no client behind, and takes nothing', async () => {
  const node = await servers.nodeOf(hashSlot('cancelled'));
  const controller = new AbortController();
  const promise = failure(cluster.send(['BLPOP', 'cancelled', 0], { signal: controller.signal }));
  await untilBlocked(node);
  controller.abort();
  const error = await promise;
  assert.equal([error.code, error.wasSent], ['ERR_ABORTED', true]);
  await untilBlocked(node, 0);
  assert.is(await cluster.send(['RPUSH', 'cancelled', 1]), 1);
  assert.is(await cluster.send(['LLEN', 'cancelled']), 1);
});

test('50 blocking commands beside 10,000 others: nobody waits for them', async () => {
  const keys = Array.from({ length: 50 }, (_, n) => `busy${n}`);
  const popped = keys.map(pop);
  const owners = await Promise.all(keys.map((key) => servers.nodeOf(hashSlot(key))));
  for (const node of new Set(owners)) await untilBlocked(node, owners.filter((owner) => owner === node).length);
  const replies = await Promise.all(
    Array.from({ length: 10_000 }, (_, n) => cluster.send(['SET', `beside${n % 100}`, n], { timeoutMs: 5000 })),
  );
  assert.ok(replies.every((reply) => reply === 'OK'));
  await Promise.all(keys.map((key) => cluster.send(['RPUSH', key, key])));
  assert.equal(
    await Promise.all(popped),
    keys.map((key) => [key, key]),
  );
});

test('a BLPOP follows its slot to another node', async () => {
  const { slot, target, source, tag } = await slotToMove(4000);
  const key = `{${tag}}queue`;
  const popped = pop(key);
  await untilBlocked(source);
  await servers.moveSlot(slot, target);
  await untilBlocked(target);
  await cluster.send(['RPUSH', key, 'after the move']);
  assert.equal(await popped, [key, 'after the move']);
});

test('a BLPOP that begins in the middle of a migration waits where the key will be', async () => {
  const { slot, target, tag } = await slotToMove(4100);
  const key = `{${tag}}queue`;
  const migration = await servers.beginMigration(slot, target);
  const popped = pop(key);
  await untilBlocked(target);
  assert.is(await cluster.send(['RPUSH', key, 'during the move']), 1);
  assert.equal(await popped, [key, 'during the move']);
  await migration.finish();
});

test('a session that is in use when its slot moves is over, says so, and works when run again', async () => {
  const { slot, target, tag } = await slotToMove(4200);
  const key = `{${tag}}account`;
  await cluster.send(['SET', key, 1]);
  const increment = (disturb: () => Promise<void>): Promise<unknown> =>
    cluster.session(key, async (session) => {
      await session.send(['WATCH', key]);
      const value = Number(await session.send(['GET', key]));
      await disturb();
      await session.send(['MULTI']);
      await session.send(['SET', key, value + 1]);
      return session.send(['EXEC']);
    });
  const error = await failure(increment(() => servers.moveSlot(slot, target)));
  assert.equal([error.code, error.wasSent], ['ERR_CLOSED', false]);
  assert.match(error.message, /run it again/);
  assert.is(await cluster.send(['GET', key]), '1');
  assert.equal(await increment(async () => undefined), ['OK']);
  assert.is(await cluster.send(['GET', key]), '2');
});

test('a session on a key that has gone ahead in a migration works where the key is', async () => {
  const { slot, target, tag } = await slotToMove(4300);
  const key = `{${tag}}account`;
  await cluster.send(['SET', key, 1]);
  const migration = await servers.beginMigration(slot, target);
  await migration.migrateKeys(1);
  const outcome = await cluster.session(key, async (session) => {
    await session.send(['WATCH', key]);
    assert.is(await session.send(['GET', key]), '1');
    await session.send(['MULTI']);
    await session.send(['INCR', key]);
    const reply = await session.send(['EXEC']);
    assert.is(session.address, target.address);
    assert.is((await failure(session.send(['GET', `{${tag}}other`]))).code, 'ERR_CLOSED');
    return reply;
  });
  assert.equal(outcome, [2]);
  await migration.finish();
  assert.is(await cluster.send(['GET', key]), '2');
});

test('a planned failover: a BLPOP goes on at the new primary', async () => {
  const slot = hashSlot('failing-over');
  const primary = await servers.nodeOf(slot);
  const view = (await servers.refresh()).find(({ primaryId }) => primaryId === primary.id)!;
  const replica = servers.nodes.find(({ id }) => id === view.id)!;
  const popped = pop('failing-over');
  await untilBlocked(primary);
  await servers.failover(replica);
  await untilBlocked(replica);
  await cluster.send(['RPUSH', 'failing-over', 'x'], { timeoutMs: 20_000 });
  assert.equal(await popped, ['failing-over', 'x']);
});

test('a client that closes with leases out leaves no connection behind', async () => {
  const other = await connect();
  const before = await Promise.all(servers.liveNodes.map((node) => clientsOf(node)));
  const node = await servers.nodeOf(hashSlot('closing'));
  const popped = failure(other.send(['BLPOP', 'closing', 0]));
  await untilBlocked(node);
  const inSession = failure(
    other.session('closing', async (session) => {
      await session.send(['WATCH', 'closing']);
      other.destroy();
      await session.send(['GET', 'closing']);
    }),
  );
  assert.equal([(await popped).code, (await popped).wasSent], ['ERR_CLOSED', true]);
  assert.is((await inSession).code, 'ERR_CLOSED');
  await untilBlocked(node, 0);
  await waitUntil(5000, async () => {
    const after = await Promise.all(servers.liveNodes.map((one) => clientsOf(one)));
    const [had, has] = [before.flat().length, after.flat().length];
    return has <= had ? undefined : `${has} clients, not ${had}`;
  });
});

test.run();
