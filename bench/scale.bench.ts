/**
 * What a command costs the client as everything grows: commands in flight, at 100 for each connection, over 1 to 1000 nodes;
 * and keys, from a thousand to a million. A cluster in memory answers, so all of it is the client's own processor time.
 */
import { Buffer } from 'node:buffer';
import { hashSlot } from '../src/cluster/index.ts';
import { slotOf } from '../src/cluster/target.ts';
import { findCommand } from '../src/commands/index.ts';
import { type Load, medianCost } from './support/memory-load.ts';

const PER_CONNECTION = 100;
const KEYS = 9000;

const keys = Array.from({ length: KEYS }, (_, n) => `key:${1000 + n}`);

const rows: Record<string, string | number>[] = [];
const loads: Load[] = [100, 1000, 10_000, 100_000].map((inFlight) => ({
  callers: inFlight,
  nodes: inFlight / PER_CONNECTION,
  keys,
}));
let least = Number.POSITIVE_INFINITY;
for (const load of loads) {
  const { microseconds, spread } = await medianCost(load);
  least = Math.min(least, microseconds);
  rows.push({
    'commands in flight': load.callers,
    nodes: load.nodes,
    'CPU µs a command': Number(microseconds.toPrecision(3)),
    'to the least': Number((microseconds / least).toPrecision(3)),
    '±': `${Math.round(spread * 100)} %`,
  });
}
console.table(rows);

const SAMPLE = 200_000;

/** Nanoseconds to find the slot of a command on one of `count` keys, in no order that a cache likes. */
function routeNs(count: number): number {
  const names = Array.from({ length: count }, (_, n) => Buffer.from(`user:${n}:profile`).toString());
  const samples: number[] = [];
  for (let round = 0; round < 7; round++) {
    let sum = 0;
    const start = performance.now();
    for (let i = 0; i < SAMPLE; i++) {
      const args = ['GET', names[(i * 7919) % count]!];
      sum += slotOf(findCommand(args), args)!;
    }
    samples.push(((performance.now() - start) * 1e6) / SAMPLE);
    if (sum < 0) throw new Error('a slot below 0');
  }
  return samples.sort((a, b) => a - b)[3]!;
}

console.table(
  [1e3, 1e4, 1e5, 1e6].map((count) => ({
    keys: count,
    'ns to route a command': Number(routeNs(count).toPrecision(3)),
  })),
);
console.log(`slot of the first key: ${hashSlot('user:0:profile')}`);
