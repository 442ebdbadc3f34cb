/** What stands in README.md and bench/README.md, by the name of its place: made from the documents, never by hand. */
import { type Judged, summarize } from './codec-ratios.ts';
import { type Documents, type Figure, type MicroRow, type PathDocument, rowsOf } from './documents.ts';
import { inOrder } from './drivers.ts';
import { describe } from './environment.ts';
import { goalsOf, isMet, limitOf } from './goals.ts';
import { headlines } from './headlines.ts';
import { bytes } from './html/text.ts';
import { markdownTable } from './markdown.ts';
import { PathFigures } from './path-rows.ts';

/** @throws {Error} when a document is missing. */
export function tables(documents: Documents): Record<string, string> {
  const { path, single, codec, micro } = documents;
  if (path === undefined || single === undefined || codec === undefined || micro === undefined) {
    throw new Error('all four documents are needed: micro, codec, path, single');
  }
  return {
    speed: speedTable(documents),
    machine: `${describe(path.environment)}.\n`,
    goals: goalTable(documents),
    path: pathTable(path, PATH_LOADS),
    latency: latencyTable(path),
    single: pathTable(single, SINGLE_LOADS),
    codec: codecTable(documents),
    'slots-and-encoding': slotAndEncodingTable(documents),
    'codec-means': meansTable(documents),
    pieces: curveTable(rowsOf(micro, 'one reply of 10 MB in pieces'), 'ms, pieces of', bytes),
    features: featureTable(documents),
    'in-flight': curveTable(rowsOf(micro, 'commands in flight'), 'µs a command, in flight', countText),
    keys: curveTable(rowsOf(micro, 'routing over keys'), 'ns, of so many keys', countText),
    garbage: microTable([...rowsOf(micro, 'bytes allocated')], 'bytes a command'),
    heap: microTable([...rowsOf(micro, 'heap over time')], 'KiB after a collection'),
  };
}

function speedTable(documents: Documents): string {
  const rows = headlines(documents).map(({ figure, text, detail, command }) => [
    text,
    `**${figure}**`,
    detail,
    `\`${command}\``,
  ]);
  return markdownTable([['', 'ratio', 'figures', 'printed by'], ...rows]);
}

function goalTable(documents: Documents): string {
  const rows = goalsOf(documents).map((goal) => {
    const met = isMet(goal);
    const verdict = met === undefined ? '' : met ? 'met' : '**missed**';
    return [goal.text, goal.value.toPrecision(3), limitOf(goal), verdict, `\`${goal.command}\``];
  });
  return markdownTable([['ratio within one run', 'value', 'aimed at', '', 'printed by'], ...rows]);
}

const PATH_LOADS = [
  'GET, 1 caller',
  'GET, 50 callers',
  'GET, 1000 callers',
  'GET, 10,000 callers',
  'SET, 1000 callers',
  '80 % GET, 20 % SET, 1000 callers',
  'MGET of 10 across slots, 50 callers',
  'batches of 100 GETs, 50 callers',
  'batches of 100 SETs, 50 callers',
  'GET of 1 KiB, 50 callers',
  'GET of 64 KiB, 50 callers',
  'GET of 1 MiB, 50 callers',
];
const SINGLE_LOADS = ['GET, 1 caller', 'GET, 50 callers', 'GET, 1000 callers', 'batches of 100 GETs, 50 callers'];

/** Commands a second, and the CPU of the client a command. */
function pathTable(document: PathDocument, loads: readonly string[]): string {
  const figures = new PathFigures(document);
  const drivers = inOrder(document.rows.map(({ driver }) => driver));
  const rows = loads.map((load) => [
    load,
    ...drivers.map((driver) => {
      const [rate, cpu] = [figures.of(load, 'perSecond', driver), figures.of(load, 'cpuMicros', driver)];
      if (Number.isNaN(rate)) return '';
      return Number.isNaN(cpu) ? countText(rate) : `${countText(rate)}, ${short(cpu)} µs`;
    }),
  ]);
  return markdownTable([['commands a second, client CPU each', ...drivers], ...rows]);
}

