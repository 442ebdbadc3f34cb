import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CommandNames } from '../../src/commands/command-names.ts';
import { COMMAND_TABLE } from '../../src/commands/command-table.ts';
import { EXTRA_COMMANDS } from '../../src/commands/extra-commands.ts';
import { readCommandTable } from '../../src/commands/read-command-table.ts';

const test = suite('read command table');

function read(...tables: string[]): CommandNames {
  const names = new CommandNames();
  for (const table of tables) readCommandTable(table, names);
  return names;
}

test('a line of properties, then the commands that have them', () => {
  const names = read('readonly (R1..-1) >multi_shard <agg_sum\n EXISTS/-2 TOUCH/-2\n-\n ECHO/2');
  const exists = names.find('EXISTS')!;
  assert.is(exists.arity, -2);
  assert.ok(exists.isReadonly);
  assert.is(exists.firstKey, 1);
  assert.not(exists.hasOneKey);
  assert.is(exists.requestPolicy, 'multi_shard');
  assert.is(exists.responsePolicy, 'agg_sum');
  assert.equal(names.find('TOUCH')!.keySpecs, exists.keySpecs);
  const echo = names.find('ECHO')!;
  assert.not(echo.isReadonly);
  assert.is(echo.firstKey, -1);
  assert.equal(echo.keySpecs, []);
});

test('a fixed first key is known beforehand, any other depends on the call', () => {
  const names = read('(R1)\n A/2\n(O1) (R2..-1)\n B/2\n(R2#0+1)\n C/2\n(RSTREAMS@1)\n D/2\n(W3%)\n E/2');
  assert.equal(
    [...names].map((info) => info.firstKey),
    [1, 1, -2, -2, -2],
  );
  assert.equal(
    [...names].map((info) => info.hasOneKey),
    [true, false, false, false, true],
  );
});

test('a container may come before its subcommands, after them, or not at all', () => {
  for (const table of ['-\n C/-2 C|A/2', 'admin\n C|A/2\n-\n C/-2', '-\n C|A/2']) {
    const container = read(table).find('C')!;
    assert.is(container.arity, -2);
    assert.not(container.isAdmin);
    assert.is(container.subcommands?.find('a')?.name, 'C A');
  }
});

test('a later entry replaces an earlier one and leaves subcommands alone', () => {
  const names = read('readonly\n C/-2 C|A/2 D/1', 'write\n C/-3 D/2');
  assert.ok(names.find('C')!.isWrite);
  assert.not(names.find('C')!.isReadonly);
  assert.is(names.find('C')!.subcommands?.find('A')?.arity, 2);
  assert.is([...names].length, 2);
});

test('a comment and an empty line say nothing', () => {
  assert.is([...read('# no\n\n-\n A/1\n# yes\n B/1\n')].length, 2);
});

test('a broken table is refused', () => {
  assert.throws(() => read('(X1)\n A/1'), /not a key specification: X1/);
});

test('the generated table is sorted, and its lines are short', () => {
  const lines = COMMAND_TABLE.split('\n');
  assert.ok(lines.every((line) => line.length <= 120));
  const groups = lines.filter((line) => !line.startsWith(' '));
  assert.equal(groups, [...new Set(groups)].sort());
});

test('what is written by hand is not in the generated table, but for corrections', () => {
  const generated = read(COMMAND_TABLE);
  const repeated = [...read(EXTRA_COMMANDS)].filter((info) => {
    const same = generated.find(info.name);
    return same !== undefined && info.subcommands === undefined;
  });
  assert.equal(
    repeated.map((info) => info.name),
    ['MIGRATE', 'STRALGO'],
  );
});

test.run();
