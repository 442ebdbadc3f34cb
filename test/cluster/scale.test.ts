import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectCluster, hashSlot, SLOT_COUNT } from '../../src/cluster/index.ts';
import { SlotMap, type SlotRange } from '../../src/cluster/slot-map.ts';
import { FakeCluster, type FakeNode } from '../support/fake-cluster.ts';

const test = suite('cluster/scale');

const NODES = 1024;

/** So many nodes that share all slots, one range each; every look at a range is counted. */
function countedRanges(nodes: number): { ranges: SlotRange<number>[]; looks: () => number } {
  let looks = 0;
  const share = SLOT_COUNT / nodes;
  const ranges = Array.from({ length: nodes }, (_, n) => {
    const range = {
      start: Math.ceil(n * share),
      end: Math.ceil((n + 1) * share) - 1,
      primary: n,
      replicas: [],
      epoch: 1,
    };
    return new Proxy(range, {
      get: (target, name, receiver) => {
        looks++;
        return Reflect.get(target, name, receiver) as unknown;
      },
    });
  });
  return { ranges, looks: () => looks };
}

test('a view of a thousand nodes is read with the same work as one of three, but for two looks a node', () => {
  const looksFor = (nodes: number): number => {
    const { ranges, looks } = countedRanges(nodes);
    const map = new SlotMap<number>();
    assert.is(map.replace(ranges, map.time).moved.length, SLOT_COUNT);
    assert.is(map.primaries().length, nodes);
    return looks();
  };
  assert.ok(looksFor(NODES) - looksFor(3) <= 2 * NODES);
});

test('the primaries are looked for once, and again when a slot has moved', () => {
  const map = new SlotMap<number>();
  map.replace(countedRanges(3).ranges, map.time);
  const before = map.primaries();
  assert.is(map.primaries(), before);
  map.move(0, 7);
  assert.equal(map.primaries(), [7, 0, 1, 2]);
  map.replace(countedRanges(3).ranges, map.time);
  assert.equal(map.primaries(), [7, 0, 1, 2], 'the view was not newer');
});

test('with a thousand nodes, connections are opened to those that are needed and to no others', async () => {
  const fake = new FakeCluster(NODES);
  const cluster = await fake.connect();
  assert.is(fake.runtime.transports.length, 1, 'the seed');
  const keys = Array.from({ length: 20 }, (_, n) => `key:${n}`);
  for (let round = 0; round < 5; round++) await fake.settle(cluster.sendAll(keys.map((key) => ['GET', key])));
  const needed = new Set([fake.nodes[0]!.address, ...keys.map((key) => cluster.primaryOf(hashSlot(key))!)]);
  assert.is(fake.runtime.transports.length, needed.size);
  const owner = fake.nodes.find(({ address }) => address === cluster.primaryOf(hashSlot('key:0')))!;
  owner.answer = (words) =>
    words[1] === 'key:0' ? `-MOVED ${hashSlot('key:0')} ${fake.nodes[5]!.address}\r\n` : '+OK\r\n';
  await fake.settle(cluster.send(['GET', 'key:0']));
  await fake.pass(3000);
  assert.is(
    fake.runtime.transports.length,
    new Set([...needed, fake.nodes[5]!.address]).size,
    'a refresh dials nobody',
  );
  await fake.settle(cluster.sendAll(Array.from({ length: 50 }, () => ['ECHO', 'x'])));
  assert.is(
    fake.runtime.transports.length,
    new Set([...needed, fake.nodes[5]!.address]).size,
    'nor does a command without a key',
  );
  cluster.destroy();
});

test('a thousand clients that meet one MOVED each spread their questions', async () => {
  const fake = new FakeCluster(6);
  let seed = 1;
  fake.runtime.random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const [a, b] = fake.nodes as [FakeNode, FakeNode];
  const slot = hashSlot('{a}');
  const owner = fake.nodes.find((node) =>
    fake.layout.some(([first, last, n]) => n === node && first <= slot && slot <= last),
  )!;
  const target = owner === a ? b : a;
  const { host, port } = fake.nodes[0]!;
  const options = { seeds: [{ host, port }], runtime: fake.runtime };
  const clients = await fake.settle(Promise.all(Array.from({ length: 1000 }, () => connectCluster(options))));
  const perMillisecond = new Map<number, number>();
  const answer = fake.clusterSlots.bind(fake);
  fake.clusterSlots = () => {
    perMillisecond.set(fake.runtime.time, (perMillisecond.get(fake.runtime.time) ?? 0) + 1);
    return answer();
  };
  fake.layout = [...fake.layout, [slot, slot, target]];
  fake.epochs.set(target.port, 1);
  owner.answer = () => `-MOVED ${slot} ${target.address}\r\n`;
  await fake.settle(Promise.all(clients.map((client) => client.send(['GET', '{a}']))));
  await fake.pass(1000);
  const questions = [...perMillisecond.values()].reduce((sum, count) => sum + count, 0);
  assert.is(questions, 1000, 'one each');
  const busiest = Math.max(...perMillisecond.values());
  assert.ok(busiest <= 40, `${busiest} questions in one millisecond, over six nodes`);
  for (const client of clients) client.destroy();
});

test.run();
