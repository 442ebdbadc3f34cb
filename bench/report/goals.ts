/**
 * What was aimed at, as ratios within one run: issue by issue, whether it was reached. What was not measured is left out.
 */
import { SHORT_ENCODING, summarize } from './codec-ratios.ts';
import { type CodecDocument, type Documents, type MicroDocument, type PathDocument, rowsOf } from './documents.ts';
import { PathFigures } from './path-rows.ts';

export interface Goal {
  readonly area: 'the whole path' | 'the client alone' | 'the codec';
  readonly text: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The command that prints it. */
  readonly command: string;
}

/** @returns undefined where a figure is only stated. */
export function isMet({ value, atLeast, atMost }: Goal): boolean | undefined {
  if (atLeast === undefined && atMost === undefined) return undefined;
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);
}

/** As a person reads it: `at least 6`, `at most 1/7`. */
export function limitOf({ atLeast, atMost }: Goal): string {
  if (atLeast !== undefined) return `at least ${short(atLeast)}`;
  return atMost === undefined ? 'stated' : `at most ${short(atMost)}`;
}

function short(value: number): string {
  const inverse = 1 / value;
  return value < 0.2 && Number.isInteger(Math.round(inverse * 1e6) / 1e6) ? `1/${Math.round(inverse)}` : String(value);
}

export function goalsOf({ path, micro, codec }: Documents): Goal[] {
  const goals = [
    ...(path === undefined ? [] : pathGoals(path)),
    ...(micro === undefined ? [] : clientGoals(micro)),
    ...(codec === undefined ? [] : codecGoals(codec)),
  ];
  return goals.filter(({ value }) => Number.isFinite(value));
}

const THOUSAND = 'GET, 1000 callers';
const FIFTY = 'GET, 50 callers';
const ONE = 'GET, 1 caller';
const BATCHES = 'batches of 100 GETs, 50 callers';
const FLOOR = 'bare sockets';

function pathGoals(document: PathDocument): Goal[] {
  const figures = new PathFigures(document);
  const floorCpu = figures.of(BATCHES, 'cpuMicros', FLOOR);
  const slowestOpen = document.loads.find(({ name }) => name === HALF_OF_PEER)?.name ?? '';
  const goal = (text: string, value: number, limit: { atLeast?: number; atMost?: number }): Goal => ({
    area: 'the whole path',
    text,
    value,
    ...limit,
    command: 'npm run bench:compare -- path',
  });
  return [
    goal('1000 callers, throughput to the best peer’s', figures.toBest(THOUSAND, 'perSecond'), { atLeast: 6 }),
    goal('1000 callers, CPU a command to the best peer’s', figures.toBest(THOUSAND, 'cpuMicros'), { atMost: 1 / 7 }),
    goal('50 callers, throughput to the best peer’s', figures.toBest(FIFTY, 'perSecond'), { atLeast: 3 }),
    goal(
      'sendAll of 100 from 50 callers, throughput to that of redis-benchmark -P 100 -c 50',
      figures.of(BATCHES, 'perSecond') / figures.of(BATCHES, 'perSecond', 'redis-benchmark'),
      { atLeast: 0.5 },
    ),
    goal(
      'one caller, median latency to a ping-pong of bare sockets',
      figures.of(ONE, 'p50') / figures.of(ONE, 'p50', FLOOR),
      {
        atMost: 1.1,
      },
    ),
    goal('one caller, median latency to the best peer’s', figures.toBest(ONE, 'p50'), { atMost: 1 }),
    goal(
      'a promise each, 1000 callers, CPU a command to bare sockets in batches of 100',
      figures.of(THOUSAND, 'cpuMicros') / floorCpu,
      {
        atMost: 15,
      },
    ),
    goal(
      'sendAll of 100, CPU a command to bare sockets in batches of 100',
      figures.of(BATCHES, 'cpuMicros') / floorCpu,
      {
        atMost: 6,
      },
    ),
    goal(
      'at half of the best peer’s peak rate, p99.9 to that peer’s p99',
      figures.of(slowestOpen, 'p999') / figures.best(slowestOpen, 'p99').value,
      { atMost: 1 },
    ),
    goal('at half of our own peak rate, p99.9 in ms', figures.of(HALF_OF_OURS, 'p999'), {}),
    goal('1000 callers, event-loop delay at p99 in ms', figures.of(THOUSAND, 'loopDelayP99'), { atMost: 10 }),
  ];
}

export const HALF_OF_PEER = 'GET at half of the best peer’s peak rate';
export const HALF_OF_OURS = 'GET at half of our own peak rate';

