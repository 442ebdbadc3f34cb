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

const CHOICE = ['only', 'skip', 'level', 'resp'];
const REPORTS = ['baseline', 'strict-baseline', 'update-baseline', 'reporter', 'no-color'];
const SERVER = ['user', 'pass', 'tls', 'ca', 'sni', 'insecure'];
const RUN = [
  ...[...CHOICE, ...REPORTS, 'wire', 'bail', 'no-known', 'as', 'seed'],
  ...['timeout', 'quiet-time', 'jobs', 'max-time', 'max-bytes'],
];

/** What is run, as far as it says which options have a use. */
type Command =
  | `conform ${'list' | 'explain' | 'diff' | 'merge' | 'with --start' | 'of a cluster' | 'of a server'}`
  | `vectors ${'list' | 'explain' | 'export' | 'run' | 'run of an adapter'}`;

const USES: { readonly [C in Command]: readonly string[] } = {
  'conform list': [...CHOICE, 'json'],
  'conform explain': [],
  'conform diff': [],
  'conform merge': ['html', 'svg'],
  'conform with --start': [...RUN, 'start'],
  'conform of a cluster': [...RUN, ...SERVER],
  'conform of a server': [...RUN, ...SERVER, 'replica', 'unsafe', 'yes-i-may'],
  'vectors list': [...CHOICE, 'json'],
  'vectors explain': [],
  'vectors export': CHOICE,
  'vectors run': [...CHOICE, ...REPORTS],
  'vectors run of an adapter': [...CHOICE, ...REPORTS, 'timeout'],
};

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
 * Refuses an option that would do nothing: who gave it believes that it does.
 *
 * @throws {RangeError} naming it.
 */
export function refuseUseless({ text, texts, on }: ConformFlags, command: Command): void {
  const given = [...Object.entries({ ...text, ...texts }), ...[...on].map((name) => [name, true] as const)];
  const useless = given.find(
    ([name, value]) => value !== undefined && name !== 'help' && !USES[command].includes(name),
  );
  if (useless !== undefined) throw argumentOutOfRange(`--${useless[0]} does nothing in ${command}`);
}

/** @throws {RangeError} when there is no such protocol. */
export function protocolOf({ text }: ConformFlags): 2 | 3 | undefined {
  const { resp = 'both' } = text;
  if (resp === 'both') return undefined;
  if (resp === '2' || resp === '3') return resp === '2' ? 2 : 3;
  throw argumentOutOfRange(`--resp is 2, 3 or both, not ${resp}`);
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
