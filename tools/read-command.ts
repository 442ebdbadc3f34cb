/** One command of a server's COMMAND reply, in the notation of src/commands/command-table.ts. */
import type { Reply } from '../src/resp/index.ts';

/** One command or subcommand, in the words and notation of the table. */
export interface Entry {
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
/** A command with its subcommands; Redis before 7.0 has neither these nor the last fields. */
export function readCommand(command: readonly Reply[]): Entry[] {
  const [name, arity, flags, first, last, step, , tips = [], specs = [], subcommands = []] = command;
  const words = texts(flags);
  const fallback = { first: Number(first), last: Number(last), step: Number(step), isRead: words.includes('readonly') };
  const keySpecs = specs as readonly Reply[][];
  const group = [
    ...FLAGS.filter((flag) => words.includes(flag)),
    ...(keySpecs.length > 0 ? keySpecs.map((spec) => `(${keySpecNotation(spec)})`) : fallbackNotation(fallback)),
    ...texts(tips).flatMap(tipNotation).sort(),
  ];
  const entry = { path: String(name).toUpperCase(), arity: Number(arity), group: [...new Set(group)].join(' ') || '-' };
  return [entry, ...(subcommands as Reply[][]).flatMap(readCommand)];
}

function tipNotation(tip: string): string[] {
  const [name, policy] = tip.split(':') as [string, string];
  if (name === 'request_policy') return [`>${policy}`];
  if (name === 'response_policy') return [`<${policy}`];
  // Another value and another order are the same to a client: two replies can't be compared.
  return name.startsWith('nondeterministic') ? ['nondeterministic'] : [];
}

/** The notation is described in src/commands/key-spec.ts. */
function keySpecNotation(spec: readonly Reply[]): string {
  const fields = pairs(spec);
  const flags = texts(fields.get('flags'));
  const begin = pairs(fields.get('begin_search'));
  const find = pairs(fields.get('find_keys'));
  const access = ACCESS.find(([flag]) => flags.includes(flag))?.[1] ?? 'N';
  const marks = `${flags.includes('incomplete') ? '!' : ''}${flags.includes('not_key') ? '~' : ''}`;
  return `${access}${beginNotation(begin)}${findNotation(find)}${marks}`;
}

function beginNotation(begin: ReadonlyMap<string, Reply>): string {
  const spec = pairs(begin.get('spec'));
  if (begin.get('type') === 'index') return String(spec.get('index'));
  return begin.get('type') === 'keyword' ? `${spec.get('keyword')}@${spec.get('startfrom')}` : '?';
}

function findNotation(find: ReadonlyMap<string, Reply>): string {
  const spec = pairs(find.get('spec'));
  if (find.get('type') === 'unknown') return '';
  const step = spec.get('keystep') === 1 ? '' : `+${spec.get('keystep')}`;
  if (find.get('type') === 'keynum') return `#${spec.get('keynumidx')}+${spec.get('firstkey')}${step}`;
  const last = spec.get('lastkey') === 0 ? '' : `..${spec.get('lastkey')}`;
  const limit = spec.get('limit') === 0 ? '' : `/${spec.get('limit')}`;
  return `${last}${limit}${step}`;
}

/** Redis before 7.0 and simple modules say no more than first key, last key and step. */
function fallbackNotation(keys: { first: number; last: number; step: number; isRead: boolean }): string[] {
  if (keys.first <= 0) return [];
  const last = keys.last < 0 ? keys.last : keys.last - keys.first;
  const step = keys.step === 1 ? '' : `+${keys.step}`;
  return [`(${keys.isRead ? 'R' : 'W'}${keys.first}${last === 0 ? '' : `..${last}`}${step})`];
}

function texts(reply: Reply | undefined): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

function pairs(reply: Reply | readonly Reply[] | undefined): Map<string, Reply> {
  const flat = (reply ?? []) as readonly Reply[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]!] as const] : [])));
}
