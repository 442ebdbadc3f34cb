/** Which cases a run is about. */
import type { Case, Level } from './case.ts';

/** How cases are chosen; with nothing given, all are. */
export interface Selection {
  /** Ids, aliases or patterns with `*`; a section's name stands for all of it. */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly string[] | undefined;
  /** `must` leaves out what is weaker, `should` leaves out what is only recorded. */
  readonly level?: Level | 'all' | undefined;
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
export function selectCases(cases: readonly Case[], { only = [], skip = [], level = 'all' }: Selection): Case[] {
  const wanted = only.map((pattern) => matcher(pattern, cases));
  const unwanted = skip.map((pattern) => matcher(pattern, cases));
  return cases.filter((one) => {
    if (!LEVELS[level].includes(one.level)) return false;
    return (wanted.length === 0 || wanted.some((test) => test(one))) && !unwanted.some((test) => test(one));
  });
}

function matcher(pattern: string, cases: readonly Case[]): (one: Case) => boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 'i');
  const test = ({ id, alias, section }: Case) => [id, alias, section].some((name) => expression.test(name));
  if (!cases.some(test)) throw new RangeError(`no case is called ${JSON.stringify(pattern)}`);
  return test;
}
