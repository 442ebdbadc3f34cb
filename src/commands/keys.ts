import type { Argument } from '../resp/index.ts';
import { type CommandInfo, KEY_DEPENDS, NO_KEY } from './command-info.ts';
import { findKeyRange } from './key-range.ts';

/**
 * Position of a command's first key among its arguments, the name being 0; -1 when this call has none.
 *
 * On the path of every command: it allocates nothing.
 */
export function firstKeyIndex(info: CommandInfo, args: readonly Argument[]): number {
  const { firstKey } = info;
  if (firstKey !== KEY_DEPENDS) return firstKey < args.length ? firstKey : NO_KEY;
  for (const spec of info.keySpecs) {
    const { first } = findKeyRange(spec, args);
    if (first > 0) return first;
  }
  return NO_KEY;
}

/**
 * Positions of all keys that the specifications find, ascending and without repetition.
 *
 * As the server says of some specifications (`isIncomplete`), it may have others: SORT's BY, GET and STORE.
 */
export function keyPositions(info: CommandInfo, args: readonly Argument[]): number[] {
  const positions = new Set<number>();
  for (const spec of info.keySpecs) {
    const { first, last, step } = findKeyRange(spec, args);
    if (first > 0) for (let i = first; i <= last; i += step) positions.add(i);
  }
  return [...positions].sort((a, b) => a - b);
}
