/**
 * Writes src/commands/command-table.ts from the COMMAND replies of real servers, the oldest given first: the table is
 * their union, and where they differ the last one counts.
 *
 *     node build/tools/generate-commands.js HOST:PORT ... > src/commands/command-table.ts
 */
import { connect } from 'node:net';
import { Decoder, encodeCommand, NEED_DATA, type Reply } from '../src/resp/index.ts';

/** One command or subcommand, in the words and notation of the table. */
interface Entry {
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
// Not commands: they end the connection of a browser that was tricked into talking to a server.
const DECOYS: ReadonlySet<string> = new Set(['POST', 'HOST:']);

async function main(addresses: readonly string[]): Promise<void> {
  if (addresses.length === 0) throw new Error('usage: generate-commands HOST:PORT ...');
  const entries = new Map<string, Entry>();
  const versions: string[] = [];
  for (const address of addresses) {
    const [info, commands] = await ask(address, [['INFO', 'server'], ['COMMAND']]);
    versions.push(serverVersion(String(info)));
    for (const entry of (commands as Reply[]).flatMap((command) => readCommand(command as Reply[]))) {
      if (!DECOYS.has(entry.path)) entries.set(entry.path, entry);
    }
  }
  process.stdout.write(formatTable([...entries.values()], versions));
}

/** Sends the commands and resolves with their replies, in RESP2, which every server speaks. */
function ask(address: string, commands: readonly string[][]): Promise<Reply[]> {
  const split = address.lastIndexOf(':');
  const socket = connect(Number(address.slice(split + 1)), address.slice(0, split));
  const decoder = new Decoder();
  const replies: Reply[] = [];
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      decoder.feed(chunk);
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) replies.push(reply);
      if (replies.length < commands.length) return;
      socket.destroy();
      resolve(replies);
    });
    for (const command of commands) socket.write(encodeCommand(command));
  });
}

function serverVersion(info: string): string {
  const valkey = /^valkey_version:(\S+)/m.exec(info);
  const other = /^(redict|redis)_version:(\S+)/m.exec(info);
  return valkey === null ? `${other?.[1]} ${other?.[2]}` : `valkey ${valkey[1]}`;
}

/** A command with its subcommands; Redis before 7.0 has neither these nor the last fields. */
function readCommand(command: readonly Reply[]): Entry[] {
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

function formatTable(entries: readonly Entry[], versions: readonly string[]): string {
  const groups = new Map<string, string[]>();
  for (const { group, path, arity } of entries) {
    const names = groups.get(group) ?? [];
    groups.set(group, names);
    names.push(`${path}/${arity}`);
  }
  const lines = [...groups.keys()].sort().flatMap((group) => [group, ...wrap(groups.get(group)!.sort())]);
  return [
    '// Generated by tools/generate-commands.ts: not to be edited. From the COMMAND replies of',
    `// ${versions.join(', ')}.`,
    '/** Flags, key specifications and policies of the servers, in the form that command-info.ts describes. */',
    `export const COMMAND_TABLE: string = \`${lines.join('\n')}\`;`,
    '',
  ].join('\n');
}

/** Indented lines of at most 120 characters. */
function wrap(names: readonly string[]): string[] {
  const lines = [''];
  for (const name of names) {
    if (lines.at(-1)!.length + name.length > 118) lines.push('');
    lines[lines.length - 1] += ` ${name}`;
  }
  return lines;
}

function texts(reply: Reply | undefined): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}

function pairs(reply: Reply | readonly Reply[] | undefined): Map<string, Reply> {
  const flat = (reply ?? []) as readonly Reply[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[String(name), flat[i + 1]!] as const] : [])));
}

await main(process.argv.slice(2));
