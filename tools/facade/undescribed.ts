/** Commands that our tables know and no server at hand describes: their arguments are one list. */
import { knownCommands } from '../../src/commands/index.ts';
import type { DescribedPart, Description } from './description.ts';

const ARGUMENTS: DescribedPart = {
  kind: 'value',
  type: 'string',
  token: undefined,
  name: 'args',
  parts: [],
  isOptional: true,
  repeats: 'values',
  isCounted: false,
};

/** The commands of the tables that are missing from what was described, and those described without arguments. */
export function undescribedCommands(described: ReadonlyMap<string, Description>): Description[] {
  const open = [...described.values()].filter((description) => description.isOpen);
  const missing = [...knownCommands()]
    .flatMap((info) => [...(info.subcommands ?? [info])])
    .map((info) => info.name.replace(' ', '|'))
    .filter((path) => !described.has(path));
  return [
    ...open.map((description) => ({ ...description, parts: [ARGUMENTS] })),
    ...missing.map((path) => ({
      path,
      group: path.includes('.') ? 'module' : 'undescribed',
      summary: undefined,
      since: undefined,
      complexity: undefined,
      deprecated: undefined,
      parts: [ARGUMENTS],
      isOpen: true,
      families: [],
    })),
  ];
}
