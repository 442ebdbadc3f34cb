import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, hashSlot } from '../../src/cluster/index.ts';
import { ErrorReply, type RedisError } from '../../src/errors.ts';
import { type Client, connect } from '../../src/net/index.ts';
import { startCluster, type TestCluster } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { since } from '../support/server-needs.ts';

const PASSWORD = 'CATAPI';
const test = suite('integration/transaction: MULTI to EXEC on real nodes');
const testSince6 = since(test, 6, 0);

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  servers = await startCluster({ password: PASSWORD });
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  cluster = await connectCluster({ seeds, password: PASSWORD });
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

async function slotToMove(slot: number) {
  const source = await servers.nodeOf(slot);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  return { slot, source, target, tag: tagInSlot(slot) };
}

async function failure(promise: Promise<unknown>): Promise<RedisError> {
  try {
    await promise;
  } catch (error) {
    return error as RedisError;
  }
  throw new Error('expected a rejection');
}

async function single(key: string): Promise<Client> {
  const { host, port } = await servers.nodeOf(hashSlot(key));
  return connect({ host, port, password: PASSWORD });
}

test('a transaction gives a reply for each command, errors at run time as values', async () => {
  const replies = await cluster.transaction([
    ['SET', '{t}text', 'x'],
    ['INCR', '{t}text'],
    ['GET', '{t}text'],
  ]);
  assert.equal([replies[0], replies[2]], ['OK', 'x']);
  const error = replies[1] as ErrorReply;
  assert.instance(error, ErrorReply);
  assert.is(error.command, 'INCR');
});

test('EXECABORT says which command was refused and why; nothing ran, and the connection is as before', async () => {
  await cluster.send(['SET', '{t}kept', 1]);
  const error = (await failure(
    cluster.transaction([
      ['INCR', '{t}kept'],
      ['GET', '{t}kept', 'too', 'many'],
    ]),
  )) as ErrorReply;
  assert.is(error.prefix, 'EXECABORT');
  assert.match(error.message, /GET \(command 2 of 2\)/);
  assert.match((error.cause as ErrorReply).message, /wrong number of arguments/);
  assert.is(await cluster.send(['GET', '{t}kept']), '1');
});

test('transactions and commands on one slot take effect in the order in which they were sent', async () => {
  const key = '{t}order';
  const sent = Array.from({ length: 300 }, (_, n) =>
    n % 3 === 0
      ? cluster.transaction([
          ['RPUSH', key, `${n}a`],
          ['RPUSH', key, `${n}b`],
        ])
      : cluster.send(['RPUSH', key, n]),
  );
  await Promise.all(sent);
  const expected = Array.from({ length: 300 }, (_, n) => (n % 3 === 0 ? [`${n}a`, `${n}b`] : [String(n)])).flat();
  assert.equal(await cluster.send(['LRANGE', key, 0, -1]), expected);
});

test('keys in different slots are refused before anything is sent', async () => {
  const commands = [
    ['SET', 'foo', 1],
    ['SET', 'bar', 1],
  ];
  const error = await failure(cluster.transaction(commands));
  assert.equal([error.code, error.wasSent], ['ERR_CROSS_SLOT', false]);
});

test('while its slot moves, before, between and after: it runs once, as a whole [failure mode 9]', async () => {
  const { slot, target, tag } = await slotToMove(5000);
  const [here, there] = [`{${tag}}a`, `{${tag}}b`];
  const increment = (): Promise<unknown> =>
    cluster.transaction([
      ['INCR', here],
      ['INCR', there],
    ]);
  assert.equal(await increment(), [1, 1]);
  const migration = await servers.beginMigration(slot, target);
  assert.equal(await increment(), [2, 2], 'nothing has gone: the source runs it');
  await migration.migrateKeys(1);
  const before = cluster.stats().totals.refusals;
  const between = cluster.transaction(
    [
      ['INCR', here],
      ['INCR', there],
    ],
    { timeoutMs: 20_000 },
  );
  between.catch(() => undefined);
  while (cluster.stats().totals.refusals === before) await cluster.send(['GET', 'testkey']);
  await migration.migrateKeys(1);
  assert.equal(await between, [3, 3], 'TRYAGAIN until both are at the target');
  assert.equal(await increment(), [4, 4], 'all have gone: ASK leads to the target');
  await migration.finish();
  assert.equal(await increment(), [5, 5]);
  assert.is(cluster.primaryOf(slot), target.address);
});

