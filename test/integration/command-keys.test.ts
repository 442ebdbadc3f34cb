import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CommandInfo, findCommand, keyPositions } from '../../src/commands/index.ts';
import { ErrorReply } from '../../src/errors.ts';
import { type CallSyntax, encodeCall, readCallSyntax } from '../../src/facade/encode-call.ts';
import { SYNTAX_TABLE } from '../../src/facade/generated/syntax-table.ts';
import type { Part } from '../../src/facade/syntax.ts';
import { type Client, connect } from '../../src/net/index.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';
import { type ServerProcess, seededRandom, startServer } from '../../src/testing/index.ts';
import { describeCommands } from '../../tools/facade/description.ts';
import { formatSyntax } from '../../tools/facade/format-syntax.ts';
import { saysMore, tokensIn } from '../../tools/facade/merge.ts';
import { type Choices, fullest, sampleCall, shortest } from '../support/sample-call.ts';
import { binary, has, needing, since } from '../support/server-needs.ts';

const test = suite('integration/command-keys');
const testSince7 = since(test, 7, 0);
const isValkey81 = binary.name === 'valkey' && binary.version.slice(0, 2).join('.') === '8.1';

/** Where we and COMMAND GETKEYS differ on purpose. */
const DECISIONS: { readonly [name: string]: string } = {
  SPUBLISH: 'a shard channel is routed like a key (not_key); GETKEYS leaves it out',
  SSUBSCRIBE: 'the same',
  SUNSUBSCRIBE: 'the same',
  CLUSTERSCAN: 'its cursor names a slot with a hash tag: the same',
  SORT: 'STORE is behind options that no specification can skip: the server says "unknown", its own code knows',
  PFMERGE: 'GETKEYS refuses the destination alone, which the command itself takes',
  MIGRATE: 'a key and KEYS together are no valid call; for the others see the next test',
  PFDEBUG: 'Redis 6.0 does not say where its key is',
  ...(has(6, 0) ? {} : { MEMORY: 'nor does 5.0', MODULE: '4.0 says it has one', TOUCH: '5.0 says it has but one' }),
};

let server: ServerProcess;
let client: Client;
/** The server's own arity, by upper-case path. */
let arities: ReadonlyMap<string, number>;
const syntaxes: readonly CallSyntax[] = SYNTAX_TABLE.split('\n').map(readCallSyntax);

test.before(async () => {
  server = await startServer();
  client = await connect({ port: server.port });
  const commands = (await client.send(['COMMAND'])) as Reply[][];
  arities = new Map(commands.flatMap(aritiesOf));
});

test.after(async () => {
  await client?.close();
  await server?.stop();
});

/** A command's arity and its subcommands'; those before 7.0 don't tell about subcommands. */
function aritiesOf(command: readonly Reply[]): (readonly [path: string, arity: number])[] {
  const [name, arity, , , , , , , , subcommands = []] = command;
  return [[String(name).toUpperCase(), Number(arity)], ...(subcommands as Reply[][]).flatMap(aritiesOf)];
}

/** What the server says of a command, as far as it has it. */
function serverArity({ words }: CallSyntax): number | undefined {
  return arities.get(words.join('|')) ?? (has(7, 0) ? undefined : arities.get(words[0]!));
}

function fits(length: number, arity: number): boolean {
  return arity > 0 ? length === arity : length >= -arity;
}

/** Calls of one command: the shortest, the fullest with each alternative, and some at random. */
function calls(syntax: CallSyntax): Argument[][] {
  let count = 0;
  const value = (part: Part): string => `${part.name}-${count++}`;
  const random = seededRandom(7);
  const anything: Choices = {
    includes: () => random() < 0.5,
    alternative: (many) => Math.floor(random() * many),
    listLength: () => 1 + Math.floor(random() * 4),
    value,
  };
  const alternatives = [0, 1, 2, 3].map((nth) => ({ ...fullest(value), alternative: (many: number) => nth % many }));
  const choices = [shortest(value), ...alternatives, anything, anything, anything];
  return choices.map((choice) => encodeCall(syntax, sampleCall(syntax, choice).given));
}

async function serverKeys(args: readonly Argument[]): Promise<string[]> {
  try {
    return ((await client.send(['COMMAND', 'GETKEYS', ...args])) as string[]).sort();
  } catch (error) {
    // The command has no keys at all, or none in this call.
    if (error instanceof ErrorReply) return [];
    throw error;
  }
}

function ourKeys(info: CommandInfo, args: readonly Argument[]): string[] {
  return keyPositions(info, args)
    .map((position) => String(args[position]))
    .sort();
}

