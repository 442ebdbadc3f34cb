import type { Argument } from '../resp/index.ts';
import { argumentCount, isKeyword } from './argument-text.ts';
import type { BeginSearch, KeySpec } from './key-spec.ts';

/**
 * The keys that one specification finds in one command: arguments `first`, `first + step`, ... up to `last`. Reused: a
 * walk holds it only until the next specification is evaluated.
 */
export interface KeyRange {
  first: number;
  last: number;
  step: number;
}

const NONE = 0;
const range: KeyRange = { first: NONE, last: NONE, step: 1 };

/**
 * Evaluates one key specification (protocol 5).
 *
 * @returns the keys' range, the same object each time; its `first` is 0 when there are none, as when a keyword or an
 * argument is missing: then the server has an error to report, and any node will do.
 */
export function findKeyRange(spec: KeySpec, args: readonly Argument[]): KeyRange {
  const { find } = spec;
  const begin = beginning(spec.begin, args);
  range.first = NONE;
  if (begin === NONE) return range;
  range.step = find.step;
  if (find.kind === 'range') {
    range.first = begin;
    range.last = lastOfRange(begin, find, args.length);
  } else {
    const count = argumentCount(args[begin + find.countIndex]);
    range.first = begin + find.firstKey;
    range.last = Math.min(range.first + (count - 1) * find.step, args.length - 1);
  }
  const isEmpty = range.first > range.last || range.first >= args.length;
  if (isEmpty || (spec.skipsEmpty && isEmptyArgument(args[range.first]!))) range.first = NONE;
  return range;
}

function beginning(begin: BeginSearch, args: readonly Argument[]): number {
  if (begin.kind === 'index') return begin.index;
  if (begin.kind === 'unknown') return NONE;
  const { keyword, startFrom } = begin;
  if (startFrom > 0) {
    for (let i = startFrom; i < args.length - 1; i++) if (isKeyword(args[i], keyword)) return i + 1;
  } else {
    for (let i = args.length + startFrom; i > 0; i--) if (isKeyword(args[i], keyword)) return i + 1;
  }
  return NONE;
}

function lastOfRange(begin: number, find: { lastKey: number; limit: number }, length: number): number {
  if (find.lastKey >= 0) return Math.min(begin + find.lastKey, length - 1);
  if (find.limit <= 1) return length + find.lastKey;
  return begin + Math.floor((length - begin) / find.limit) + find.lastKey;
}

function isEmptyArgument(argument: Argument): boolean {
  return argument === '' || (typeof argument === 'object' && argument.byteLength === 0);
}
