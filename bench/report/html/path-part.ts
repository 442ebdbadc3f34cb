/** The whole path: curves over callers, sizes, primaries and rates, then every load with bars. */

import type { Figure, Load, PathDocument, PathRow, Range } from '../documents.ts';
import { inOrder, isReference, styleOf } from '../drivers.ts';
import { Group } from '../groups.ts';
import { type Bar, type BarRow, barTable } from './bars.ts';
import { curves, type Series } from './curves.ts';
import { anchor, bytes, escaped, short } from './text.ts';

const TITLES: Readonly<Record<Figure, string>> = {
  perSecond: 'commands a second',
  cpuMicros: 'client CPU, µs a command',
  serverCpuMicros: 'server CPU, µs a command',
  p50: 'median latency, ms',
  p99: 'p99 latency, ms',
  p999: 'p99.9 latency, ms',
  loopDelayP99: 'event-loop delay p99, ms',
  peakMiB: 'peak memory of the client, MiB',
};

interface Family {
  readonly group: Group;
  readonly title: string;
  readonly axis: string;
  readonly at: (load: Load) => number;
  readonly text: (at: number) => string;
  readonly figures: readonly Figure[];
  /** A load of another group that is a point of these curves too. */
  readonly also?: string;
  readonly note: string;
}

const callersOf = ({ callers = 0 }: Load): number => callers;
const FAMILIES: readonly Family[] = [
  {
    group: Group.callers,
    title: 'Over the number of callers',
    axis: 'callers, each awaiting its GET',
    at: callersOf,
    text: short,
    figures: ['perSecond', 'cpuMicros', 'p50', 'p99', 'p999', 'serverCpuMicros', 'loopDelayP99', 'peakMiB'],
    note: 'GET of 32 bytes. A caller sends its next command when it has its reply.',
  },
  {
    group: Group.setCallers,
    title: 'Writes, over the number of callers',
    axis: 'callers, each awaiting its SET',
    at: callersOf,
    text: short,
    figures: ['perSecond', 'cpuMicros', 'p99', 'serverCpuMicros'],
    note: 'SET of 32 bytes.',
  },
  {
    group: Group.open,
    title: 'At fixed rates',
    axis: 'commands a second',
    at: ({ rate = 0 }) => rate,
    text: short,
    figures: ['p50', 'p99', 'p999'],
    note: 'Commands come whether or not those before were answered; latency counts from the moment each was due.',
  },
  {
    group: Group.getSize,
    title: 'Over the size of the value, as strings',
    axis: 'bytes of a value, 50 callers',
    at: ({ valueBytes }) => valueBytes,
    text: bytes,
    figures: ['perSecond', 'cpuMicros', 'serverCpuMicros', 'p99'],
    also: 'GET, 50 callers',
    note: 'GET, decoded to a string.',
  },
  {
    group: Group.bytesSize,
    title: 'Over the size of the value, as bytes',
    axis: 'bytes of a value, 50 callers',
    at: ({ valueBytes }) => valueBytes,
    text: bytes,
    figures: ['perSecond', 'cpuMicros'],
    note: 'GET, as a Buffer. Ours are the caller’s own; the peers’ lie in the chunk that they came in.',
  },
  {
    group: Group.setSize,
    title: 'Over the size of the value, written',
    axis: 'bytes of a value, 50 callers',
    at: ({ valueBytes }) => valueBytes,
    text: bytes,
    figures: ['perSecond', 'cpuMicros'],
    also: 'SET, 50 callers',
    note: 'SET of a string.',
  },
  {
    group: Group.primaries,
    title: 'Over the size of the cluster',
    axis: 'primaries, 1000 callers',
    at: ({ primaries }) => primaries,
    text: short,
    figures: ['perSecond', 'cpuMicros', 'serverCpuMicros'],
    also: 'GET, 1000 callers',
    note: 'The same callers over more connections: fewer commands travel together.',
  },
];

/** @returns sections of HTML by title. */
export function curveSections(document: PathDocument): [title: string, html: string][] {
  return FAMILIES.flatMap((family): [string, string][] => {
    const loads = document.loads.filter(({ group, name }) => group === family.group || name === family.also);
    if (new Set(loads.map(family.at)).size < 2) return [];
    const plots = family.figures.map((figure) =>
      curves({
        title: TITLES[figure],
        axis: family.axis,
        series: seriesOf(document, loads, { figure, at: family.at }),
        xText: family.text,
        yText: short,
      }),
    );
    return [[family.title, `<p>${escaped(family.note)}</p><div class="grid">${plots.join('\n')}</div>`]];
  });
}

function seriesOf(
  { rows }: PathDocument,
  loads: readonly Load[],
  { figure, at }: { figure: Figure; at: (load: Load) => number },
): Series[] {
  const byName = new Map(loads.map((load) => [load.name, load]));
  return inOrder(rows.map(({ driver }) => driver)).map((driver) => {
    const points = rows.flatMap((row) => {
      const [load, range] = [byName.get(row.load), row[figure]];
      if (row.driver !== driver || load === undefined || range === undefined || !(range[0] > 0)) return [];
      return [{ x: at(load), y: range[0], least: Math.max(range[1], range[0] / 100), most: range[2] }];
    });
    return { name: driver, style: styleOf(driver), points: points.sort((a, b) => a.x - b.x) };
  });
}

const COLUMNS: readonly Figure[] = ['perSecond', 'cpuMicros', 'serverCpuMicros', 'p50', 'p99', 'p999', 'peakMiB'];

/** Every load with a bar for each contestant and figure. */
export function loadTables(document: PathDocument): string {
  const groups = [...new Set(document.loads.map(({ group = Group.others }) => group))];
  return groups
    .map((group) => {
      const loads = document.loads.filter((load) => (load.group ?? Group.others) === group);
      const tables = loads.map(
        ({ name }) =>
          `<h4 id="${anchor(`${document.kind} ${name}`)}">${escaped(name)}</h4>${tableOf(document.rows.filter(({ load }) => load === name))}`,
      );
      return `<details open><summary>${escaped(group)}</summary>${tables.join('\n')}</details>`;
    })
    .join('\n');
}

function tableOf(rows: readonly PathRow[]): string {
  const ordered = inOrder(rows.map(({ driver }) => driver)).map((name) => rows.find(({ driver }) => driver === name)!);
  const lines: BarRow[] = ordered.map((row) => ({
    name: row.driver,
    style: styleOf(row.driver),
    isReference: isReference(row.driver),
    bars: COLUMNS.map((figure) => barOf(row[figure])),
  }));
  return barTable(
    COLUMNS.map((figure) => TITLES[figure]),
    lines,
  );
}

function barOf(range: Range | undefined): Bar | undefined {
  if (range === undefined) return undefined;
  const [value, least, most] = range;
  return { value, least, most, text: short(value), hint: `${short(least)} to ${short(most)}` };
}
