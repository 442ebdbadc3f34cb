import { type CommandInfo, KEY_DEPENDS, NO_KEY, type RequestPolicy, type ResponsePolicy } from './command-info.ts';
import { CommandNames } from './command-names.ts';
import { type KeySpec, parseKeySpec } from './key-spec.ts';
import { sessionNeed } from './session-need.ts';

/** A line of a command table: what its commands have in common. */
type Group = Omit<CommandInfo, 'name' | 'arity' | 'session' | 'subcommands'>;

/** A command while its subcommands are being added to it. */
interface Container extends Omit<CommandInfo, 'subcommands'> {
  subcommands: CommandNames | undefined;
}

// What EXEC and scripts run answers for itself; a module's command is code like a script.
const USER_CODE: ReadonlySet<string> = new Set([
  'EVAL',
  'EVAL_RO',
  'EVALSHA',
  'EVALSHA_RO',
  'FCALL',
  'FCALL_RO',
  'EXEC',
]);

/**
 * Reads a command table in the form that `tools/generate-commands.ts` writes: a line of flags, key specifications
 * (see key-spec.ts) and policies, then indented the commands that have exactly these, as NAME/arity or
 * NAME|SUBCOMMAND/arity; lines that begin with # are comments. Later entries replace earlier ones.
 *
 *     readonly (R1..-1) >multi_shard <agg_sum
 *      EXISTS/-2 TOUCH/-2
 */
export function readCommandTable(table: string, commands: CommandNames): void {
  let group = readGroup('-');
  for (const line of table.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) group = readGroup(line);
    else for (const entry of line.slice(1).split(' ')) addCommand(commands, entry, group);
  }
}

function readGroup(line: string): Group {
  const words = line.split(' ');
  const keySpecs = words.flatMap((word) => (word.startsWith('(') ? [parseKeySpec(word.slice(1, -1))] : []));
  return {
    isReadonly: words.includes('readonly'),
    isWrite: words.includes('write'),
    isBlocking: words.includes('blocking'),
    isAdmin: words.includes('admin'),
    isPubSub: words.includes('pubsub'),
    deniesOom: words.includes('denyoom'),
    runsUserCode: words.includes('module'),
    isNondeterministic: words.includes('nondeterministic'),
    keySpecs,
    firstKey: firstKey(keySpecs),
    hasOneKey: keySpecs.length === 1 && findsOneKey(keySpecs[0]!),
    requestPolicy: words.find((word) => word.startsWith('>'))?.slice(1) as RequestPolicy | undefined,
    responsePolicy: words.find((word) => word.startsWith('<'))?.slice(1) as ResponsePolicy | undefined,
  };
}

function addCommand(commands: CommandNames, entry: string, group: Group): void {
  const [path, arity] = entry.split('/') as [string, string];
  const [name, subcommand] = path.split('|') as [string, string | undefined];
  const info = commandInfo(path.replace('|', ' '), Number(arity), group);
  const known: Container | undefined = commands.find(name);
  if (subcommand === undefined) {
    info.subcommands = known?.subcommands;
    commands.set(name, info);
  } else {
    const container = known ?? commandInfo(name, -2, readGroup('-'));
    container.subcommands ??= new CommandNames();
    container.subcommands.set(subcommand, info);
    commands.set(name, container);
  }
}

// The only maker of these objects, field by field, so that all have one shape: the path of every command reads them.
function commandInfo(name: string, arity: number, group: Group): Container {
  return {
    name,
    arity,
    isReadonly: group.isReadonly,
    isWrite: group.isWrite,
    isBlocking: group.isBlocking,
    isAdmin: group.isAdmin,
    isPubSub: group.isPubSub,
    deniesOom: group.deniesOom,
    runsUserCode: group.runsUserCode || USER_CODE.has(name),
    isNondeterministic: group.isNondeterministic,
    keySpecs: group.keySpecs,
    firstKey: group.firstKey,
    hasOneKey: group.hasOneKey,
    requestPolicy: group.requestPolicy,
    responsePolicy: group.responsePolicy,
    session: sessionNeed(name),
    subcommands: undefined,
  };
}

/** A fixed argument that can't but be a key, where there is one. */
function firstKey(specs: readonly KeySpec[]): number {
  const [first] = specs;
  if (first === undefined) return NO_KEY;
  const { begin, find, skipsEmpty } = first;
  return begin.kind === 'index' && find.kind === 'range' && !skipsEmpty ? begin.index : KEY_DEPENDS;
}

function findsOneKey(spec: KeySpec): boolean {
  return spec.begin.kind === 'index' && spec.find.kind === 'range' && spec.find.lastKey === 0;
}
