import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster } from '../../src/cluster/index.ts';
import { ErrorReply } from '../../src/errors.ts';
import { type Commands, commandArrays, commands } from '../../src/facade/index.ts';
import { type Client, connect } from '../../src/net/index.ts';
import type { Reply } from '../../src/resp/index.ts';
import { isAtLeast, type ServerProcess, type ServerVersion, startServer } from '../../src/testing/index.ts';
import { checkReply } from '../support/reply-types.ts';

const test = suite('integration/facade');
let server: ServerProcess;
let cluster: Cluster;
let clients: { readonly [protocol in 2 | 3]: Client };
/** The client and the facade of the test under way. */
let client: Client;
let redis: Commands;

test.before(async () => {
  server = await startServer();
  const { host, port } = server;
  clients = { 2: await connect({ host, port, protocol: 2 }), 3: await connect({ host, port, protocol: 3 }) };
  cluster = await connectCluster({ seeds: [{ host, port }] });
});

test.after(async () => {
  await Promise.all([clients?.[2].close(), clients?.[3].close(), cluster?.close()]);
  await server?.stop();
});

/** What holds in RESP2 and in RESP3. */
function claim(title: string, body: () => Promise<void>): void {
  for (const protocol of [2, 3] as const) {
    test(`${title}, in RESP${protocol}`, async () => {
      client = clients[protocol];
      redis = commands({ send: async (args, options) => checkReply(args, await client.send(args, options)) });
      assert.is(await redis.flushall(), 'OK');
      await body();
    });
  }
}

const has = (...version: ServerVersion): boolean => isAtLeast(server.binary, version);