/** Latency of one caller and at fixed rates. */
function latencyTable(document: PathDocument): string {
  const figures = new PathFigures(document);
  const drivers = inOrder(document.rows.map(({ driver }) => driver)).filter((driver) => driver !== 'redis-benchmark');
  const loads = ['GET, 1 caller', ...figures.openLoads.map(({ name }) => name)];
  const rows = loads.map((load) => [
    load,
    ...drivers.map((driver) => {
      const all = (['p50', 'p99', 'p999'] as Figure[]).map((figure) => figures.of(load, figure, driver));
      return all.some(Number.isNaN) ? '' : all.map(short).join(' / ');
    }),
  ]);
  return markdownTable([['ms: median / p99 / p99.9', ...drivers], ...rows]);
}

const CHUNKS = ['64 KiB', '1460 B', '7 B'];
const DECODING = ['strings, numbers, aggregates', 'bytes, owned', 'bytes, view'];

/** Decoding: a row for each shape, a column for each form, ratios by chunk size. */
function codecTable({ codec }: Documents): string {
  const judged = summarize(codec!).flatMap(({ rows }) => rows);
  const shapes = [...new Set(judged.filter(({ group }) => DECODING.includes(group)).map(({ shape }) => shape))];
  const rows = shapes.map((shape) => [shape, ...DECODING.map((group) => ratios(judged, group, shape))]);
  return markdownTable([['shape', 'string', 'owned bytes', 'view'], ...rows]);
}

function ratios(judged: readonly Judged[], group: string, shape: string): string {
  const found = CHUNKS.map((chunk) =>
    judged.find((row) => row.group === group && row.shape === shape && row.chunk === chunk),
  );
  return found.some((row) => row === undefined) ? '' : found.map((row) => row!.leastRatio.toFixed(2)).join(' / ');
}

function slotAndEncodingTable({ codec }: Documents): string {
  const rows = summarize(codec!)
    .flatMap(({ rows: members }) => members)
    .filter(({ group }) => !DECODING.includes(group))
    .map(({ group, shape, leastRatio, ours, best, peers }) => [
      `${group}: ${shape}`,
      leastRatio.toFixed(2),
      nanoseconds(ours.leastNs),
      `${nanoseconds(peers[best]!.leastNs)} (${best})`,
    ]);
  return markdownTable([['', 'ratio', 'slotwire', 'fastest peer'], ...rows]);
}

function meansTable({ codec }: Documents): string {
  const rows = summarize(codec!).map(({ group, mean, leastMean, worst }) => [
    group,
    leastMean.toFixed(2),
    mean.toFixed(2),
    `${worst.leastRatio.toFixed(2)}, ${worst.shape}${worst.chunk && ` in ${worst.chunk}`}`,
  ]);
  return markdownTable([['geometric means', 'by least times', 'by medians', 'worst row'], ...rows]);
}

function featureTable({ micro }: Documents): string {
  const loads = ['send, 1000 callers', 'sendAll of 100, 10 callers'];
  const all = loads.map((load) => rowsOf(micro, `feature cost, ${load}`));
  const rows = all[0]!.map(({ name }) => [
    name,
    ...all.map((own) => {
      const row = own.find((each) => each.name === name)!;
      const excess = ((row.ratio ?? 1) - 1) * 100;
      return excess === 0 ? short(row.median) : `${short(row.median)} (${excess > 0 ? '+' : ''}${excess.toFixed(1)} %)`;
    }),
  ]);
  return markdownTable([['ns of client CPU a command', ...loads], ...rows]);
}

/** A row for each series, a column for each place on the axis. */
function curveTable(rows: readonly MicroRow[], title: string, text: (at: number) => string): string {
  const places = [...new Set(rows.map(({ at = 0 }) => at))];
  const series = [...new Set(rows.map((row) => row.series ?? ''))];
  const lines = series.map((name) => [
    name,
    ...places.map((place) => {
      const row = rows.find((each) => each.at === place && (each.series ?? '') === name);
      return row === undefined ? '' : short(row.median);
    }),
  ]);
  return markdownTable([[title, ...places.map(text)], ...lines]);
}

function microTable(rows: readonly MicroRow[], unit: string): string {
  const lines = rows.map(({ name, median, spread }) => [name, short(median), `${(spread * 100).toFixed(1)} %`]);
  return markdownTable([['', unit, '±'], ...lines]);
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 10 });
}

function countText(value: number): string {
  return Math.round(Number(value.toPrecision(3))).toLocaleString('en');
}

function nanoseconds(ns: number): string {
  return ns < 1e5 ? `${short(ns)} ns` : `${short(ns / 1e6)} ms`;
}
