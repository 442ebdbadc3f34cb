import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_TABLE } from '../../src/commands/command-table.ts';
import { type CommandEntry, findCommand, readCommandReply } from '../../src/commands/index.ts';
import { type Client, connect } from '../../src/net/index.ts';
import type { Reply } from '../../src/resp/index.ts';
import { type ServerProcess, startServer } from '../../src/testing/index.ts';
import { has, since } from '../support/server-needs.ts';

const test = suite('integration/command-table');
let server: ServerProcess;
let client: Client;
let entries: readonly CommandEntry[];

test.before(async () => {
  server = await startServer();
  client = await connect({ port: server.port, protocol: 2 });
  const commands = (await client.send(['COMMAND'])) as Reply[][];
  // Two decoys for browsers are in the list, and in no table.
  entries = commands.flatMap(readCommandReply).filter(({ path }) => path !== 'POST' && path !== 'HOST:');
});

test.after(async () => {
  await client?.close();
  await server?.stop();
});

/** The lines of the table as the generator's entries. */
function tableEntries(): Map<string, CommandEntry> {
  const table = new Map<string, CommandEntry>();
  let group = '';
  for (const line of COMMAND_TABLE.split('\n')) {
    if (!line.startsWith(' ')) group = line;
    else {
      for (const [, path, arity] of line.matchAll(/(\S+)\/(-?\d+)/g)) {
        table.set(path!, { path: path!, arity: Number(arity), group });
      }
    }
  }
  return table;
}

test('the table has every command of the server', () => {
  const table = tableEntries();
  assert.equal(
    entries.filter(({ path }) => !table.has(path)).map(({ path }) => path),
    [],
  );
});

since(
  test,
  7,
  2,
)('it says of it what the server says, as far as its way depends on it', () => {
  const table = tableEntries();
  for (const entry of entries) {
    const ours = table.get(entry.path)!;
    assert.equal(essence(ours), essence(entry));
    // Where versions differ, the table is on the safe side.
    for (const word of ['write', 'blocking', 'nondeterministic']) {
      assert.ok(
        !entry.group.split(' ').includes(word) || ours.group.split(' ').includes(word),
        `${entry.path} ${word}`,
      );
    }
  }
});

/**
 * Keys, policies, and whether it only reads. What a server does with a command besides, and how many arguments it takes,
 * differs from version to version, and so does whether a key that is written counts as overwritten or deleted; Redis 8.0
 * alone marks keys behind a keyword, of which it may miss some.
 */
function essence({ path, group }: CommandEntry): string {
  const words = group
    .replaceAll('!', '')
    .replace(/\([OD]/g, '(W')
    .split(' ');
  return [path, ...words.filter((word) => word === 'readonly' || /^[(<>]/.test(word))].join(' ');
}

test('nothing that the server may write with counts as readonly', () => {
  const writing = entries.filter(({ group }) => group.split(' ').includes('write'));
  assert.ok(writing.length > 70);
  for (const { path } of writing) assert.not(findCommand(path.split('|'))!.isReadonly, path);
});

test('whatever takes a key for the server takes one for us', () => {
  for (const { path, group } of entries.filter((entry) => entry.group.includes('('))) {
    const info = findCommand(path.split('|'))!;
    const subcommands = [...(info.subcommands ?? [])];
    // Before 7.0 a container speaks for its subcommands, in 4.0 even for one that has no keys at all.
    const isKeyed = [info, ...subcommands].some((each) => each.keySpecs.length > 0);
    assert.ok(isKeyed || (path === 'MODULE' && !has(5, 0)), `${path} ${group}`);
  }
});

test.run();