test('the keys of a call are those that COMMAND GETKEYS finds, in hundreds of commands', async () => {
  const differing = new Set<string>();
  let compared = 0;
  for (const syntax of syntaxes) {
    const arity = serverArity(syntax);
    if (arity === undefined) continue;
    for (const args of calls(syntax)) {
      const info = findCommand(args)!;
      if (!fits(args.length, arity) || info.name.split(' ')[0]! in DECISIONS) continue;
      // Of Redis 8.4: before, keys behind an option that is not known are not found.
      if (args.includes('CLAIM')) continue;
      const [ours, theirs] = [ourKeys(info, args), await serverKeys(args)];
      if (String(ours) !== String(theirs)) differing.add(`${args.join(' ')}: ours ${ours}, the server's ${theirs}`);
      compared++;
    }
  }
  assert.equal([...differing], []);
  assert.ok(compared > 1000, `${compared} calls compared`);
});

testSince7('MIGRATE has one key, or those behind the last KEYS where that one is empty', async () => {
  for (const call of [
    ['h', 1, 'k', 0, 9, 'COPY'],
    ['h', 1, '', 0, 9, 'AUTH', 'KEYS', 'KEYS', 'a', 'b'],
  ]) {
    const args = ['MIGRATE', ...call];
    assert.equal(ourKeys(findCommand(args)!, args), await serverKeys(args));
  }
});

// What newer servers take with fewer arguments than the first that had it.
const LOOSENED: readonly string[] = ['HELLO', 'OBJECT HELP', 'COMMAND GETKEYS', 'COMMAND GETKEYSANDFLAGS'];

test('every call has as many arguments as the server wants', () => {
  for (const syntax of syntaxes) {
    const arity = serverArity(syntax);
    // An open list says nothing of what it should hold.
    if (arity === undefined || syntax.parts.some((part) => part.name === 'args')) continue;
    const [args] = calls(syntax);
    if (LOOSENED.includes(syntax.words.join(' '))) continue;
    assert.ok(fits(args!.length, arity), `${args!.join(' ')}: arity ${arity}`);
  }
});

/** Newest words that the generator leaves to `send` (tools/facade/merge.ts says why). */
const NO_METHOD: readonly string[] = [
  'GEOSEARCH BYPOLYGON',
  'GEOSEARCHSTORE BYPOLYGON',
  'CLUSTER|REPLICATE NO',
  'CLUSTER|REPLICATE ONE',
];

testSince7('every word that the server describes is in the table', async () => {
  const docs = await documented(
    async (described) => (await described.send(['COMMAND', 'DOCS'])) as unknown as { [path: string]: DocNode },
  );
  const known = new Map(
    syntaxes.map((syntax) => [
      syntax.words.join('|'),
      new Set(tokensIn(syntax.parts).map((token) => token.toUpperCase())),
    ]),
  );
  const missing = Object.entries(docs).flatMap(([path, doc]) => missingTokens(path.toUpperCase(), doc, known));
  assert.equal(
    missing.filter((word) => !NO_METHOD.includes(word)),
    [],
  );
});

const testValkey81 = needing(test, isValkey81, 'Valkey 8.1, the last of the generator’s servers');

testValkey81('the table is what the last of the generator’s servers describes, or says more', async () => {
  const descriptions = await documented((described) => describeCommands(described, 'valkey'));
  const lines = new Set(SYNTAX_TABLE.split('\n'));
  const known = new Map(syntaxes.map(({ words, parts }) => [words.join('|'), parts]));
  const outdated = descriptions
    .filter(({ path, parts, isOpen }) => !isOpen && !saysMore(known.get(path)!, parts))
    .map(({ path, parts }) => `${path} ${formatSyntax(parts)}`.trim())
    .filter((line) => !lines.has(line));
  assert.equal(outdated, []);
});

/** Asks over a connection that delivers maps as objects. */
async function documented<T>(ask: (client: Client) => Promise<T>): Promise<T> {
  const objects = await connect({ port: server.port, protocol: 3, maps: 'object' });
  try {
    return await ask(objects);
  } finally {
    await objects.close();
  }
}

interface DocNode {
  readonly token?: string;
  readonly arguments?: readonly DocNode[];
  readonly subcommands?: { readonly [path: string]: DocNode };
}

function missingTokens(path: string, doc: DocNode, known: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const children = Object.entries(doc.subcommands ?? {}).flatMap(([name, child]) =>
    missingTokens(name.toUpperCase(), child, known),
  );
  if (doc.subcommands !== undefined && !known.has(path)) return children;
  const own = documentedTokens(doc).filter((token) => !known.get(path)?.has(token));
  return [...children, ...own.map((token) => `${path} ${token}`), ...(known.has(path) ? [] : [path])];
}

function documentedTokens(node: DocNode): string[] {
  return [...(node.token === undefined ? [] : [node.token]), ...(node.arguments ?? []).flatMap(documentedTokens)];
}

test.run();
