/** From measurements of the whole path to rows, and what is looked up in them. */

import { FIGURES, type Figure, type Load, type PathDocument, type PathRow, type Range } from './documents.ts';
import { isPeer, OURS } from './drivers.ts';

/** What one contestant did with one load in one round. */
export interface Measurement extends Readonly<Partial<Record<Figure, number>>> {
  readonly load: Load;
  readonly driver: string;
}

/** One row for each load and contestant: of each figure the median over the rounds, the least and the most. */
export function pathRows(measurements: readonly Measurement[]): PathRow[] {
  const groups = new Map<string, Measurement[]>();
  for (const measurement of measurements) {
    const key = `${measurement.load.name}\n${measurement.driver}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [measurement]);
    else group.push(measurement);
  }
  return [...groups.values()].map((members) => {
    const ranges = FIGURES.flatMap((figure): [Figure, Range][] => {
      const values = members.map((member) => member[figure]).filter((value) => value !== undefined);
      return values.length === 0 ? [] : [[figure, rangeOf(values)]];
    });
    return { load: members[0]!.load.name, driver: members[0]!.driver, ...Object.fromEntries(ranges) };
  });
}

function rangeOf(values: readonly number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  return [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!];
}

/** Half the distance between the least and the most, as a part of the median. */
export function spreadOf([median, least, most]: Range): number {
  return (most - least) / 2 / median;
}

/** Looks up medians. */
export class PathFigures {
  readonly #document: PathDocument;

  constructor(document: PathDocument) {
    this.#document = document;
  }

  /** NaN when it was not measured. */
  of(load: string, figure: Figure, driver: string = OURS): number {
    return this.#document.rows.find((row) => row.load === load && row.driver === driver)?.[figure]?.[0] ?? Number.NaN;
  }

  /** The peer that does best, and its median. */
  best(load: string, figure: Figure): { driver: string; value: number } {
    const isBetter = figure === 'perSecond' ? (a: number, b: number) => a > b : (a: number, b: number) => a < b;
    let best = { driver: '', value: Number.NaN };
    for (const row of this.#document.rows) {
      const value = row[figure]?.[0];
      if (row.load !== load || !isPeer(row.driver) || value === undefined) continue;
      if (Number.isNaN(best.value) || isBetter(value, best.value)) best = { driver: row.driver, value };
    }
    return best;
  }

  /** Ours to the best peer's. */
  toBest(load: string, figure: Figure): number {
    return this.of(load, figure) / this.best(load, figure).value;
  }

  /** Loads with a fixed rate, the slowest first. */
  get openLoads(): readonly Load[] {
    return this.#document.loads.filter(({ rate }) => rate !== undefined).sort((a, b) => a.rate! - b.rate!);
  }
}
