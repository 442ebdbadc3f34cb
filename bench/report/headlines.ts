/** The few figures that say most; each with what it is a ratio of. */
import { summarize } from './codec-ratios.ts';
import type { Documents } from './documents.ts';
import { PathFigures } from './path-rows.ts';

export interface Headline {
  readonly figure: string;
  readonly text: string;
  readonly detail: string;
  /** The command that prints it. */
  readonly command: string;
}

const PATH = 'npm run bench:compare -- path';
const SINGLE = 'npm run bench:compare -- single';
const CODEC = 'npm run bench:compare -- codec';
const BUN = 'Bun’s own client';

export function headlines({ path, single, codec }: Documents): Headline[] {
  const found: (Headline | undefined)[] = [];
  if (path !== undefined) {
    const figures = new PathFigures(path);
    const best = (load: string, figure: 'perSecond' | 'cpuMicros' | 'p50'): string => figures.best(load, figure).driver;
    found.push(
      times(figures.toBest('GET, 1000 callers', 'perSecond'), {
        text: 'the best peer’s throughput, 1000 callers that await each command',
        detail: `${count(figures.of('GET, 1000 callers', 'perSecond'))} GETs a second; ${best('GET, 1000 callers', 'perSecond')} ${count(figures.best('GET, 1000 callers', 'perSecond').value)}`,
        command: PATH,
      }),
      times(1 / figures.toBest('GET, 1000 callers', 'cpuMicros'), {
        text: 'less CPU of the client a command than the best peer, 1000 callers',
        detail: `${micros(figures.of('GET, 1000 callers', 'cpuMicros'))}; ${best('GET, 1000 callers', 'cpuMicros')} ${micros(figures.best('GET, 1000 callers', 'cpuMicros').value)}`,
        command: PATH,
      }),
      times(figures.toBest('GET, 50 callers', 'perSecond'), {
        text: 'the best peer’s throughput, 50 callers',
        detail: `${count(figures.of('GET, 50 callers', 'perSecond'))} GETs a second; ${best('GET, 50 callers', 'perSecond')} ${count(figures.best('GET, 50 callers', 'perSecond').value)}`,
        command: PATH,
      }),
      times(figures.toBest('batches of 100 GETs, 50 callers', 'perSecond'), {
        text: 'the best peer’s throughput, sendAll of 100 from 50 callers',
        detail: `${count(figures.of('batches of 100 GETs, 50 callers', 'perSecond'))} GETs a second; ${micros(figures.of('batches of 100 GETs, 50 callers', 'cpuMicros'))} of CPU each`,
        command: PATH,
      }),
    );
  }
  if (single !== undefined) {
    const figures = new PathFigures(single);
    const ours = figures.of('GET, 1000 callers', 'perSecond');
    const bun = figures.of('GET, 1000 callers', 'perSecond', BUN);
    found.push(
      times(ours / bun, {
        text: 'the throughput of Bun’s own client, one server, 1000 callers',
        detail: `${count(ours)} GETs a second on Node.js; Bun’s client on Bun ${count(bun)}`,
        command: SINGLE,
      }),
    );
  }
  if (codec !== undefined) {
    const groups = summarize(codec);
    const strings = groups.find(({ group }) => group.startsWith('strings'));
    const slots = groups.find(({ group }) => group === 'slot of a key');
    found.push(
      times(strings?.leastMean, {
        text: 'the speed of the fastest JavaScript decoder, strings, numbers and aggregates',
        detail: 'geometric mean over shapes and chunk sizes, each to the fastest peer of that row',
        command: CODEC,
      }),
      times(slots?.leastMean, {
        text: 'the speed of cluster-key-slot, the slot of a key',
        detail: 'geometric mean over kinds of keys',
        command: CODEC,
      }),
    );
  }
  return found.filter((headline) => headline !== undefined);
}

function times(ratio: number | undefined, rest: Omit<Headline, 'figure'>): Headline | undefined {
  if (ratio === undefined || !Number.isFinite(ratio)) return undefined;
  return { figure: `${ratio.toFixed(1)}×`, ...rest };
}

function count(value: number): string {
  return Math.round(Number(value.toPrecision(3))).toLocaleString('en');
}

function micros(value: number): string {
  return `${Number(value.toPrecision(2))} µs`;
}
