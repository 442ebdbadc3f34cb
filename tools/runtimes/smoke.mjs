/**
 * What a user of the package does, under whatever runs this: with the package installed beside it, on real servers.
 *
 *     PROGRAM smoke.mjs '{ "host": ..., "port": ..., "password": ..., "seeds": [...] }'
 *
 * Prints a line for what went wrong, and ends with exit code 1; prints nothing when all is well.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import process from 'node:process';
// biome-ignore-start lint/correctness/noUndeclaredDependencies: it is run where the package was installed for it.
import {
  connect,
  connectCluster,
  Decoder,
  defineScript,
  ErrorReply,
  encodeCommand,
  hashSlot,
  NEED_DATA,
  TimeoutError,
} from 'slotwire';
import { commands } from 'slotwire/commands';

// biome-ignore-end lint/correctness/noUndeclaredDependencies: from here on as ever.

const { host, port, password, seeds } = JSON.parse(process.argv[2]);

const CHECKS = {
  'the codec reads in pieces and writes': () => {
    const decoder = new Decoder();
    const replies = [];
    for (const byte of Buffer.from('$6\r\nhéllo\r\n:9007199254740993\r\n%1\r\n+a\r\n,1.5\r\n')) {
      decoder.feed(Buffer.from([byte]));
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) replies.push(reply);
    }
    assert.deepEqual(replies, ['héllo', 9007199254740993n, ['a', 1.5]]);
    assert.equal(String(encodeCommand(['SET', 'k', 1])), '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n');
    assert.equal(hashSlot('{user1000}.following'), 3443);
  },
  'one server, over RESP2 and RESP3': async () => {
    for (const protocol of [2, 3]) {
      const client = await connect({ host, port, password, protocol });
      assert.equal(await client.send(['SET', 'k', 'välue']), 'OK');
      assert.deepEqual(await client.send(['GET', 'k'], { reply: 'bytes' }), Buffer.from('välue'));
      const [length, wrong] = await client.sendAll([
        ['STRLEN', 'k'],
        ['INCR', 'k'],
      ]);
      assert.equal(length, 6);
      assert.ok(wrong instanceof ErrorReply && wrong.prefix === 'ERR');
      await client.close();
    }
  },
  'a deadline and a signal end a command, and no reply is shifted': async () => {
    const client = await connect({ host, port, password });
    await assert.rejects(client.send(['BLPOP', 'nobody', 5], { timeoutMs: 50 }), TimeoutError);
    const controller = new AbortController();
    const aborted = client.send(['BLPOP', 'nobody', 5], { signal: controller.signal });
    controller.abort();
    await assert.rejects(aborted, { code: 'ERR_ABORTED' });
    assert.equal(await client.send(['PING']), 'PONG');
    await client.close();
  },
  'a cluster: a thousand at once, split commands, transactions, scripts, typed methods': async () => {
    const cluster = await connectCluster({ seeds, password });
    const keys = Array.from({ length: 1000 }, (_, n) => `key:${n}`);
    await Promise.all(keys.map((key, n) => cluster.send(['SET', key, n])));
    assert.deepEqual(
      await cluster.send(['MGET', ...keys]),
      keys.map((_, n) => String(n)),
    );
    assert.equal(await cluster.send(['DBSIZE']), 1000);
    assert.deepEqual(
      await cluster.transaction([
        ['INCR', '{t}a'],
        ['INCRBY', '{t}b', 5],
      ]),
      [1, 5],
    );
    const add = defineScript(`return redis.call('INCRBY', KEYS[1], ARGV[1])`, { keys: 1 });
    assert.equal(await cluster.runScript(add, { keys: ['{t}a'], args: [13] }), 14);
    assert.equal(await commands(cluster).strlen('key:100'), 3);
    await cluster.close();
  },
  'large values, both ways': async () => {
    const cluster = await connectCluster({ seeds, password });
    const large = 'x'.repeat(8 << 20);
    await cluster.send(['SET', 'large', large]);
    assert.equal(await cluster.send(['GET', 'large']), large);
    await cluster.close();
  },
  'a subscription hears what is published': async () => {
    const cluster = await connectCluster({ seeds, password });
    const subscription = await cluster.subscribe(['news']);
    await cluster.send(['PUBLISH', 'news', 'hello']);
    for await (const event of subscription) {
      if (event.kind === 'gap') continue;
      assert.equal(event.payload, 'hello');
      break;
    }
    await cluster.close();
  },
  'connections that are killed are made anew': async () => {
    const cluster = await connectCluster({ seeds, password });
    await cluster.send(['SET', 'n', 0]);
    await cluster.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'], { route: 'allPrimaries' });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => cluster.send(['GET', 'n'])));
    assert.ok(outcomes.every(({ value }) => value === '0'));
    await cluster.close();
  },
};

const failed = [];
for (const [title, check] of Object.entries(CHECKS)) {
  try {
    await check();
  } catch (error) {
    failed.push(`${title}: ${error?.stack ?? error}`);
  }
}
for (const text of failed) console.log(text);
process.exit(failed.length === 0 ? 0 : 1);
