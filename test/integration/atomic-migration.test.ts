import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Cluster, connectCluster, SLOT_COUNT } from '../../src/cluster/index.ts';
import type { Gap, Message } from '../../src/net/index.ts';
import {
  type ClusterNode,
  type SlotRange,
  startCluster,
  type TestCluster,
  waitUntil,
} from '../../src/testing/index.ts';
import { findAtomicMove } from '../support/atomic-move.ts';
import { tagInSlot } from '../support/key-in-slot.ts';
import { needing } from '../support/server-needs.ts';

const move = await findAtomicMove();
const test = suite('integration/atomic-migration: slots that move as a whole');
const need = 'slots that servers move as a whole (Valkey 9.0, Redis 8.4)';
const testMoves = needing(test, move !== undefined, need);

const PASSWORD = 'CATAPI';
const PATIENT = { timeoutMs: 20_000 } as const;
/** Of the first primary; and keys in some of them. */
const SLOTS: SlotRange = [0, 999];
const TAGS = [0, 1, 500, 998, 999].map(tagInSlot);

let servers: TestCluster;
let cluster: Cluster;

test.before(async () => {
  if (move === undefined) return;
  servers = await startCluster({ password: PASSWORD });
  const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
  cluster = await connectCluster({ seeds, password: PASSWORD, cache: { maxBytes: 1e6 } });
  // Enough for a snapshot that takes a moment.
  const value = 'x'.repeat(1000);
  await cluster.sendAll(TAGS.flatMap((tag) => Array.from({ length: 1000 }, (_, n) => ['SET', `{${tag}}${n}`, value])));
});

test.after(async () => {
  cluster?.destroy();
  await servers?.stop();
});

/** Moves the slots to another primary, and back; `rounds` times. */
async function toAndFro(rounds: number, onMoved?: (owner: ClusterNode) => Promise<void>): Promise<void> {
  const source = await servers.nodeOf(SLOTS[0]);
  const target = servers.liveNodes.find((node) => node.role === 'primary' && node !== source)!;
  for (let round = 0; round < rounds; round++) {
    await move!({ slots: SLOTS, source, target });
    await onMoved?.(target);
    await move!({ slots: SLOTS, source: target, target: source });
    await onMoved?.(source);
  }
}

/** Calls a writer again and again, in each of several places at once, until the work is done. */
async function under(write: (place: number) => Promise<unknown>, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const writers = TAGS.map(async (_, place) => {
    while (!isOver) await write(place);
  });
  const writing = Promise.all(writers);
  try {
    await work();
  } finally {
    isOver = true;
  }
  await writing;
}

testMoves('order and counts: unawaited RPUSHes, INCRs and transactions while slots move to and fro', async () => {
  const sent = TAGS.map(() => 0);
  const before = cluster.stats().totals.redirects;
  const write = (place: number): Promise<unknown> => {
    const tag = TAGS[place]!;
    const batch = Array.from({ length: 100 }, () => {
      const n = sent[place]!++;
      const pair = [
        ['RPUSH', `{${tag}}one`, n],
        ['RPUSH', `{${tag}}two`, n],
      ];
      return [
        cluster.send(['RPUSH', `{${tag}}list`, n], PATIENT),
        cluster.send(['INCR', `{${tag}}count`], PATIENT),
        cluster.transaction(pair, PATIENT),
      ];
    });
    return Promise.all(batch.flat());
  };
  await under(write, () => toAndFro(3));
  for (const [place, tag] of TAGS.entries()) {
    for (const list of ['list', 'one', 'two']) {
      const values = await cluster.send<string[]>(['LRANGE', `{${tag}}${list}`, 0, -1]);
      assert.is(values.length, sent[place]);
      assert.ok(
        values.every((value, n) => Number(value) === n),
        `{${tag}}${list} is in order`,
      );
    }
    assert.is(await cluster.send(['GET', `{${tag}}count`]), String(sent[place]));
  }
  assert.ok(cluster.stats().totals.redirects > before, 'MOVED was followed');
});

testMoves('reads that are answered from memory never go back', async () => {
  const last = TAGS.map(() => 0);
  const write = async (place: number): Promise<void> => {
    const key = `{${TAGS[place]}}seen`;
    const written = await cluster.send<number>(['INCR', key], PATIENT);
    const read = Number(await cluster.send(['GET', key], { ...PATIENT, cache: true }));
    assert.ok(read >= written && read >= last[place]!, `${key}: ${read} after ${written} and ${last[place]}`);
    last[place] = read;
  };
  await under(write, () => toAndFro(2));
});

testMoves('a scan gives every key, and covers every slot', async () => {
  const keys = TAGS.flatMap((tag) => Array.from({ length: 1000 }, (_, n) => `{${tag}}${n}`));
  let isOver = false;
  const moving = toAndFro(2).finally(() => {
    isOver = true;
  });
  do {
    const seen = new Set<string>();
    const scan = cluster.scan({ count: 100, ...PATIENT });
    for await (const page of scan) for (const key of page) seen.add(key);
    assert.equal(
      keys.filter((key) => !seen.has(key)),
      [],
    );
    assert.is(scan.coveredSlots, SLOT_COUNT);
  } while (!isOver);
  await moving;
});

testMoves('sharded channels go along with their slot, and the gap is told', async () => {
  const channel = `{${TAGS[2]}}channel`;
  const subscription = await cluster.ssubscribe(channel);
  await toAndFro(1, async () => {
    const gap = (await subscription.next()).value as Gap;
    assert.equal([gap.kind, gap.reason, gap.channels], ['gap', 'moved', [channel]]);
    assert.is(await cluster.send(['SPUBLISH', channel, 'm']), 1);
    assert.is(((await subscription.next()).value as Message).payload, 'm');
  });
  await subscription.unsubscribe();
});

testMoves('a blocking command that waits while its slot moves goes on waiting at the new primary', async () => {
  const list = `{${TAGS[1]}}wait`;
  let waiting = cluster.send(['BLPOP', list, 30], { timeoutMs: 40_000 });
  await toAndFro(1, async (owner) => {
    await waitUntil(5000, async () => {
      const clients = String(await owner.send(['CLIENT', 'LIST']));
      return / cmd=blpop /.test(clients) ? undefined : `nobody waits at ${owner.address}`;
    });
    await cluster.send(['RPUSH', list, 'x'], PATIENT);
    assert.equal(await waiting, [list, 'x']);
    waiting = cluster.send(['BLPOP', list, 30], { timeoutMs: 40_000 });
  });
  await cluster.send(['RPUSH', list, 'last'], PATIENT);
  assert.equal(await waiting, [list, 'last']);
});

testMoves('a session watches its keys at the new primary', async () => {
  const key = `{${TAGS[3]}}watched`;
  let count = 0;
  await toAndFro(1, async () => {
    const replies = await cluster.session(key, async (session) => {
      await session.send(['WATCH', key]);
      return session.transaction([['INCR', key]]);
    });
    assert.equal(replies, [++count]);
  });
});

test.run();
