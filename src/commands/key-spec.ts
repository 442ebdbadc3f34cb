/**
 * Where a command's keys are: the servers' key specifications as data, and the short notation of the command tables.
 *
 * @see https://redis.io/docs/latest/develop/reference/key-specs/
 */

/** What a command does to the keys that a specification finds. */
export type KeyAccess = 'read' | 'write' | 'overwrite' | 'remove' | 'none';

/** Where the search begins: at a fixed argument, behind a keyword, or where no specification can say. */
export type BeginSearch =
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'keyword'; readonly keyword: string; readonly startFrom: number }
  | { readonly kind: 'unknown' };

/**
 * Which arguments from there on are keys.
 *
 * `range`: to `lastKey` (0 or more: counted from the beginning; negative: from the end of the arguments, or, with a
 * `limit` above 1, from the end of the first 1/limit of them). `keyNumber`: as many as the argument `countIndex` says.
 */
export type FindKeys =
  | { readonly kind: 'range'; readonly lastKey: number; readonly step: number; readonly limit: number }
  | { readonly kind: 'keyNumber'; readonly countIndex: number; readonly firstKey: number; readonly step: number };

export interface KeySpec {
  readonly begin: BeginSearch;
  readonly find: FindKeys;
  readonly access: KeyAccess;
  /** The server says that this specification may miss keys (`incomplete`). */
  readonly isIncomplete: boolean;
  /** Routed by like a key, but not one (`not_key`): a shard channel. */
  readonly isNotKey: boolean;
  /** An empty argument stands for "no key here". */
  readonly skipsEmpty: boolean;
}

// R1            one key, read, at argument 1         (R read, W write, O overwrite, D remove, N none)
// R1..-1        keys from argument 1 to the last     W1..-2 to the last but one
// O1..-1+2      every second one                     R1..-1/2 the first half
// W2#0+1        argument 2+0 says how many keys follow from 2+1 on
// RSTREAMS@1    the key behind the keyword STREAMS, looked for from argument 1; from -2: backwards from the last but one
// R?            somewhere
// Behind it: ! incomplete, ~ not a key, % empty means none
const NOTATION: RegExp =
  /^([RWODN])(?:(\d+)|([A-Z]+)@(-?\d+)|\?)(?:#(\d+)\+(\d+))?(?:\.\.(-?\d+))?(?:\/(\d+))?(?:\+(\d+))?([!~%]*)$/;

const ACCESS: { readonly [letter: string]: KeyAccess } = {
  R: 'read',
  W: 'write',
  O: 'overwrite',
  D: 'remove',
  N: 'none',
};

/**
 * Reads the notation of one key specification, as the command tables have it.
 *
 * @throws {SyntaxError} a table of ours is broken.
 */
export function parseKeySpec(text: string): KeySpec {
  const parts = NOTATION.exec(text);
  if (parts === null) throw new SyntaxError(`not a key specification: ${text}`);
  const [, access, index, keyword, startFrom, countIndex, firstKey, lastKey, limit, step, marks] = parts;
  return {
    begin: beginSearch(index, keyword, startFrom),
    find:
      countIndex === undefined
        ? { kind: 'range', lastKey: Number(lastKey ?? 0), step: Number(step ?? 1), limit: Number(limit ?? 0) }
        : { kind: 'keyNumber', countIndex: Number(countIndex), firstKey: Number(firstKey), step: Number(step ?? 1) },
    access: ACCESS[access!]!,
    isIncomplete: marks!.includes('!'),
    isNotKey: marks!.includes('~'),
    skipsEmpty: marks!.includes('%'),
  };
}

function beginSearch(index?: string, keyword?: string, startFrom?: string): BeginSearch {
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (keyword !== undefined) return { kind: 'keyword', keyword, startFrom: Number(startFrom) };
  return { kind: 'unknown' };
}