function clientGoals(document: MicroDocument): Goal[] {
  const goal = (text: string, value: number, limit: { atLeast?: number; atMost?: number }): Goal => ({
    area: 'the client alone',
    text,
    value,
    ...limit,
    command: 'npm run bench',
  });
  const excess = (load: string): number => {
    const row = rowsOf(document, `feature cost, ${load}`).find(({ name }) => name === 'all on, nobody listens');
    return ((row?.ratio ?? Number.NaN) - 1) * 100;
  };
  const at = (title: string, series: string, place: number): number =>
    rowsOf(document, title).find((row) => row.series === series && row.at === place)?.median ?? Number.NaN;
  const inFlight = (series: string, place: number): number =>
    at('commands in flight', series, place) / at('commands in flight', series, 100);
  const topology = (nodes: number): number =>
    rowsOf(document, 'topology').find(({ name }) => name === `route 500 commands (${nodes} nodes)`)?.median ??
    Number.NaN;
  const keys = (series: string): number => at('routing over keys', series, 1e6) / at('routing over keys', series, 1e3);
  const bytes = (name: string): number =>
    rowsOf(document, 'bytes allocated').find((row) => row.name.startsWith(name))?.median ?? Number.NaN;
  const growth = rowsOf(document, 'heap over time').at(-1)?.ratio ?? Number.NaN;
  return [
    goal('deadlines, lanes, tracing channels and statistics, % of the CPU of a send', excess('send, 1000 callers'), {
      atMost: 10,
    }),
    goal('... of a command in a sendAll of 100', excess('sendAll of 100, 10 callers'), { atMost: 10 }),
    goal('bytes allocated for a send, its caller’s included', bytes('send, a GET of 32 B'), {}),
    goal('bytes allocated for a command of a sendAll', bytes('sendAll of 100'), {}),
    goal('heap after a collection, the last third of the time to the second', growth, { atMost: 1.02 }),
    goal('routing over 1000 nodes to over 3', topology(1000) / topology(3), { atMost: 1.1 }),
    goal('routing a million keys to a thousand', keys('routing a command'), { atMost: 1.5 }),
    goal('... and reading them, without routing', keys('reading the key alone'), {}),
    goal('10,000 commands in flight to 100, CPU a command', inFlight('slotwire', 1e4), { atMost: 1.5 }),
    goal('... and of their callers, without a client', inFlight('the callers alone', 1e4), {}),
    goal('100,000 commands in flight to 100, CPU a command', inFlight('slotwire', 1e5), {}),
  ];
}

function codecGoals(document: CodecDocument): Goal[] {
  const groups = summarize(document);
  const of = (group: string): (typeof groups)[number] | undefined => groups.find((each) => each.group === group);
  const goal = (text: string, value: number | undefined, limit: { atLeast?: number; atMost?: number }): Goal => ({
    area: 'the codec',
    text,
    value: value ?? Number.NaN,
    ...limit,
    command: 'npm run bench:compare -- codec',
  });
  const owned = of('bytes, owned')?.rows ?? [];
  const least = (test: (shape: string) => boolean): number =>
    Math.min(...owned.filter(({ shape }) => test(shape)).map(({ leastRatio }) => leastRatio));
  const copies = owned.find(({ shape, chunk }) => shape === 'bulk of 8 MiB' && chunk === '64 KiB')?.timesMemcpy;
  const strings = of('strings, numbers, aggregates');
  return [
    goal('strings, numbers, aggregates, speed to the best peer’s: geometric mean', strings?.leastMean, { atLeast: 3 }),
    goal('... its worst row', strings?.worst.leastRatio, { atLeast: 1 }),
    goal('bytes as views, speed to the best peer’s: geometric mean', of('bytes, view')?.leastMean, { atLeast: 1.5 }),
    goal(
      'owned bytes up to 100 B, speed to the best peer’s: the worst row',
      least((shape) => SHORT_BULKS.has(shape)),
      { atLeast: 0.6 },
    ),
    goal(
      'owned bytes of 1 KiB, speed to the best peer’s: the worst row',
      least((shape) => shape === 'bulk of 1 KiB'),
      { atLeast: 0.5 },
    ),
    goal('owned bytes of 8 MiB in chunks of 64 KiB, time to one memcpy', copies, { atMost: 1.2 }),
    goal('slot of a key, speed to cluster-key-slot’s: geometric mean', of('slot of a key')?.leastMean, { atLeast: 4 }),
    goal('encoding short ASCII, speed to the best peer’s: geometric mean', of(SHORT_ENCODING)?.leastMean, {
      atLeast: 3,
    }),
    goal('encoding anything else, speed to the best peer’s: the worst row', of('encoding')?.worst.leastRatio, {
      atLeast: 1,
    }),
  ];
}

const SHORT_BULKS: ReadonlySet<string> = new Set(['bulk of 5 B', 'bulk of 16 B', 'bulk of 100 B']);
