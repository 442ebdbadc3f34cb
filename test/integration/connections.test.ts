import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, type ClusterOptions, connectCluster, hashSlot, SLOT_COUNT } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { connect, type Runtime, systemRuntime } from '../../src/net/index.ts';
import { type ServerProcess, startCluster, startServer, type TestCluster } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { since } from '../support/server-needs.ts';

const test = suite('integration/connections: three real primaries');
const testSince6 = since(test, 6, 0);

const NAME = 'connections-test';
let servers: TestCluster;
let server: ServerProcess;

test.before(async () => {
  [servers, server] = await Promise.all([startCluster({ replicasPerPrimary: 0 }), startServer()]);
});

test.after(async () => {
  await Promise.all([servers?.stop(), server?.stop()]);
});

/** A runtime that counts connections: those that are open, and the most there were at once. */
function countingRuntime() {
  const counts = { open: 0, most: 0, opened: 0 };
  const runtime: Runtime = {
    ...systemRuntime,
    openTransport(endpoint, events) {
      counts.opened++;
      counts.most = Math.max(counts.most, ++counts.open);
      let isOpen = true;
      const ended = (): void => {
        if (isOpen) counts.open--;
        isOpen = false;
      };
      const onClose = (error: Error | undefined): void => {
        ended();
        events.onClose(error);
      };
      const transport = systemRuntime.openTransport(endpoint, { ...bound(events), onClose });
      return {
        write: (pieces, done) => transport.write(pieces, done),
        setReferenced: (isReferenced) => transport.setReferenced(isReferenced),
        destroy: () => {
          ended();
          transport.destroy();
        },
      };
    },
  };
  return { runtime, counts };
}

function bound(events: Parameters<Runtime['openTransport']>[1]) {
  return {
    onConnect: () => events.onConnect(),
    onBytes: (buffer: Buffer, length: number) => events.onBytes(buffer, length),
  };
}

const clusters: Cluster[] = [];

async function connectTo(options: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const { host, port } = servers.nodes[0]!;
  const cluster = await connectCluster({ seeds: [{ host, port }], clientName: NAME, timeoutMs: 20_000, ...options });
  clusters.push(cluster);
  return cluster;
}

test.after.each(() => {
  for (const cluster of clusters.splice(0)) cluster.destroy();
});

/** The ids of this test's connections to each node. */
async function connectionIds(): Promise<string[][]> {
  const lists = await Promise.all(servers.nodes.map((node) => node.send(['CLIENT', 'LIST'])));
  return lists.map((list) =>
    [...String(list).matchAll(new RegExp(`id=(\\d+) .*name=${NAME} `, 'g'))].map(([, id]) => id!),
  );
}

/** A list in a slot, and what was said of each number that was appended to it. */
class OrderedList {
  readonly key: string;
  readonly #outcomes: Promise<'kept' | 'doubtful' | RedisError>[] = [];
  readonly #cluster: Cluster;
  /** Numbers of which nobody knows whether they were appended. */
  doubts = 0;

  constructor(key: string, cluster: Cluster) {
    this.key = key;
    this.#cluster = cluster;
  }

  /** Appends the next numbers, without waiting. */
  append(count: number): Promise<unknown> {
    for (let n = 0; n < count; n++) {
      const append = this.#cluster.send(['RPUSH', this.key, this.#outcomes.length]);
      const isDoubt = (error: RedisError) => error.code === 'ERR_CONNECTION_LOST' && error.wasSent;
      this.#outcomes.push(
        append.then(
          () => 'kept' as const,
          (error: RedisError) => {
            if (!isDoubt(error)) return error;
            this.doubts++;
            return 'doubtful' as const;
          },
        ),
      );
    }
    return Promise.all(this.#outcomes.slice(-count));
  }

