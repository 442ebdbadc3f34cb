import type { Reply } from '../resp/index.ts';
import type { CommandNames } from './command-names.ts';
import { readCommandTable } from './read-command-table.ts';

/** One command or subcommand as a server describes it, in the words and notation of the command tables. */
export interface CommandEntry {
  /** NAME or NAME|SUBCOMMAND. */
  readonly path: string;
  readonly arity: number;
  /** What it shares with other commands: flags, key specifications, policies. */
  readonly group: string;
}

// Flags with a reader in this project. The others say what a server does with a command, not what a client must.
const FLAGS = ['readonly', 'write', 'denyoom', 'blocking', 'pubsub', 'admin', 'module'];
const ACCESS: readonly (readonly [flag: string, letter: string])[] = [
  ['RO', 'R'],
  ['RW', 'W'],
  ['OW', 'O'],
  ['RM', 'D'],
];
/** What fits into a line of a table. */
const PATH = /^[^\s/|#]+(\|[^\s/|]+)?$/;
/** A key somewhere, which only the server can find (COMMAND GETKEYS). */
const HIDDEN_KEY = '(R?!)';

/**
 * Reads one element of the reply to COMMAND or COMMAND INFO: a command with its subcommands; Redis before 7.0 has neither
 * these nor key specifications. Maps may have any form.
 *
 * @see https://redis.io/docs/latest/commands/command/
 */
export function readCommandReply(command: readonly Reply[]): CommandEntry[] {
  const [name, arity, flags, first, last, step, , tips = [], specs = [], subcommands = []] = command;
  const words = texts(flags);
  const fallback = { first: Number(first), last: Number(last), step: Number(step), isRead: words.includes('readonly') };
  const keySpecs = Array.isArray(specs) ? specs : [];
  const keys = keySpecs.length > 0 ? keySpecs.map((spec) => `(${keySpecNotation(spec)})`) : fallbackNotation(fallback);
  const group = [
    ...FLAGS.filter((flag) => words.includes(flag)),
    ...(keys.length === 0 && words.includes('movablekeys') ? [HIDDEN_KEY] : keys),
    ...texts(tips).flatMap(tipNotation).sort(),
  ];
  const entry = { path: String(name).toUpperCase(), arity: Number(arity), group: [...new Set(group)].join(' ') || '-' };
  const children = Array.isArray(subcommands) ? subcommands.filter((child) => Array.isArray(child)) : [];
  return [entry, ...children.flatMap(readCommandReply)];
}

/**
 * Adds what a server answered to COMMAND INFO for one name.
 *
 * @param name that was asked about, NAME or NAME|SUBCOMMAND in upper case: a server that calls GET by another name
 * (`rename-command`) still describes it as GET.
 * @returns whether it knows that command, and says so in a way that can be understood.
 */
export function learnCommand(name: string, reply: unknown, commands: CommandNames): boolean {
  const command: unknown = Array.isArray(reply) ? reply[0] : undefined;
  if (!Array.isArray(command) || command.length < 6) return false;
  try {
    const entries = readCommandReply(command).map(({ path, ...entry }, index) => {
      return { ...entry, path: index === 0 ? name : `${name}|${path.slice(path.indexOf('|') + 1)}` };
    });
    if (!entries.every(({ path, arity }) => PATH.test(path) && Number.isInteger(arity))) return false;
    readCommandTable(entries.map(({ path, arity, group }) => `${group}\n ${path}/${arity}`).join('\n'), commands);
    return true;
  } catch {
    // A key specification of a kind that is not known yet, or something else altogether.
    return false;
  }
}

function tipNotation(tip: string): string[] {
  const [name, policy] = tip.split(':') as [string, string];
  if (name === 'request_policy') return [`>${policy}`];
  if (name === 'response_policy') return [`<${policy}`];
  // Another value and another order are the same to a client: two replies can't be compared.
  return name.startsWith('nondeterministic') ? ['nondeterministic'] : [];
}

/** The notation is described in key-spec.ts. */
function keySpecNotation(spec: Reply): string {
  const fields = pairs(spec);
  const flags = texts(fields.get('flags'));
  const begin = pairs(fields.get('begin_search'));
  const find = pairs(fields.get('find_keys'));
  const access = ACCESS.find(([flag]) => flags.includes(flag))?.[1] ?? 'N';
  const marks = `${flags.includes('incomplete') ? '!' : ''}${flags.includes('not_key') ? '~' : ''}`;
  if (find.get('type') === 'unknown') return `${access}?${marks}`;
  return `${access}${beginNotation(begin)}${findNotation(find)}${marks}`;
}

function beginNotation(begin: ReadonlyMap<string, Reply>): string {
  const spec = pairs(begin.get('spec'));
  if (begin.get('type') === 'index') return String(spec.get('index'));
  if (begin.get('type') !== 'keyword') return '?';
  return `${String(spec.get('keyword')).toUpperCase()}@${spec.get('startfrom')}`;
}

function findNotation(find: ReadonlyMap<string, Reply>): string {
  const spec = pairs(find.get('spec'));
  const step = spec.get('keystep') === 1 ? '' : `+${spec.get('keystep')}`;
  if (find.get('type') === 'keynum') return `#${spec.get('keynumidx')}+${spec.get('firstkey')}${step}`;
  const last = spec.get('lastkey') === 0 ? '' : `..${spec.get('lastkey')}`;
  const limit = spec.get('limit') === 0 ? '' : `/${spec.get('limit')}`;
  return `${last}${limit}${step}`;
}

/** Redis before 7.0 and simple modules say no more than first key, last key and step. */
function fallbackNotation(keys: { first: number; last: number; step: number; isRead: boolean }): string[] {
  if (!(keys.first > 0)) return [];
  const last = keys.last < 0 ? keys.last : keys.last - keys.first;
  const step = keys.step === 1 ? '' : `+${keys.step}`;
  return [`(${keys.isRead ? 'R' : 'W'}${keys.first}${last === 0 ? '' : `..${last}`}${step})`];
}

function texts(reply: Reply | undefined): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

/** A map by the names of its keys, whichever form maps have. */
function pairs(reply: Reply | undefined): Map<string, Reply> {
  if (reply instanceof Map) return new Map([...reply].map(([name, value]) => [String(name), value]));
  if (Array.isArray(reply)) {
    return new Map(reply.flatMap((name, i) => (i % 2 === 0 ? [[String(name), reply[i + 1]!] as const] : [])));
  }
  return new Map(typeof reply === 'object' && reply !== null ? Object.entries(reply) : []);
}
