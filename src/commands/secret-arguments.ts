import type { Argument } from '../resp/index.ts';
import { argumentText, isKeyword } from './argument-text.ts';
import type { CommandInfo } from './command-info.ts';

/** Finds the secrets among the arguments of one command. */
type Finder = (args: readonly Argument[]) => readonly Argument[];

/** The commands that are given passwords; names are as the tables have them. */
const FINDERS: { readonly [command: string]: Finder } = {
  AUTH: (args) => args.slice(1),
  HELLO: (args) => behind(args, 'AUTH', 2),
  MIGRATE: (args) => [...behind(args, 'AUTH', 1), ...behind(args, 'AUTH2', 2)],
  // requirepass, masterauth, primaryauth, tls-key-file-pass, tls-client-key-file-pass
  'CONFIG SET': (args) =>
    args.filter((_, i) => i > 2 && i % 2 === 1 && /pass$|auth$/i.test(argumentText(args[i - 1]!))),
  // >password, <password, #hash and !hash
  'ACL SETUSER': (args) =>
    args
      .slice(3)
      .map(argumentText)
      .filter((rule) => /^[><#!]/.test(rule))
      .map((rule) => rule.slice(1)),
};

/** The passwords among the arguments of a command, and what stands for them; mostly none. */
export function secretArguments(info: CommandInfo | undefined, args: readonly Argument[]): readonly Argument[] {
  if (info === undefined || !Object.hasOwn(FINDERS, info.name)) return [];
  return FINDERS[info.name]!(args);
}

/** So many arguments behind a keyword, wherever it stands. */
function behind(args: readonly Argument[], keyword: string, count: number): readonly Argument[] {
  const index = args.findIndex((arg) => isKeyword(arg, keyword));
  return index < 0 ? [] : args.slice(index + 1, index + 1 + count);
}
