import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Reply } from '../../src/resp/index.ts';
import { facadeServer } from '../support/facade-claims.ts';
import { knows, needing, since } from '../support/server-needs.ts';

const test = suite('integration/facade-newer: what servers before 7.0, or others, do not have');
const { claims } = facadeServer(test);

const claimSince5 = claims(since(test, 5, 0));
const claimSince6 = claims(since(test, 6, 0));
const claimSince62 = claims(since(test, 6, 2));
const claimSince7 = claims(since(test, 7, 0));
const claimWithHsetex = claims(needing(test, await knows('HSETEX'), 'HSETEX'));
const claimWithHgetdel = claims(needing(test, await knows('HGETDEL'), 'HGETDEL'));
const claimWithVadd = claims(needing(test, await knows('VADD'), 'VADD'));

claimSince62('strings: GETEX and GETDEL', async (redis) => {
  await redis.set('k', 'ohmytext');
  assert.is(await redis.getex('k', { PX: 100_000 }), 'ohmytext');
  assert.is(await redis.getex('k', { PERSIST: true }), 'ohmytext');
  assert.is(await redis.ttl('k'), -1);
  assert.is(await redis.getdel('k'), 'ohmytext');
});

claimSince7('strings: LCS', async (redis) => {
  await redis.mset([
    ['k', 'ohmytext'],
    ['l', 'mynewtext'],
  ]);
  assert.is(await redis.lcs('k', 'l'), 'mytext');
  assert.is(await redis.lcs('k', 'l', { LEN: true }), 6);
});

claimSince62('bitmaps: BITFIELD_RO', async (redis) => {
  await redis.set('b', Buffer.from([0xff, 0xff]));
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

claimSince6('generic: SCAN by type', async (redis) => {
  await redis.set('l', 'v');
  await redis.rpush('list', 1);
  assert.equal(await redis.scan(0, { MATCH: 'l*', COUNT: 100, TYPE: 'string' }), ['0', ['l']]);
});

claimSince62('generic: COPY', async (redis) => {
  await redis.set('k', 'v');
  assert.is(await redis.copy('k', 'l', { REPLACE: true }), 1);
});

claimSince7('generic: conditions of EXPIRE, EXPIRETIME', async (redis) => {
  await redis.set('k', 'v');
  assert.is(await redis.expire('k', 100, { NX: true }), 1);
  assert.is(await redis.expire('k', 50, { GT: true }), 0);
  assert.ok((await redis.expiretime('k')) > 1e9);
});

claimWithHsetex('hashes: fields that expire', async (redis) => {
  await redis.hset('h', [['a', 1]]);
  assert.equal(await redis.hexpire('h', 100, ['a', 'none'], { NX: true }), [1, -2]);
  assert.equal(await redis.httl('h', 'a'), [100]);
  assert.equal(await redis.hpersist('h', ['a']), [1]);
  assert.is(await redis.hsetex('h', [['b', 2]], { FNX: true, PX: 100_000 }), 1);
  assert.equal(await redis.hgetex('h', 'b', { PERSIST: true }), ['2']);
});

claimWithHgetdel('hashes: HGETDEL', async (redis) => {
  await redis.hset('h', [['b', 2]]);
  assert.equal(await redis.hgetdel('h', ['b']), ['2']);
});

claimWithVadd('vectors', async (redis) => {
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

claimSince62('lists: LPOP with a count, LMOVE', async (redis) => {
  await redis.rpush('l', ['a', 'b', 'c']);
  assert.equal(await redis.lpop('l', 2), ['a', 'b']);
  assert.is(await redis.lmove('l', 'm', 'LEFT', 'RIGHT'), 'c');
});

claimSince62('lists: LPOS', async (redis) => {
  await redis.rpush('l', ['b', 'c']);
  assert.equal(await redis.lpos<number[]>('l', 'c', { RANK: 1, COUNT: 0, MAXLEN: 10 }), [1]);
});

claimSince7('lists: LMPOP', async (redis) => {
  await redis.rpush('m', ['c']);
  assert.equal(await redis.lmpop(['l', 'm'], 'LEFT', { COUNT: 2 }), ['m', ['c']]);
});

claimSince7('sets: SINTERCARD', async (redis) => {
  await redis.sadd('t', ['b', 'c']);
  await redis.sadd('u', ['a', 'b']);
  assert.is(await redis.sintercard(['t', 'u'], { LIMIT: 5 }), 1);
});

claimSince62('sorted sets: ZRANGE with its options, ZRANGESTORE, ZDIFF', async (redis) => {
  assert.is(await redis.zadd('u', [[9, 'b']]), 1);
  assert.equal(await redis.zrange('u', '-inf', '+inf', { BYSCORE: true, LIMIT: { offset: 0, count: 1 } }), ['b']);
  assert.is(await redis.zrangestore('w', 'u', 0, -1, { REV: true }), 1);
  assert.equal(await redis.zdiff(['u', 'w']), []);
});

claimSince7('sorted sets: ZINTERCARD', async (redis) => {
  for (const key of ['u', 'w']) assert.is(await redis.zadd(key, [[1, 'b']]), 1);
  assert.is(await redis.zintercard(['u', 'w']), 1);
});

claimSince5('streams', async (redis) => {
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
  assert.is(await redis.xgroupDestroy('x', 'g'), 1);
});

claimSince6('streams: XINFO STREAM FULL', async (redis) => {
  await redis.xadd('x', '*', [['a', 1]]);
  assert.ok(await redis.xinfoStream('x', { FULL: true, COUNT: 5 }));
});

claimSince62('streams: NOMKSTREAM', async (redis) => {
  assert.is(await redis.xadd('none', '*', [['a', 1]], { NOMKSTREAM: true }), null);
});

claimSince62('positions: GEOSEARCH and GEOSEARCHSTORE', async (redis) => {
  await redis.geoadd('g', [
    [13.361389, 38.115556, 'Palermo'],
    [15.087269, 37.502669, 'Catania'],
  ]);
  const from = { FROMLONLAT: { longitude: 15, latitude: 37 } };
  const options = { COUNT: 2, ANY: true, ASC: true };
  const found = await redis.geosearch('g', from, { BYRADIUS: 200, unit: 'km' }, options);
  assert.equal(found, ['Catania', 'Palermo']);
  const box = { BYBOX: 400, height: 400, unit: 'km' } as const;
  assert.is(await redis.geosearchstore('h', 'g', { FROMMEMBER: 'Palermo' }, box, { STOREDIST: true }), 2);
});

claimSince7('functions', async (redis) => {
  const code = "#!lua name=lib\nredis.register_function('f', function(keys, args) return keys[1] end)";
  assert.is(await redis.functionLoad(code, { REPLACE: true }), 'lib');
  assert.is(await redis.fcall('f', ['k']), 'k');
});

claimSince5('connections: CLIENT ID, and CLIENT LIST by type', async (redis) => {
  assert.type(await redis.clientId(), 'number');
  assert.match(String(await redis.clientList({ TYPE: 'NORMAL' })), / cmd=client/);
});

claimSince6('users', async (redis) => {
  assert.is(await redis.aclSetuser('u', ['on', 'nopass', '~*']), 'OK');
  assert.is(await redis.aclDeluser('u'), 1);
  assert.is(await redis.aclWhoami(), 'default');
});

test.run();
