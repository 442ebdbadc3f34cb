/**
 * Memory and latency under mixed load for a long time, on a real cluster whose slots move and whose connections drop:
 *
 *     npm run soak -- --minutes 30 [--rate 3000] [--out FILE.svg]
 *
 * Prints a line a minute and one JSON line at the end, and keeps the plot. Exit code 1 when memory or latency grew: the
 * median of the last third against that of the second (the first is warm-up).
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Cluster, connectCluster } from '../../src/cluster/index.ts';
import type { RedisError } from '../../src/errors.ts';
import { seededRandom, startCluster, type TestCluster } from '../../src/testing/index.ts';
import { plot, type Sample } from './plot.ts';

const SAMPLE_MS = 1000;
const TICK_MS = 10;
/** Noise of a shared machine; a leak of one byte a command would be far more. */
const MEMORY_TOLERANCE = 1.15;
const LATENCY_TOLERANCE = 1.5;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      rate: { type: 'string', default: '3000' },
      out: { type: 'string', default: 'soak.svg' },
    },
  });
  const servers = await startCluster({ password: 'CATAPI' });
  try {
    const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
    const cluster = await connectCluster({ seeds, password: 'CATAPI' });
    const end = performance.now() + Number(values.minutes) * 60_000;
    const isOver = (): boolean => performance.now() >= end;
    const load = new Load(cluster, Number(values.rate));
    const faults = disturb(servers, isOver);
    await load.run(isOver);
    await faults;
    await cluster.close();
    writeFileSync(values.out, plot(load.samples, `${values.minutes} minutes, ${values.rate} commands/s`));
    return judge(load);
  } finally {
    await servers.stop();
  }
}

/** Commands at a fixed rate, whether or not the ones before were answered. */
class Load {
  readonly samples: Sample[] = [];
  readonly errors = new Map<string, number>();
  commands = 0;
  readonly #cluster: Cluster;
  readonly #rate: number;
  readonly #random = seededRandom(1);
  #latenciesMs: number[] = [];

  constructor(cluster: Cluster, rate: number) {
    this.#cluster = cluster;
    this.#rate = rate;
  }

  async run(isOver: () => boolean): Promise<void> {
    const startedAt = performance.now();
    let sampledAt = startedAt;
    while (!isOver()) {
      const now = performance.now();
      const due = Math.floor(((now - startedAt) * this.#rate) / 1000);
      while (this.commands < due) this.#send();
      if (now - sampledAt >= SAMPLE_MS) {
        sampledAt = now;
        this.#sample((now - startedAt) / 60_000);
      }
      await sleep(TICK_MS);
    }
  }

  #send(): void {
    this.commands++;
    const n = Math.floor(this.#random() * 100_000);
    const dice = this.#random();
    const value = 'v'.repeat(Math.floor(this.#random() * 500));
    const args = dice < 0.3 ? ['SET', `k${n}`, value, 'EX', 600] : dice < 0.5 ? ['INCR', `c${n}`] : ['GET', `k${n}`];
    const sentAt = performance.now();
    this.#cluster.send(args).then(
      () => this.#latenciesMs.push(performance.now() - sentAt),
      (error: RedisError) => this.errors.set(error.code, (this.errors.get(error.code) ?? 0) + 1),
    );
  }

  #sample(minute: number): void {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
    const sample = { minute, memoryMiB: (heapUsed + external) / 2 ** 20, p50Ms: at(0.5), p99Ms: at(0.99) };
    this.#latenciesMs = [];
    this.samples.push(sample);
    if (this.samples.length % 60 === 0) {
      const { memoryMiB, p50Ms, p99Ms } = sample;
      console.error(
        `${minute.toFixed(1)} min  ${memoryMiB.toFixed(1)} MiB  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms`,
      );
    }
  }
}

/** A slot moves, or all connections are killed, every few seconds. */
async function disturb(servers: TestCluster, isOver: () => boolean): Promise<void> {
  const random = seededRandom(2);
  for (let round = 1; !isOver(); round++) {
    await sleep(2000);
    const primaries = servers.liveNodes.filter(({ role }) => role === 'primary');
    if (round % 15 === 0) {
      for (const node of primaries) await node.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    } else {
      await servers.moveSlot(Math.floor(random() * 16384), primaries[round % primaries.length]!);
    }
  }
}

function judge({ samples, errors, commands }: Load): boolean {
  const third = Math.floor(samples.length / 3);
  const median = (from: number, to: number, name: 'memoryMiB' | 'p50Ms' | 'p99Ms'): number => {
    const values = samples.slice(from, to).map((sample) => sample[name]);
    return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  };
  const growth = (name: 'memoryMiB' | 'p50Ms' | 'p99Ms'): number =>
    median(2 * third, samples.length, name) / median(third, 2 * third, name);
  const result = { memory: growth('memoryMiB'), p50: growth('p50Ms'), p99: growth('p99Ms') };
  console.log(JSON.stringify({ commands, errors: Object.fromEntries(errors), growth: result, last: samples.at(-1) }));
  return result.memory < MEMORY_TOLERANCE && result.p50 < LATENCY_TOLERANCE;
}

process.exitCode = (await main()) ? 0 : 1;
