import type { Argument } from '../resp/index.ts';
import { argumentText } from './argument-text.ts';
import type { CommandInfo } from './command-info.ts';
import { CommandNames } from './command-names.ts';
import { COMMAND_TABLE } from './command-table.ts';
import { EXTRA_COMMANDS } from './extra-commands.ts';
import { readCommandTable } from './read-command-table.ts';

// Read at the first look-up, so that importing this costs nothing.
let table: CommandNames | undefined;

/** Every command and container that the tables know. */
export function knownCommands(): CommandNames {
  if (table !== undefined) return table;
  const names = new CommandNames();
  readCommandTable(COMMAND_TABLE, names);
  readCommandTable(EXTRA_COMMANDS, names);
  table = names;
  return names;
}

/**
 * What the servers' tables say about a command, by its name in any case, text or bytes; for `CLIENT SETNAME` and its
 * like by the first two arguments.
 *
 * @returns `undefined` for a command that no table has: of a module, of a newer server, or misspelt. A container with
 * a second word that it does not have is returned itself.
 */
export function findCommand(args: readonly Argument[]): CommandInfo | undefined {
  return findCommandIn(table ?? knownCommands(), args);
}

/** The same in other tables than ours. */
export function findCommandIn(commands: CommandNames, args: readonly Argument[]): CommandInfo | undefined {
  const name = args[0];
  const info = commands.find(typeof name === 'string' ? name : nameText(name));
  if (info === undefined || info.subcommands === undefined) return info;
  const second = args[1];
  return info.subcommands.find(typeof second === 'string' ? second : nameText(second)) ?? info;
}

function nameText(argument: Argument | undefined): string {
  return argument === undefined ? '' : argumentText(argument);
}