test('under a load of transactions slots move to and fro: each runs once, whole and in order', async () => {
  const slots = [500, 6500, 12_500];
  const moves = await Promise.all(slots.map(slotToMove));
  const sent = moves.map(() => 0);
  let isMoving = true;
  const writer = async (i: number): Promise<void> => {
    const { tag } = moves[i]!;
    while (isMoving) {
      const batch = Array.from({ length: 50 }, () => {
        const n = sent[i]!++;
        const commands = [
          ['RPUSH', `{${tag}}one`, n],
          ['RPUSH', `{${tag}}two`, n],
        ];
        return cluster.transaction(commands, { timeoutMs: 20_000 });
      });
      await Promise.all(batch);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writing = Promise.allSettled(moves.map((_, i) => writer(i)));
  for (let round = 0; round < 2; round++) {
    for (const { slot, source, target } of moves) await servers.moveSlot(slot, round % 2 === 0 ? target : source);
  }
  isMoving = false;
  for (const outcome of await writing) if (outcome.status === 'rejected') throw outcome.reason;
  for (const [i, { tag }] of moves.entries()) {
    for (const list of ['one', 'two']) {
      const values = await cluster.send<string[]>(['LRANGE', `{${tag}}${list}`, 0, -1]);
      assert.is(values.length, sent[i]);
      assert.ok(values.every((value, n) => Number(value) === n));
    }
  }
});

test('a planned failover under a load of transactions rejects nothing, and loses nothing', async () => {
  const key = '{failover}count';
  const primary = await servers.nodeOf(hashSlot(key));
  const view = (await servers.refresh()).find(({ primaryId }) => primaryId === primary.id)!;
  const replica = servers.nodes.find(({ id }) => id === view.id)!;
  let count = 0;
  let isRunning = true;
  const worker = async (): Promise<void> => {
    while (isRunning) {
      await cluster.transaction([['INCR', key], ['INCR', '{failover}other'], ['PING']], { timeoutMs: 20_000 });
      count++;
    }
  };
  const working = Promise.allSettled([worker(), worker(), worker()]);
  await servers.failover(replica);
  isRunning = false;
  for (const outcome of await working) if (outcome.status === 'rejected') throw outcome.reason;
  assert.equal(await cluster.send(['MGET', key, '{failover}other']), [String(count), String(count)]);
});

test('connections killed under transactions: they are in doubt or acknowledged, and never half', async () => {
  const [one, two] = ['{killed}1', '{killed}2'];
  const node = await servers.nodeOf(hashSlot(one));
  let isRunning = true;
  let acknowledged = 0;
  let inDoubt = 0;
  const worker = async (): Promise<void> => {
    while (isRunning) {
      try {
        await cluster.transaction([
          ['INCR', one],
          ['INCR', two],
        ]);
        acknowledged++;
      } catch (error) {
        assert.equal([(error as RedisError).code, (error as RedisError).wasSent], ['ERR_CONNECTION_LOST', true]);
        inDoubt++;
      }
    }
  };
  const working = Promise.allSettled(Array.from({ length: 20 }, worker));
  for (let round = 0; round < 20; round++) await node.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  isRunning = false;
  for (const outcome of await working) if (outcome.status === 'rejected') throw outcome.reason;
  const [first, second] = await cluster.send<string[]>(['MGET', one, two]);
  assert.is(first, second);
  assert.ok(Number(first) >= acknowledged && Number(first) <= acknowledged + inDoubt);
});

test('WATCH in a session and its transaction: null after a conflict', async () => {
  await cluster.session('{t}watched', async (session) => {
    await session.send(['WATCH', '{t}watched']);
    await cluster.send(['SET', '{t}watched', 'other']);
    assert.is(await session.transaction([['SET', '{t}watched', 'mine']]), null);
    await session.send(['WATCH', '{t}watched']);
    assert.equal(await session.transaction([['GET', '{t}watched']]), ['other']);
  });
});

testSince6('one server: a user without the right to MULTI runs nothing of a transaction', async () => {
  const admin = await single('foo');
  await admin.send(['ACL', 'SETUSER', 'limited', 'on', '>pw', '~*', '+@all', '-multi']);
  const [host, port] = admin.address.split(':');
  const client = await connect({ host, port: Number(port), username: 'limited', password: 'pw' });
  await client.send(['DEL', 'foo']);
  const outcomes = await Promise.allSettled([
    client.transaction([['INCR', 'foo']]),
    client.send(['GET', 'foo']),
    client.transaction([['INCR', 'foo']]),
  ]);
  assert.equal(
    outcomes.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as ErrorReply).prefix : outcome.value)),
    ['NOPERM', null, 'NOPERM'],
  );
  await admin.send(['ACL', 'SETUSER', 'limited', '+multi']);
  assert.equal(await client.transaction([['INCR', 'foo']]), [1]);
  await Promise.all([client.close(), admin.close()]);
});

test.run();
