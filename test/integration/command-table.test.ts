import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_TABLE } from '../../src/commands/command-table.ts';
import { type CommandEntry, findCommand, readCommandReply } from '../../src/commands/index.ts';
import { type Client, connect } from '../../src/net/index.ts';
import type { Reply } from '../../src/resp/index.ts';
import { isAtLeast, type ServerProcess, startServer } from '../../src/testing/index.ts';

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

test('the table has every command of the server, and from 7.2 on says of it what the server says', () => {
  const table = tableEntries();
  assert.equal(
    entries.filter(({ path }) => !table.has(path)).map(({ path }) => path),
    [],
  );
  if (!isAtLeast(server.binary, [7, 2, 0])) return;
  for (const entry of entries) assert.equal(complete(table.get(entry.path)!), complete(entry));
});

/** Redis 8.0 alone says that specifications with a keyword may miss a key: the table repeats that, to be on the safe side. */
function complete(entry: CommandEntry): CommandEntry {
  return { ...entry, group: entry.group.replaceAll('!', '') };
}

test('nothing that the server may write with counts as readonly', () => {
  const writing = entries.filter(({ group }) => group.split(' ').includes('write'));
  assert.ok(writing.length > 80);
  for (const { path } of writing) assert.not(findCommand(path.split('|'))!.isReadonly, path);
});

test('whatever takes a key for the server takes one for us', () => {
  for (const { path, group } of entries.filter((entry) => entry.group.includes('('))) {
    const info = findCommand(path.split('|'))!;
    const subcommands = [...(info.subcommands ?? [])];
    // Before 7.0 a container speaks for its subcommands.
    const isKeyed = [info, ...subcommands].some((each) => each.keySpecs.length > 0);
    assert.ok(isKeyed, `${path} ${group}`);
  }
});

test.run();
