/**
 * What a command costs the client as everything grows: commands in flight, at 100 for each connection, over 1 to 1000 nodes;
 * and keys, from a thousand to a million. A cluster in memory answers, so all of it is the client's own processor time.
 *
 * With many commands in flight it is the garbage collector that costs, since all of them are alive whenever it comes by:
 * so the same callers are measured without a client too, and both with a young generation four times the engine's default.
 */
import { Buffer } from 'node:buffer';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { slotOf } from '../src/cluster/target.ts';
import { findCommand } from '../src/commands/index.ts';
import type { Load } from './support/memory-load.ts';
import { progress, publish, summary } from './support/report.ts';

const PER_CONNECTION = 100;
const IN_FLIGHT = [100, 1000, 10_000, 100_000];
const WARM_UP_MS = 600;
const ROUND_MS = 300;
const LOAD_ROUNDS = 5;

const LARGE_HEAP = '--max-semi-space-size=64';
const SERIES: readonly [series: string, who: string, flags: readonly string[]][] = [
  ['slotwire', 'slotwire', []],
  ['the callers alone', 'nothing', []],
  [`slotwire, ${LARGE_HEAP}`, 'slotwire', [LARGE_HEAP]],
  [`the callers alone, ${LARGE_HEAP}`, 'nothing', [LARGE_HEAP]],
];

interface Point {
  readonly series: string;
  readonly load: Load;
  readonly child: ChildProcess;
  readonly samples: number[];
}

async function start([series, who, flags]: (typeof SERIES)[number], callers: number): Promise<Point> {
  const load: Load = { callers, nodes: callers / PER_CONNECTION, keyCount: 9000 };
  const child = fork('build/bench/support/memory-load.js', [who, JSON.stringify(load)], { execArgv: [...flags] });
  await once(child, 'message');
  return { series, load, child, samples: [] };
}

async function ask(child: ChildProcess, milliseconds: number): Promise<number> {
  child.send(milliseconds);
  const [microseconds] = (await once(child, 'message')) as [number];
  return microseconds;
}

const points: Point[] = [];
for (const series of SERIES) for (const callers of IN_FLIGHT) points.push(await start(series, callers));
for (let round = 0; round <= LOAD_ROUNDS; round++) {
  for (const { series, load, child, samples } of points) {
    progress(`commands in flight, round ${round} of ${LOAD_ROUNDS}, ${series}, ${load.callers}`);
    const microseconds = await ask(child, round === 0 ? WARM_UP_MS : ROUND_MS);
    if (round > 0) samples.push(microseconds);
  }
}
for (const { child } of points) child.disconnect();
publish({
  title: 'commands in flight',
  unit: 'µs',
  note: `CPU of the client a command, ${PER_CONNECTION} commands a connection, over 1 to 1000 nodes`,
  axis: 'commands in flight',
  rows: points.map(({ series, load, samples }) => ({
    name: `${series}, ${load.callers.toLocaleString('en')} in flight, ${load.nodes.toLocaleString('en')} nodes`,
    series,
    at: load.callers,
    ...summary(samples),
  })),
});

const SAMPLE = 200_000;
const ROUNDS = 7;

/** What is done with each key, in no order that a cache likes: with a million keys reading one costs more than hashing it. */
const WAYS: { readonly [series: string]: (key: string) => number } = {
  'routing a command': (key) => {
    const args = ['GET', key];
    return slotOf(findCommand(args), args)!;
  },
  'reading the key alone': (key) => key.charCodeAt(key.length - 1),
};

/** Nanoseconds for a key. */
function timePerKey(names: readonly string[], use: (key: string) => number): number {
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < SAMPLE; i++) sum += use(names[(i * 7919) % names.length]!);
  if (sum < 0) throw new Error('a slot below 0');
  return ((performance.now() - start) * 1e6) / SAMPLE;
}

const sets = [1e3, 1e4, 1e5, 1e6].map((count) =>
  Array.from({ length: count }, (_, n) => Buffer.from(`user:${n}:profile`).toString()),
);
const curves = Object.entries(WAYS).flatMap(([series, use]) =>
  sets.map((names) => ({ series, use, names, samples: [] as number[] })),
);
for (let round = 0; round <= ROUNDS; round++) {
  progress(`routing over keys, round ${round} of ${ROUNDS}`);
  for (const { names, use, samples } of curves) {
    const ns = timePerKey(names, use);
    if (round > 0) samples.push(ns);
  }
}
publish({
  title: 'routing over keys',
  unit: 'ns',
  note: 'the slot of a command on one of so many keys, each somewhere else in memory',
  axis: 'keys',
  rows: curves.map(({ series, names, samples }) => ({
    name: `${series}, ${names.length.toLocaleString('en')} keys`,
    series,
    at: names.length,
    ...summary(samples),
  })),
});
