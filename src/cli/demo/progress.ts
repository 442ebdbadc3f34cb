import type { Cluster, ClusterStats } from '../../cluster/index.ts';
import type { LoadCounts } from './load.ts';

const SECOND_MS = 1000;

/** Prints a line a second: throughput, what the client did unseen, and what its callers were told, whole and per node. */
export class Progress {
  readonly #cluster: Cluster;
  readonly #counts: LoadCounts;
  readonly #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #lastDone = 0;
  #lastAt = performance.now();
  #lastCommands = new Map<string, number>();

  constructor(cluster: Cluster, counts: LoadCounts) {
    this.#cluster = cluster;
    this.#counts = counts;
  }

  start(): void {
    this.#timer = setInterval(() => this.#line(), SECOND_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** A line of its own between the others, with the time it belongs to. */
  readonly announce = (text: string): void => {
    console.log(`${this.#seconds()}  -- ${text}`);
  };

  #line(): void {
    const now = performance.now();
    const { done, rejected } = this.#counts;
    const stats = this.#cluster.stats();
    const perSecond = Math.round(((done - this.#lastDone) * SECOND_MS) / (now - this.#lastAt));
    const parts = [
      `${perSecond.toLocaleString('en').padStart(8)} commands/s`,
      `redirects ${stats.totals.redirects}`,
      `refusals ${stats.totals.refusals}`,
      `reconnects ${stats.totals.losses}`,
      `rejected ${describeRejections(rejected)}`,
      `per node ${this.#perNode(stats)}`,
    ];
    console.log(`${this.#seconds()}  ${parts.join('  ')}`);
    this.#lastDone = done;
    this.#lastAt = now;
  }

  #perNode(stats: ClusterStats): string {
    const parts: string[] = [];
    for (const { address, commands, slots, isReady } of stats.nodes) {
      const sent = commands - (this.#lastCommands.get(address) ?? 0);
      this.#lastCommands.set(address, commands);
      if (slots > 0 || sent > 0) parts.push(`:${address.split(':').at(-1)} ${isReady ? sent : 'down'}`);
    }
    return parts.join(' ');
  }

  #seconds(): string {
    return `${((performance.now() - this.#startedAt) / 1000).toFixed(1).padStart(6)} s`;
  }
}

/** `0`, or how many of which code. */
export function describeRejections(rejected: ReadonlyMap<string, number>): string {
  if (rejected.size === 0) return '0';
  return [...rejected].map(([code, count]) => `${count} ${code}`).join(', ');
}