/** The code of what a call rejects with, for commands of newer servers. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const [result] = await Promise.allSettled([call]);
  return result.status === 'rejected' && result.reason instanceof ErrorReply ? result.reason.message : 'none';
}

claim('strings', async () => {
  assert.is(await redis.set('k', 'v', { EX: 100, NX: true }), 'OK');
  assert.is(await redis.set('k', 'w', { NX: true }), null);
  assert.is(await redis.ttl('k'), 100);
  assert.is(await redis.get('k'), 'v');
  assert.is(await redis.append('k', 'w'), 2);
  assert.is(await redis.getrange('k', 0, -1), 'vw');
  assert.is(await redis.setrange('k', 1, 'x'), 2);
  assert.is(await redis.strlen('k'), 2);
  assert.is(
    await redis.mset([
      ['n', 1],
      ['m', 2n],
    ]),
    'OK',
  );
  assert.equal(await redis.mget(['n', 'm', 'none']), ['1', '2', null]);
  assert.is(await redis.incrby('n', 9007199254740991n), 9007199254740992n);
  assert.is(await redis.incrbyfloat('m', '0.5'), '2.5');
  assert.is(await redis.msetnx([['n', 1]]), 0);
});

claim('strings: what newer servers have (GETEX and GETDEL 6.2, LCS 7.0)', async () => {
  if (!has(6, 2, 0)) return;
  await redis.set('k', 'ohmytext');
  assert.is(await redis.getex('k', { PX: 100_000 }), 'ohmytext');
  assert.is(await redis.getex('k', { PERSIST: true }), 'ohmytext');
  assert.is(await redis.ttl('k'), -1);
  assert.is(await redis.getdel('k'), 'ohmytext');
  if (!has(7, 0, 0)) return;
  await redis.mset([
    ['k', 'ohmytext'],
    ['l', 'mynewtext'],
  ]);
  assert.is(await redis.lcs('k', 'l'), 'mytext');
  assert.is(await redis.lcs('k', 'l', { LEN: true }), 6);
});

claim('bitmaps', async () => {
  assert.is(await redis.setbit('b', 7, 1), 0);
  assert.is(await redis.getbit('b', 7), 1);
  assert.is(await redis.bitcount('b', { start: 0, end: -1 }), 1);
  assert.is(await redis.bitpos('b', 1, { start: 0 }), 7);
  const operations = [
    { GET: { encoding: 'u8', offset: 0 } },
    { OVERFLOW: 'SAT', INCRBY: { encoding: 'u8', offset: '#1', increment: 300 } },
    { SET: { encoding: 'i8', offset: 0, value: -1 } },
  ] as const;
  assert.equal(await redis.bitfield('b', operations), [1, 255, 1]);
  assert.equal(
    await redis.bitfieldRo('b', {
      GET: [
        ['u4', 0],
        ['u8', '8'],
      ],
    }),
    [15, 255],
  );
  assert.is(await redis.bitop('NOT', 'c', 'b'), 2);
});

claim('generic', async () => {
  await redis.set('k', 'v');
  assert.is(await redis.exists(['k', 'k', 'none']), 2);
  assert.is(await redis.type('k'), 'string');
  assert.is(await redis.expire('k', 100), 1);
  assert.is(await redis.persist('k'), 1);
  assert.is(await redis.rename('k', 'l'), 'OK');
  assert.is(await redis.touch('l'), 1);
  assert.is(await redis.objectEncoding('l'), 'embstr');
  const [cursor, keys] = await redis.scan(0, { MATCH: 'l*', COUNT: 100, TYPE: 'string' });
  assert.equal([cursor, keys], ['0', ['l']]);
  await redis.rpush('list', [3, 1, 2]);
  assert.equal(await redis.sort('list', { LIMIT: { offset: 0, count: 2 }, DESC: true }), ['3', '2']);
  assert.is(await redis.sort('list', { ALPHA: true, STORE: 'sorted', GET: ['#', 'w_*'] }), 6);
  const dump = await commands(client, { reply: 'bytes' }).dump('list');
  assert.is(await redis.restore('copy', 0, dump!, { REPLACE: true }), 'OK');
  assert.equal(await redis.lrange('copy', 0, -1), ['3', '1', '2']);
  assert.equal([...(await redis.keys('*'))].sort(), ['copy', 'l', 'list', 'sorted']);
  assert.is(await redis.unlink(['l', 'list']), 2);
});

claim('generic: what newer servers have (COPY 6.2, conditions of EXPIRE and EXPIRETIME 7.0)', async () => {
  if (!has(6, 2, 0)) return;
  await redis.set('k', 'v');
  assert.is(await redis.copy('k', 'l', { REPLACE: true }), 1);
  if (!has(7, 0, 0)) return;
  assert.is(await redis.expire('k', 100, { NX: true }), 1);
  assert.is(await redis.expire('k', 50, { GT: true }), 0);
  assert.ok((await redis.expiretime('k')) > 1e9);
});

claim('hashes', async () => {
  assert.is(await redis.hset('h', Object.entries({ a: 1, b: 2 })), 2);
  assert.is(await redis.hget('h', 'a'), '1');
  assert.equal(await redis.hmget('h', ['a', 'none']), ['1', null]);
  assert.equal(await redis.hgetall<string[]>('h'), ['a', '1', 'b', '2']);
  assert.is(await redis.hincrby('h', 'a', 2), 3);
  assert.is(await redis.hincrbyfloat('h', 'b', 0.5), '2.5');
  assert.is(await redis.hsetnx('h', 'a', 1), 0);
  assert.is(await redis.hexists('h', 'a'), 1);
  assert.equal(await redis.hkeys('h'), ['a', 'b']);
  assert.equal(await redis.hvals('h'), ['3', '2.5']);
  assert.equal(await redis.hscan('h', '0', { MATCH: 'a', COUNT: 10 }), ['0', ['a', '3']]);
  assert.is(await redis.hdel('h', ['a', 'b']), 2);
});

claim('hashes: fields that expire (Redis 7.4 and 8.0)', async () => {
  await redis.hset('h', [['a', 1]]);
  if (server.binary.name !== 'redis' || !has(8, 0, 0)) {
    assert.match(await refusal(redis.hexpire('h', 100, ['a'])), /unknown command/);
    return;
  }
  assert.equal(await redis.hexpire('h', 100, ['a', 'none'], { NX: true }), [1, -2]);
  assert.equal(await redis.httl('h', 'a'), [100]);
  assert.equal(await redis.hpersist('h', ['a']), [1]);
  assert.is(await redis.hsetex('h', [['b', 2]], { FNX: true, PX: 100_000 }), 1);
  assert.equal(await redis.hgetex('h', 'b', { PERSIST: true }), ['2']);
  assert.equal(await redis.hgetdel('h', ['b']), ['2']);
});

claim('vectors (Redis 8.0)', async () => {
  if (server.binary.name !== 'redis' || !has(8, 0, 0)) {
    assert.match(await refusal(redis.vcard('v')), /unknown command/);
    return;
  }
  const vector = { VALUES: [0.5, 1, 0] };
  assert.is(Number(await redis.vadd('v', vector, 'a', { SETATTR: '{"year":1950}', M: 16, Q8: true, CAS: true })), 1);
  const blob = Buffer.from(new Float32Array([1, 0, 0]).buffer);
  assert.is(Number(await redis.vadd('v', { FP32: blob }, 'b')), 1);
  assert.equal(await redis.vsim('v', { ELE: 'a' }, { COUNT: 5, FILTER: '.year > 1900', EF: 10 }), ['a']);
  assert.equal(await redis.vsim('v', vector, { TRUTH: true, COUNT: 1 }), ['a']);
  assert.equal((await redis.vlinks<Reply[]>('v', 'a', { WITHSCORES: true })).length > 0, true);
  assert.is(await redis.vrandmember('v', 1).then((found) => (found as Reply[]).length), 1);
  assert.is(await redis.vcard('v'), 2);
  assert.is(Number(await redis.vrem('v', 'a')), 1);
});

claim('lists', async () => {
  assert.is(await redis.rpush('l', ['a', 'b', 'c']), 3);
  assert.is(await redis.linsert('l', 'BEFORE', 'b', 'x'), 4);
  assert.is(await redis.lset('l', 0, 'y'), 'OK');
  assert.equal(await redis.lrange('l', 0, -1), ['y', 'x', 'b', 'c']);
  assert.is(await redis.lpop('l'), 'y');
  assert.is(await redis.lindex('l', -1), 'c');
  assert.is(await redis.lrem('l', 0, 'x'), 1);
  assert.equal(await redis.lpos<number[]>('l', 'c', { RANK: 1, COUNT: 0, MAXLEN: 10 }), [1]);
  assert.is(await redis.ltrim('l', 0, 0), 'OK');
  assert.is(await redis.llen('l'), 1);
});

claim('lists: what newer servers have (LMOVE 6.2, LMPOP 7.0)', async () => {
  if (!has(6, 2, 0)) return;
  await redis.rpush('l', ['a', 'b', 'c']);
  assert.equal(await redis.lpop('l', 2), ['a', 'b']);
  assert.is(await redis.lmove('l', 'm', 'LEFT', 'RIGHT'), 'c');
  if (!has(7, 0, 0)) return;
  assert.equal(await redis.lmpop(['l', 'm'], 'LEFT', { COUNT: 2 }), ['m', ['c']]);
});

claim('sets', async () => {
  assert.is(await redis.sadd('s', ['a', 'b']), 2);
  assert.is(await redis.sadd('t', 'b'), 1);
  assert.equal([...(await redis.smembers('s'))].sort(), ['a', 'b']);
  assert.equal(await redis.sdiff(['s', 't']), ['a']);
  assert.is(await redis.sunionstore('u', ['s', 't']), 2);
  assert.is(await redis.sismember('s', 'a'), 1);
  assert.is(await redis.smove('s', 't', 'a'), 1);
  assert.is(await redis.scard('t'), 2);
  assert.is(await redis.srem('t', ['a', 'none']), 1);
  assert.is(await redis.spop('s'), 'b');
  if (has(7, 0, 0)) assert.is(await redis.sintercard(['t', 'u'], { LIMIT: 5 }), 1);
});

claim('sorted sets', async () => {
  assert.is(
    await redis.zadd(
      'z',
      [
        [1, 'a'],
        ['+inf', 'b'],
      ],
      { CH: true, NX: true },
    ),
    2,
  );
  assert.is(Number(await redis.zadd('z', [[1.5, 'a']], { INCR: true })), 2.5);
  assert.is(await redis.zcount('z', '(2.5', '+inf'), 1);
  assert.is(await redis.zcard('z'), 2);
  assert.equal(await redis.zrange('z', 0, -1), ['a', 'b']);
  assert.is(await redis.zrank('z', 'b'), 1);
  assert.is(await redis.zunionstore('u', ['z', 'z'], { WEIGHTS: [1, 0.5], AGGREGATE: 'MAX' }), 2);
  assert.is(await redis.zremrangebyscore('u', '-inf', 3), 1);
  assert.equal(await redis.zscan('z', 0, { MATCH: 'a' }), ['0', ['a', '2.5']]);
  assert.is(await redis.zrem('z', 'a'), 1);
  if (!has(6, 2, 0)) return;
  assert.equal(await redis.zrange('u', '-inf', '+inf', { BYSCORE: true, LIMIT: { offset: 0, count: 1 } }), ['b']);
  assert.is(await redis.zrangestore('w', 'u', 0, -1, { REV: true }), 1);
  assert.equal(await redis.zdiff(['u', 'z']), []);
  if (has(7, 0, 0)) assert.is(await redis.zintercard(['u', 'w']), 1);
});

claim('streams', async () => {
  const trim = { strategy: 'MAXLEN', '~': true, threshold: 1000 } as const;
  assert.is(
    await redis.xadd(
      'x',
      '1-1',
      [
        ['a', 1],
        ['b', 2],
      ],
      trim,
    ),
    '1-1',
  );
  assert.is(await redis.xadd('x', '2-1', [['c', 3]]), '2-1');
  assert.equal(await redis.xrange('x', '-', '+', { COUNT: 1 }), [['1-1', ['a', '1', 'b', '2']]]);
  assert.is(await redis.xgroupCreate('x', 'g', 0, { MKSTREAM: true }), 'OK');
  const groupBlock = { group: 'g', consumer: 'c' };
  const read = await redis.xreadgroup<Reply[]>(groupBlock, { key: 'x', id: '>' }, { COUNT: 1 });
  assert.equal(read.flat()[0], 'x');
  assert.equal((await redis.xpending<Reply[]>('x', 'g', { start: '-', end: '+', count: 9, consumer: 'c' })).length, 1);
  assert.equal(await redis.xclaim<Reply[]>('x', 'g', 'd', 0, ['1-1'], { JUSTID: true }), ['1-1']);
  assert.is(await redis.xack('x', 'g', ['1-1']), 1);
  assert.equal((await redis.xread<Reply[]>({ key: ['x', 'y'], id: [0, 0] }, { COUNT: 5 })).length > 0, true);
  assert.is(await redis.xtrim('x', { strategy: 'MAXLEN', '=': true, threshold: 1 }), 1);
  assert.is(await redis.xlen('x'), 1);
  assert.ok(await redis.xinfoStream('x', { FULL: true, COUNT: 5 }));
  assert.is(await redis.xgroupDestroy('x', 'g'), 1);
  if (has(6, 2, 0)) assert.is(await redis.xadd('none', '*', [['a', 1]], { NOMKSTREAM: true }), null);
});

claim('positions', async () => {
  assert.is(
    await redis.geoadd('g', [
      [13.361389, 38.115556, 'Palermo'],
      [15.087269, 37.502669, 'Catania'],
    ]),
    2,
  );
  assert.match(String(await redis.geodist('g', 'Palermo', 'Catania', { km: true })), /^166\.27/);
  assert.equal((await redis.geohash('g', ['Palermo', 'none']))[1], null);
  if (!has(6, 2, 0)) return;
  const from = { FROMLONLAT: { longitude: 15, latitude: 37 } };
  const options = { COUNT: 2, ANY: true, ASC: true };
  const found = await redis.geosearch('g', from, { BYRADIUS: 200, unit: 'km' }, options);
  assert.equal(found, ['Catania', 'Palermo']);
  const box = { BYBOX: 400, height: 400, unit: 'km' } as const;
  assert.is(await redis.geosearchstore('h', 'g', { FROMMEMBER: 'Palermo' }, box, { STOREDIST: true }), 2);
});

claim('hyperloglogs and scripts', async () => {
  assert.is(await redis.pfadd('p', ['a', 'b']), 1);
  assert.is(await redis.pfmerge('q', 'p'), 'OK');
  assert.is(await redis.pfcount(['p', 'q']), 2);
  assert.equal(await redis.eval('return {KEYS[2], ARGV[1]}', ['a', 'b'], ['c']), ['b', 'c']);
  assert.is(await redis.eval('return 1', []), 1);
  const sha = await redis.scriptLoad('return ARGV[1]');
  assert.equal(await redis.scriptExists([sha, 'f'.repeat(40)]), [1, 0]);
  assert.is(await redis.evalsha(sha, [], 'x'), 'x');
  if (!has(7, 0, 0)) return;
  const code = "#!lua name=lib\nredis.register_function('f', function(keys, args) return keys[1] end)";
  assert.is(await redis.functionLoad(code, { REPLACE: true }), 'lib');
  assert.is(await redis.fcall('f', ['k']), 'k');
});

claim('connection, server and cluster', async () => {
  assert.is(await redis.ping(), 'PONG');
  assert.is(await redis.ping('x'), 'x');
  assert.is(await redis.echo('x'), 'x');
  assert.type(await redis.clientId(), 'number');
  assert.is(await redis.clientSetname('me'), 'OK');
  assert.match(String(await redis.clientList({ TYPE: 'NORMAL' })), /name=me/);
  assert.is(await redis.clientKill([{ TYPE: 'PUBSUB' }, { SKIPME: 'YES' }]), 0);
  assert.is(await redis.configSet([['maxmemory-samples', 7]]), 'OK');
  assert.equal(await redis.configGet('maxmemory-samples'), ['maxmemory-samples', '7']);
  assert.match(String(await redis.info('server')), /redis_version/);
  assert.is(await redis.aclSetuser('u', ['on', 'nopass', '~*']), 'OK');
  assert.is(await redis.aclDeluser('u'), 1);
  assert.is(await redis.aclWhoami(), 'default');
  assert.is(await redis.dbsize(), 0);
  assert.is(await redis.slowlogReset(), 'OK');
  assert.equal(await redis.slowlogGet(5), []);
  assert.ok((await redis.commandCount()) > 100);
  assert.equal(await redis.commandInfo('none'), [null]);
  assert.is(await redis.memoryUsage('none', { SAMPLES: 0 }), null);
  assert.equal((await redis.time<string[]>()).length, 2);
  assert.equal(await redis.pubsubNumsub(['a']), ['a', 0]);
  assert.is(await redis.publish('a', 'm'), 0);
  assert.match(await refusal(redis.clusterKeyslot('k')), /cluster support disabled/);
});

test('arrays go through sendAll, of a cluster as well', async () => {
  const command = commandArrays();
  const replies = await cluster.sendAll([
    command.set('k', 1, { GET: false }),
    command.incrby('k', 2),
    command.hset('h', [['a', 1]]),
    command.lpop('none', 1),
  ]);
  assert.equal(replies.slice(0, 3), ['OK', 3, 1]);
  assert.is(await commands(cluster).get('k'), '3');
});

test('bytes come as bytes', async () => {
  const bytes = commands(cluster, { reply: 'bytes' });
  await bytes.set('k', Buffer.from([255, 0, 13, 10]));
  assert.equal(await bytes.get('k'), Buffer.from([255, 0, 13, 10]));
  assert.equal(await bytes.mget(['k', '{k}none']), [Buffer.from([255, 0, 13, 10]), null]);
});

test.run();
