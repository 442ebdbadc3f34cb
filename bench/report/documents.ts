/**
 * What the benchmarks write as JSON, and everything else is made from: the tables of the documents, the goals, the page with
 * plots. One document for each command: `npm run bench`, and `npm run bench:compare -- codec`, `path` and `single`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** Where and when something was measured. */
export interface Environment {
  readonly machine: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  /** Of what else took part: peers, servers, other runtimes. */
  readonly versions: Readonly<Record<string, string>>;
  /** Of the last minute before the run: what else the machine had to do. */
  readonly loadAverage: number;
  readonly date: string;
}

/** One figure of a microbenchmark, in the unit of its table. */
export interface MicroRow {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  /** Half the width of the middle half of the samples, as a part of the median. */
  readonly spread: number;
  readonly samples: number;
  /** Where it stands on the axis of its table. */
  readonly at?: number;
  /** The curve that it belongs to. */
  readonly series?: string;
  /** To what the table's note says: the median of the ratios within each round. */
  readonly ratio?: number;
  readonly p99?: number;
  readonly p999?: number;
}

/** What one microbenchmark found. */
export interface MicroTable {
  readonly title: string;
  readonly unit: string;
  readonly note?: string;
  /** What `at` counts, where the rows are points of curves. */
  readonly axis?: string;
  readonly rows: readonly MicroRow[];
}

export interface MicroDocument {
  readonly kind: 'micro';
  readonly environment: Environment;
  readonly rows: readonly (MicroRow & { readonly table: number })[];
  readonly tables: readonly (Omit<MicroTable, 'rows'> & { readonly file: string })[];
}

/** One contestant's time for a shape, in nanoseconds an operation. */
export interface Timing {
  readonly ns: number;
  readonly leastNs: number;
  readonly spread: number;
}

/** One shape of the codec, in chunks of one size, by contestant. */
export interface CodecRow {
  readonly group: string;
  readonly shape: string;
  /** Empty where nothing is cut. */
  readonly chunk: string;
  readonly results: Readonly<Record<string, Timing>>;
}

export interface CodecDocument {
  readonly kind: 'codec';
  readonly environment: Environment;
  readonly rows: readonly CodecRow[];
}

/** How many callers do what, and on which values. */
export interface Load {
  readonly name: string;
  /** Loads of one group are points of one curve. */
  readonly group?: string;
  readonly command: 'GET' | 'SET' | 'MIXED' | 'MGET';
  readonly valueBytes: number;
  readonly form: 'string' | 'bytes';
  readonly protocol: 2 | 3;
  /** Commands that a caller sends at once. */
  readonly batch: number;
  /** Keys of one command. */
  readonly keys: number;
  /** Each sends when it has its reply; not given where commands come at a fixed rate. */
  readonly callers?: number;
  /** Commands a second, whether or not those before were answered. */
  readonly rate?: number;
  readonly primaries: number;
}

/** Over the rounds: the median, the least and the most. */
export type Range = readonly [median: number, least: number, most: number];

/** What is measured of a load; milliseconds, but for what says something else. */
export const FIGURES = [
  'perSecond',
  'cpuMicros',
  'serverCpuMicros',
  'p50',
  'p99',
  'p999',
  'loopDelayP99',
  'peakMiB',
] as const;
export type Figure = (typeof FIGURES)[number];

/** One load, run by one contestant. */
export interface PathRow extends Readonly<Partial<Record<Figure, Range>>> {
  readonly load: string;
  readonly driver: string;
}

/** Of the whole path: against a cluster (`path`) or one server (`single`). */
export interface PathDocument {
  readonly kind: 'path' | 'single';
  readonly environment: Environment;
  readonly seconds: number;
  readonly rounds: number;
  readonly loads: readonly Load[];
  readonly rows: readonly PathRow[];
}

export type BenchDocument = MicroDocument | CodecDocument | PathDocument;

/** What was measured; each may be missing. */
export interface Documents {
  readonly micro?: MicroDocument | undefined;
  readonly codec?: CodecDocument | undefined;
  readonly path?: PathDocument | undefined;
  readonly single?: PathDocument | undefined;
}

/** Digits that a figure keeps in JSON: more would be noise. */
const DIGITS = 4;

/** Writes a document with a line for each row, so that two runs can be compared with `diff`. */
export function writeDocument(file: string, document: BenchDocument): void {
  writeFileSync(file, textOf(document));
}

export function textOf(document: BenchDocument): string {
  const fields = Object.entries(document).map(([name, value]) => `${JSON.stringify(name)}: ${fieldText(value)}`);
  return `{\n${fields.join(',\n')}\n}\n`;
}

function fieldText(value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value, rounded);
  return `[\n${value.map((row) => ` ${JSON.stringify(row, rounded)}`).join(',\n')}\n]`;
}

/** Counts stay as they are. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** @throws {Error} when a file is no document of the benchmarks. */
export function readDocuments(files: readonly string[]): Documents {
  const documents = files.map((file) => {
    const document = JSON.parse(readFileSync(file, 'utf8')) as BenchDocument;
    if (!['micro', 'codec', 'path', 'single'].includes(document.kind))
      throw new Error(`${file}: no document of a bench`);
    return [document.kind, document];
  });
  return Object.fromEntries(documents);
}

/** The rows of one microbenchmark's table; empty when it was not run. */
export function rowsOf(micro: MicroDocument | undefined, title: string): readonly MicroRow[] {
  const index = micro?.tables.findIndex((table) => table.title === title) ?? -1;
  return micro?.rows.filter(({ table }) => table === index) ?? [];
}
