import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectCluster } from '../../src/cluster/index.ts';
import { ConnectionError, type RedisError } from '../../src/errors.ts';
import { connect } from '../../src/net/index.ts';
import { type ServerProcess, startServer } from '../../src/testing/index.ts';

const test = suite('integration/single-server');
let server: ServerProcess;

test.before(async () => {
  server = await startServer({ config: { requirepass: 'P', unixsocket: 'redis.sock' } });
});

test.after(() => server?.stop());

async function failure(promise: Promise<unknown>): Promise<RedisError> {
  try {
    await promise;
  } catch (error) {
    return error as RedisError;
  }
  throw new Error('expected a rejection');
}

test('RESP2 and RESP3 give the same values', async () => {
  const hasResp3 = server.binary.version[0] >= 6;
  for (const protocol of hasResp3 ? ([2, 3, 'auto'] as const) : ([2, 'auto'] as const)) {
    const client = await connect({ port: server.port, password: 'P', protocol });
    await client.send(['DEL', 'h']);
    await client.send(['HSET', 'h', 'a', 1, 'b', 2]);
    assert.equal(await client.send(['HGETALL', 'h']), ['a', '1', 'b', '2'], String(protocol));
    assert.is(await client.send(['GET', 'missing']), null);
    await client.close();
  }
});

test('the shape of maps is an option, where the server has maps (RESP3, from 6.0)', async () => {
  if (server.binary.version[0] < 6) return;
  const client = await connect({ port: server.port, password: 'P', protocol: 3, maps: 'map' });
  await client.send(['HSET', 'h', 'a', 1, 'b', 2]);
  assert.equal(
    await client.send(['HGETALL', 'h']),
    new Map([
      ['a', '1'],
      ['b', '2'],
    ]),
  );
  await client.close();
});

test('a URL says it all; a database is selected on every connection', async () => {
  const client = await connect(`redis://:P@127.0.0.1:${server.port}/3`);
  await client.send(['SET', 'in-three', 1]);
  const admin = await connect({ port: server.port, password: 'P' });
  await admin.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
  assert.is(await client.send(['GET', 'in-three']), '1');
  assert.is(await admin.send(['GET', 'in-three']), null);
  await Promise.all([client.close(), admin.close()]);
});

test('a Unix socket carries the same', async () => {
  const client = await connect({ path: join(server.folder, 'redis.sock'), password: 'P', clientName: 'by-path' });
  assert.is(await client.send(['CLIENT', 'GETNAME']), 'by-path');
  await client.close();
});

test('a wrong or missing password is ERR_AUTH, naming the node', async () => {
  for (const protocol of [2, 'auto'] as const) {
    const wrong = await failure(connect({ port: server.port, password: 'wrong', protocol }));
    assert.instance(wrong, ConnectionError);
    assert.is(wrong.code, 'ERR_AUTH');
    assert.ok(wrong.message.includes(`127.0.0.1:${server.port}`));
  }
  assert.is((await failure(connect({ port: server.port }))).code, 'ERR_AUTH');
});

test('nobody there is ERR_CONNECT', async () => {
  assert.is((await failure(connect({ port: 1 }))).code, 'ERR_CONNECT');
  assert.is((await failure(connect({ path: '/nowhere.sock' }))).code, 'ERR_CONNECT');
  assert.match(
    (await failure(connectCluster({ seeds: ['redis://127.0.0.1:1'] }))).message,
    /127\.0\.0\.1:1: .*ECONNREFUSED/,
  );
});

test('10,000 commands in one turn come back in order', async () => {
  const client = await connect({ port: server.port, password: 'P' });
  await client.send(['DEL', 'n']);
  const replies = await client.sendAll(Array.from({ length: 10_000 }, () => ['INCR', 'n']));
  assert.ok(replies.every((reply, n) => reply === n + 1));
  await client.close();
});

test('8 MiB there and back, next to small commands', async () => {
  const client = await connect({ port: server.port, password: 'P' });
  const big = Buffer.alloc(8 * 1024 * 1024, 'x');
  const replies = await client.sendAll([['SET', 'big', big], ['PING'], ['GET', 'big'], ['PING']], { reply: 'bytes' });
  assert.equal([String(replies[0]), String(replies[1]), String(replies[3])], ['OK', 'PONG', 'PONG']);
  assert.ok(big.equals(replies[2] as Buffer));
  await client.close();
});

test('a server that is not in cluster mode is one shard with every slot', async () => {
  const cluster = await connectCluster({ seeds: [`redis://:P@127.0.0.1:${server.port}`] });
  await cluster.send(['SET', 'a', 1]);
  await cluster.send(['SET', 'b', 2]);
  assert.equal(await cluster.sendAll([['GET', 'a'], ['GET', 'b'], ['PING']]), ['1', '2', 'PONG']);
  await cluster.close();
});

test('a restarted server is found again, and reads in between wait', async () => {
  const client = await connect({ port: server.port, password: 'P', timeoutMs: 20_000 });
  await client.send(['SET', 'k', 1]);
  await server.kill();
  const read = client.send(['GET', 'k']);
  await server.restart();
  assert.is(await read, null, 'nothing was persisted');
  await client.close();
});

test.run();
