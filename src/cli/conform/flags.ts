/** The options of `slotwire conform`. */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { argumentOutOfRange } from '../../errors.ts';

/** Options by their names, as they were given. */
export interface ConformFlags {
  readonly text: Readonly<Partial<Record<TextFlag, string>>>;
  readonly texts: Readonly<Partial<Record<'only' | 'skip' | 'reporter', readonly string[]>>>;
  readonly on: ReadonlySet<string>;
}

type TextFlag =
  | ('level' | 'resp' | 'user' | 'pass' | 'ca' | 'sni' | 'replica' | 'as' | 'timeout' | 'quiet-time' | 'jobs')
  | ('baseline' | 'wire' | 'html' | 'svg' | 'max-time' | 'max-bytes' | 'seed');

const TEXT_FLAGS: readonly TextFlag[] = [
  ...(['level', 'resp', 'user', 'pass', 'ca', 'sni', 'replica', 'as', 'timeout', 'quiet-time', 'jobs'] as const),
  ...(['baseline', 'wire', 'html', 'svg', 'max-time', 'max-bytes', 'seed'] as const),
];

const LIST_FLAGS = ['only', 'skip', 'reporter'] as const;

const SWITCHES = [
  ...['unsafe', 'yes-i-may', 'tls', 'insecure', 'bail', 'no-known', 'start', 'strict-baseline', 'update-baseline'],
  ...['no-color', 'json', 'help'],
];

export const CONFORM_USAGE = `usage: slotwire conform TARGET [options]       TARGET: HOST:PORT, redis://..., unix:PATH, cluster:HOST:PORT,HOST:PORT
       slotwire conform --start [SERVER]        starts what the cases need: a path, or a known server (redis-7.0)
       slotwire conform list [--json]
       slotwire conform explain CASE
       slotwire conform replay CASE TARGET      the bytes of one case, with times
       slotwire conform diff OLD.json NEW.json
       slotwire conform merge FILE.json ... --html MATRIX.html [--svg STRIP.svg]

which cases
  --only GLOB, --skip GLOB    by id, alias or section; repeatable
  --level must|should|all     leaves out what is weaker
  --resp 2|3|both             only the cases of one protocol
  --unsafe                    also cases that change settings, flush, or see others' commands
  --yes-i-may                 also floods and huge headers against a server that is not on this machine

the server
  --user NAME, --pass TEXT    also from SLOTWIRE_CONFORM_PASS, which no process list shows
  --tls, --ca FILE, --sni NAME, --insecure
  --replica HOST:PORT         a replica of it
  --as NAME-VERSION|auto      instead of what it says of itself (redis-7.2)

the run
  --timeout MS, --quiet-time MS, --jobs N, --bail
  --max-time MS               begin no further case after this (default 300000)
  --max-bytes N               skip cases that send more; break off connections that bring more (default 268435456)
  --seed TEXT                 the same names of keys, so the same bytes, as in another run with it
  --no-known                  known deviations count as failures
  --baseline FILE             failures that are known; --strict-baseline: what is mended fails; --update-baseline
  --reporter NAME[=FILE],...  term, json, junit, tap, md, html (default term)
  --wire fail|all|none        whose bytes are kept (default fail)
  --no-color

exit code: 0 conforms, 1 a case fails, 2 usage, 3 no connection or the server died, 4 a fault of the suite
`;

/** @throws {TypeError} for an option that does not exist. */
export function parseFlags(args: readonly string[]): { positionals: readonly string[]; flags: ConformFlags } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const name of TEXT_FLAGS) options[name] = { type: 'string' };
  for (const name of LIST_FLAGS) options[name] = { type: 'string', multiple: true };
  for (const name of SWITCHES) options[name] = { type: 'boolean' };
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  const given = new Map<string, unknown>(Object.entries(values));
  const pick = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, given.get(name)]));
  const on = new Set(SWITCHES.filter((name) => given.get(name) === true));
  // What parseArgs returns has the types that the table above gives to each name.
  return { positionals, flags: { text: pick(TEXT_FLAGS), texts: pick(LIST_FLAGS), on } as ConformFlags };
}

/**
 * A number that was given as an option; undefined when it was not.
 *
 * @throws {RangeError} when it is not a positive integer.
 */
export function numberFlag({ text }: ConformFlags, name: TextFlag): number | undefined {
  const given = text[name];
  if (given === undefined) return undefined;
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 1)
    throw argumentOutOfRange(`--${name} must be a positive integer, not ${given}`);
  return value;
}

/** @throws {RangeError} when there is no such level. */
export function levelOf({ text }: ConformFlags): 'must' | 'should' | 'all' {
  const { level = 'all' } = text;
  if (level === 'must' || level === 'should' || level === 'all') return level;
  throw argumentOutOfRange(`--level is must, should or all, not ${level}`);
}