  /** What is kept is there once, and everything is in order. */
  async check(): Promise<void> {
    const values = (await this.#cluster.send<string[]>(['LRANGE', this.key, 0, -1])).map(Number);
    assert.ok(
      values.every((value, i) => i === 0 || value > values[i - 1]!),
      `${this.key} is in order, without doubles`,
    );
    const there = new Set(values);
    const outcomes = await Promise.all(this.#outcomes);
    for (const [n, outcome] of outcomes.entries()) {
      if (outcome === 'kept') assert.ok(there.has(n), `${this.key} has ${n}`);
      else assert.is(outcome, 'doubtful');
    }
  }
}

test('order with connectionsPerNode 4: 300 unawaited RPUSHes per key while slots move and connections are killed', async () => {
  const cluster = await connectTo({ connectionsPerNode: 4 });
  const slots = [100, 101, 6002, 6003, 12_000, 12_001];
  const lists = slots.map((slot) => new OrderedList(`{${tagInSlot(slot)}}list`, cluster));
  let isRunning = true;
  const writing = Promise.all(
    lists.map(async (list) => {
      while (isRunning) {
        await list.append(300);
        // A breath: before 4.0.7 a key only moves while nobody changes it.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }),
  );
  const most = { perNode: 0 };
  let killed = 0;
  const kill = async (): Promise<void> => {
    const all = await connectionIds();
    for (const [i, ids] of all.entries()) {
      most.perNode = Math.max(most.perNode, ids.length);
      const id = ids[killed % Math.max(1, ids.length)];
      if (id === undefined) continue;
      await servers.nodes[i]!.send(['CLIENT', 'KILL', 'ID', id]).then(
        () => killed++,
        () => undefined,
      );
    }
  };
  for (let round = 0; round < 2; round++) {
    for (const slot of slots) {
      const source = await servers.nodeOf(slot);
      const others = servers.nodes.filter((node) => node !== source);
      await servers.moveSlot(slot, others[round]!, { onStep: kill });
      await kill();
    }
  }
  // Until some were killed with commands under way.
  while (killed < 20 || lists.every(({ doubts }) => doubts === 0)) await kill();
  isRunning = false;
  await writing;
  for (const list of lists) await list.check();
  assert.ok(most.perNode >= 3, `up to ${most.perNode} connections to a node`);
  await cluster.close();
});

test('connectionsPerNode 3: so many and no more are opened to a node, and only when their slots are needed', async () => {
  const { runtime, counts } = countingRuntime();
  const cluster = await connectTo({ connectionsPerNode: 3, runtime });
  assert.is(counts.opened, 1);
  await Promise.all(Array.from({ length: SLOT_COUNT / 8 }, (_, n) => cluster.send(['GET', `key:${n}`])));
  assert.is(counts.opened, 9);
  await cluster.send(['SET', 'foo', 1]);
  await Promise.all([cluster.send(['PING']), cluster.send(['DBSIZE'])]);
  assert.is(counts.opened, 9);
  await cluster.close();
  assert.is(counts.open, 0);
});

test('maxConnections 2 for three primaries: never more, and every command is answered', async () => {
  const { runtime, counts } = countingRuntime();
  const cluster = await connectTo({ maxConnections: 2, runtime });
  const keys = Array.from({ length: 30 }, (_, n) => `few:${n}`);
  await cluster.send(['FLUSHALL']);
  for (let round = 0; round < 10; round++) {
    await Promise.all(keys.map((key) => cluster.send(['INCR', key])));
    await cluster.session(`few:${round}`, (session) => session.send(['PING']));
  }
  assert.equal(
    await cluster.send(['MGET', ...keys]),
    keys.map(() => '10'),
  );
  const tag = tagInSlot(hashSlot('foo'));
  await cluster.session(tag, async (session) => {
    await session.send(['WATCH', tag]);
    await Promise.all(keys.map((key) => cluster.send(['INCR', key])));
    assert.is(await session.send(['PING']), 'PONG');
  });
  assert.is(counts.most, 2);
  await cluster.close();
});

test('maxConnections: when all are in use, a command is told so after its budget', async () => {
  const cluster = await connectTo({ maxConnections: 1 });
  await cluster.session('foo', async (session) => {
    await session.send(['WATCH', 'foo']);
    const error = await cluster.send(['GET', 'foo'], { timeoutMs: 100 }).catch((reason: RedisError) => reason);
    assert.equal([(error as RedisError).code, (error as RedisError).wasSent], ['ERR_CONNECTION_LIMIT', false]);
    assert.is(await session.send(['PING']), 'PONG');
  });
  assert.is(await cluster.send(['PING']), 'PONG');
  await cluster.close();
});

test('maxConnections: a scan keeps its connection from page to page, whatever else needs one', async () => {
  const cluster = await connectTo({ maxConnections: 2 });
  await cluster.send(['FLUSHALL']);
  const keys = Array.from({ length: 90 }, (_, n) => `scanned:${n}`);
  await cluster.sendAll(keys.map((key) => ['SET', key, 1]));
  const seen: string[] = [];
  for await (const page of cluster.scan({ count: 5 })) {
    seen.push(...page);
    for (const key of ['foo', 'bar', 'c']) await cluster.send(['GET', key]);
  }
  assert.equal(new Set(seen), new Set(keys));
  assert.ok(seen.length < 2 * keys.length, `no leg had to begin again: ${seen.length} keys came`);
  await cluster.close();
});

test('maxConnectionAgeMs: connections are replaced under load, and nobody notices', async () => {
  const { runtime, counts } = countingRuntime();
  const cluster = await connectTo({ maxConnectionAgeMs: 100, connectionsPerNode: 2, runtime });
  const lists = [100, 101, 6002, 12_000].map((slot) => new OrderedList(`{${tagInSlot(slot)}}aged`, cluster));
  // Until each of the eight has been replaced several times.
  while (counts.opened < 40) await Promise.all(lists.map((list) => list.append(100)));
  for (const list of lists) {
    await list.check();
    assert.is(list.doubts, 0);
  }
  assert.is(cluster.stats().totals.losses, 0);
  await cluster.close();
});

testSince6(
  'the cache holds over several connections to a node: each tells of the keys that were read over it',
  async () => {
    const cluster = await connectTo({ connectionsPerNode: 3, cache: {} });
    const other = await connectTo();
    const keys = Array.from({ length: 30 }, (_, n) => `cached:${n}`);
    await other.sendAll(keys.map((key) => ['SET', key, 'old']));
    const read = (): Promise<unknown[]> => Promise.all(keys.map((key) => cluster.send(['GET', key], { cache: true })));
    for (let round = 0; round < 2; round++)
      assert.equal(
        await read(),
        keys.map(() => 'old'),
      );
    assert.equal([cluster.stats().cache?.hits, cluster.stats().cache?.misses], [30, 30]);
    await other.sendAll(keys.map((key) => ['SET', key, 'new']));
    // Word of a write comes a moment after its reply.
    while ((await read()).includes('old'));
    await read();
    assert.ok(cluster.stats().cache!.hits > 30);
    await Promise.all([cluster.close(), other.close()]);
  },
);

test('close waits for what is under way, then nothing is open', async () => {
  const { runtime, counts } = countingRuntime();
  const cluster = await connectTo({ connectionsPerNode: 2, runtime });
  const replies = Promise.all(Array.from({ length: 1000 }, (_, n) => cluster.send(['SET', `close:${n}`, n])));
  await cluster.close();
  assert.is(counts.open, 0);
  assert.ok((await replies).every((reply) => reply === 'OK'));
});

/** How a process ends that has a client and nothing else to do. */
async function exitCode(kind: 'cluster' | 'server', ...calls: string[]): Promise<number | null> {
  const script = fileURLToPath(new URL('../support/lingering-client.js', import.meta.url));
  const port = kind === 'cluster' ? servers.nodes[0]!.port : server.port;
  const child = spawn(process.execPath, [script, kind, String(port), ...calls], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('a client keeps its process alive, unless it was told not to, whenever its connections were made', async () => {
  const KEPT_ALIVE = 7;
  const kinds = ['cluster', 'server'] as const;
  const ends = kinds.flatMap((kind) => [exitCode(kind), exitCode(kind, 'unref'), exitCode(kind, 'unref', 'ref')]);
  assert.equal(await Promise.all(ends), [KEPT_ALIVE, 0, KEPT_ALIVE, KEPT_ALIVE, 0, KEPT_ALIVE]);
});

test('one server: maxConnections and age hold for a client as for a cluster', async () => {
  const { runtime, counts } = countingRuntime();
  const client = await connect({ port: server.port, maxConnections: 2, maxConnectionAgeMs: 100, runtime });
  await client.send(['DEL', 'n']);
  let sent = 0;
  while (counts.opened < 10) {
    const replies = await Promise.all(Array.from({ length: 100 }, () => client.send<number>(['INCR', 'n'])));
    assert.equal(
      replies,
      replies.map(() => ++sent),
    );
    await client.session((session) => session.send(['PING']));
  }
  assert.is(counts.most, 2);
  await client.close();
});

test.run();
