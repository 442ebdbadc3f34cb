import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster } from '../../src/cluster/index.ts';
import { ErrorReply } from '../../src/errors.ts';
import { commandArrays, commands } from '../../src/facade/index.ts';
import { facadeServer } from '../support/facade-claims.ts';

const test = suite('integration/facade');
const server = facadeServer(test);
const claim = server.claims(test);
let cluster: Cluster;

test.before(async () => {
  const { host, port } = server.process();
  cluster = await connectCluster({ seeds: [{ host, port }] });
});

test.after(() => cluster?.close());

/** The text of what a call rejects with. */
async function refusal(call: Promise<unknown>): Promise<string> {
  const [result] = await Promise.allSettled([call]);
  return result.status === 'rejected' && result.reason instanceof ErrorReply ? result.reason.message : 'none';
}

claim('strings', async (redis) => {
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

claim('bitmaps', async (redis) => {
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
});

claim('generic', async (redis, client) => {
  await redis.set('k', 'v');
  assert.is(await redis.exists(['k', 'k', 'none']), 2);
  assert.is(await redis.type('k'), 'string');
  assert.is(await redis.expire('k', 100), 1);
  assert.is(await redis.persist('k'), 1);
  assert.is(await redis.rename('k', 'l'), 'OK');
  assert.is(await redis.touch('l'), 1);
  assert.is(await redis.objectEncoding('l'), 'embstr');
  const [cursor, keys] = await redis.scan(0, { MATCH: 'l*', COUNT: 100 });
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

claim('hashes', async (redis) => {
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

claim('a command that the server lacks is refused by it', async (redis) => {
  assert.match(await refusal(redis.topkAdd('k', ['a'])), /unknown command/);
});

claim('lists', async (redis) => {
  assert.is(await redis.rpush('l', ['a', 'b', 'c']), 3);
  assert.is(await redis.linsert('l', 'BEFORE', 'b', 'x'), 4);
  assert.is(await redis.lset('l', 0, 'y'), 'OK');
  assert.equal(await redis.lrange('l', 0, -1), ['y', 'x', 'b', 'c']);
  assert.is(await redis.lpop('l'), 'y');
  assert.is(await redis.lindex('l', -1), 'c');
  assert.is(await redis.lrem('l', 0, 'x'), 1);
  assert.is(await redis.ltrim('l', 0, 0), 'OK');
  assert.is(await redis.llen('l'), 1);
});

claim('sets', async (redis) => {
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
});

claim('sorted sets', async (redis) => {
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
});

claim('positions', async (redis) => {
  assert.is(
    await redis.geoadd('g', [
      [13.361389, 38.115556, 'Palermo'],
      [15.087269, 37.502669, 'Catania'],
    ]),
    2,
  );
  assert.match(String(await redis.geodist('g', 'Palermo', 'Catania', { km: true })), /^166\.27/);
  assert.equal((await redis.geohash('g', ['Palermo', 'none']))[1], null);
});

claim('hyperloglogs and scripts', async (redis) => {
  assert.is(await redis.pfadd('p', ['a', 'b']), 1);
  assert.is(await redis.pfmerge('q', 'p'), 'OK');
  assert.is(await redis.pfcount(['p', 'q']), 2);
  assert.equal(await redis.eval('return {KEYS[2], ARGV[1]}', ['a', 'b'], ['c']), ['b', 'c']);
  assert.is(await redis.eval('return 1', []), 1);
  const sha = await redis.scriptLoad('return ARGV[1]');
  assert.equal(await redis.scriptExists([sha, 'f'.repeat(40)]), [1, 0]);
  assert.is(await redis.evalsha(sha, [], 'x'), 'x');
});

claim('connection, server and cluster', async (redis) => {
  assert.is(await redis.ping(), 'PONG');
  assert.is(await redis.ping('x'), 'x');
  assert.is(await redis.echo('x'), 'x');
  assert.is(await redis.clientSetname('me'), 'OK');
  assert.match(String(await redis.clientList()), /name=me/);
  assert.is(await redis.clientKill([{ TYPE: 'PUBSUB' }, { SKIPME: 'YES' }]), 0);
  assert.is(await redis.configSet([['maxmemory-samples', 7]]), 'OK');
  assert.equal(await redis.configGet('maxmemory-samples'), ['maxmemory-samples', '7']);
  assert.match(String(await redis.info('server')), /redis_version/);
  assert.is(await redis.dbsize(), 0);
  assert.is(await redis.slowlogReset(), 'OK');
  assert.equal(await redis.slowlogGet(5), []);
  assert.ok((await redis.commandCount()) > 100);
  assert.equal(await redis.commandInfo('none'), [null]);
  assert.is(await redis.memoryUsage('none', { SAMPLES: 0 }), null);
  assert.equal((await redis.time<string[]>()).length, 2);
  assert.equal(await redis.pubsubNumsub(['a']), ['a', 0]);
  assert.is(await redis.publish('a', 'm'), 0);
  assert.match(await refusal(redis.clusterInfo()), /cluster support disabled/);
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
