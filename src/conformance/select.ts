/** Which cases a run is about. */
import { argumentOutOfRange } from '../errors.ts';
import type { Level } from './case.ts';

/** How cases are chosen; with nothing given, all are. */
export interface Selection {
  /** Ids, aliases or patterns with `*`; a section's name stands for all of it. */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
  /** `must` leaves out what is weaker, `should` leaves out what is only recorded. */
  readonly level?: Level | 'all' | undefined;
}

/** What can be chosen: a case, or a vector. */
export interface Selectable {
  readonly id: string;
  readonly alias?: string;
  readonly section: string;
  readonly level: Level;
}

const LEVELS: { readonly [L in Level | 'all']: readonly Level[] } = {
  must: ['must'],
  should: ['must', 'should'],
  info: ['must', 'should', 'info'],
  all: ['must', 'should', 'info'],
};

/**
 * Chooses among cases, keeping their order.
 *
 * @throws {RangeError} for a pattern that matches nothing: a mistyped name must not look like success.
 */
export function selectCases<T extends Selectable>(
  cases: readonly T[],
  { only = [], skip = [], level = 'all' }: Selection,
): T[] {
  const wanted = only.map((pattern) => matcher(pattern, cases));
  const unwanted = skip.map((pattern) => matcher(pattern, cases));
  return cases.filter((one) => {
    if (!LEVELS[level].includes(one.level)) return false;
    return (wanted.length === 0 || wanted.some((test) => test(one))) && !unwanted.some((test) => test(one));
  });
}

function matcher(pattern: string, cases: readonly Selectable[]): (one: Selectable) => boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 'i');
  const test = ({ id, alias = id, section }: Selectable) => [id, alias, section].some((name) => expression.test(name));
  if (!cases.some(test)) throw argumentOutOfRange(`no case is called ${JSON.stringify(pattern)}`);
  return test;
}
