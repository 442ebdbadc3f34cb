/**
 * What the size of a cluster costs: routing, a refresh (decoding the replies, reading them, changing the map), and the
 * memory of a client and of a node that nothing is sent to. All of it with 3 nodes and with 1000.
 */
import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bench } from 'tinybench';
import type { ClusterNode } from '../src/cluster/cluster-node.ts';
import { Observer } from '../src/cluster/diagnostics/index.ts';
import { Cluster, hashSlot, SLOT_COUNT } from '../src/cluster/index.ts';
import { Membership } from '../src/cluster/membership.ts';
import { NodePool } from '../src/cluster/node-pool.ts';
import { clusterSettings } from '../src/cluster/options.ts';
import { SlotMap } from '../src/cluster/slot-map.ts';
import { slotOf } from '../src/cluster/target.ts';
import { parseClusterSlots, parseConfigEpochs, type TopologyView } from '../src/cluster/topology.ts';
import type { ViewSource } from '../src/cluster/topology-keeper.ts';
import { findCommand } from '../src/commands/index.ts';
import { CredentialStore, LeaseDesk } from '../src/net/index.ts';
import { Decoder, NEED_DATA, type Reply } from '../src/resp/index.ts';
import type { MicroRow } from './report/documents.ts';
import { publish, report, summary } from './support/report.ts';

const SIZES = [3, 1000] as const;
const KEYS = 500;

/** Both replies that a refresh asks for, as bytes; `shift` moves every boundary between two nodes by so many slots. */
function wireOf(nodes: number, { shift = 0, epoch = 1 } = {}): Buffer {
  const share = SLOT_COUNT / nodes;
  const at = (n: number): number => (n === 0 ? 0 : n === nodes ? SLOT_COUNT : Math.ceil(n * share) + shift);
  const id = (n: number): string => n.toString(16).padStart(40, '0');
  const host = (n: number): string => `10.0.${n >> 8}.${n & 255}`;
  const entries = Array.from({ length: nodes }, (_, n) => {
    const node = `*4\r\n$${host(n).length}\r\n${host(n)}\r\n:6379\r\n$40\r\n${id(n)}\r\n*0\r\n`;
    return `*3\r\n:${at(n)}\r\n:${at(n + 1) - 1}\r\n${node}`;
  });
  const lines = entries.map((_, n) => {
    const slots = `${at(n)}-${at(n + 1) - 1}`;
    return `${id(n)} ${host(n)}:6379@16379 ${n === 0 ? 'myself,' : ''}master - 0 1700000000000 ${epoch} connected ${slots}`;
  });
  const text = `${lines.join('\n')}\n`;
  return Buffer.from(`*${entries.length}\r\n${entries.join('')}=${text.length + 4}\r\ntxt:${text}\r\n`);
}

function decode(wire: Buffer): [Reply, Reply] {
  const decoder = new Decoder();
  decoder.feed(wire);
  const replies = [decoder.next(), decoder.next()];
  if (replies.includes(NEED_DATA)) throw new Error('the bytes are not whole');
  return replies as [Reply, Reply];
}

function read([slots, nodes]: readonly [Reply, Reply]): TopologyView {
  const via = { host: '10.0.0.0', port: 6379 };
  const view = parseClusterSlots(slots, { via, addressMap: undefined, epochs: parseConfigEpochs(nodes) });
  if (view === undefined) throw new Error('the view is malformed');
  return view;
}

/** What of a client a refresh changes. */
function client(): { map: SlotMap<ClusterNode>; membership: Membership; source: () => ViewSource } {
  const seed = { host: '10.0.0.0', port: 6379 };
  const settings = clusterSettings({ seeds: [seed] });
  const owner = {
    onReady: () => undefined,
    onReply: () => undefined,
    onPush: () => undefined,
    onLost: () => undefined,
  };
  const context = {
    settings,
    credentials: new CredentialStore(settings),
    desk: new LeaseDesk(settings),
    budget: undefined,
  };
  const pool = new NodePool(context, () => owner);
  const map = new SlotMap<ClusterNode>();
  const observer = new Observer(map);
  const node = pool.atSeed(seed);
  const source = (): ViewSource => ({ node, askedAt: map.time, reasons: ['moved'] });
  return { map, membership: new Membership({ pool, map, observer }, () => undefined), source };
}

const bench = new Bench({ name: 'topology', time: 400 });
const commands = Array.from({ length: KEYS }, (_, i) => ['GET', `key:${i * 37}`]);
for (const nodes of SIZES) {
  const { map, membership, source } = client();
  membership.apply(read(decode(wireOf(nodes))), source());
  bench.add(`route ${KEYS} commands (${nodes} nodes)`, () => {
    let found = 0;
    for (const args of commands) if (map.primaryOf(slotOf(findCommand(args), args)) !== undefined) found++;
    if (found !== KEYS) throw new Error('a slot has nobody');
  });
}
for (const nodes of SIZES) {
  const { membership, source } = client();
  const same = wireOf(nodes);
  bench.add(`refresh, nothing has moved (${nodes} nodes, ${same.length >> 10} KiB)`, () => {
    membership.apply(read(decode(same)), source());
  });
  const other = client();
  let epoch = 1;
  bench.add(`refresh, a slot of every node has moved (${nodes} nodes)`, () => {
    epoch++;
    other.membership.apply(read(decode(wires[epoch % 2]!)), other.source());
    other.membership.believe();
  });
  const wires = [wireOf(nodes), wireOf(nodes, { shift: 1 })];
}
await report(bench);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that stay while `made` is held, heap and array buffers together. */
function bytesOf(make: () => unknown): number {
  collect();
  const before = process.memoryUsage();
  const made = make();
  collect();
  const after = process.memoryUsage();
  if (made === undefined) throw new Error('nothing was made');
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}

const CLIENTS = 50;
const perClient = bytesOf(() =>
  Array.from({ length: CLIENTS }, () => new Cluster({ seeds: [{ host: '10.0.0.0', port: 6379 }] })),
);
const bytesWith = (nodes: number): number => {
  const view = read(decode(wireOf(nodes)));
  return bytesOf(() => {
    const one = client();
    one.membership.apply(view, one.source());
    return one;
  });
};
// The first one also pays for what the engine compiles.
bytesWith(1000);
const perNode = (bytesWith(1000) - bytesWith(3)) / 997;
const once = (bytes: number): Pick<MicroRow, 'median' | 'least' | 'spread' | 'samples'> => summary([bytes / 1024]);
publish({
  title: 'memory of a cluster',
  unit: 'KiB',
  rows: [
    { name: 'a client that has not connected', ...once(perClient / CLIENTS) },
    { name: 'a node without a connection', ...once(perNode) },
  ],
});
// So that nothing is optimized away.
if (hashSlot('key:0') < 0) throw new Error('a slot below 0');
