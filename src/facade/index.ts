/** The commands of Redis and Valkey as typed methods, generated from what servers say about them: `slotwire/commands`. */
export { type CommandArrays, type CommandSender, type Commands, commandArrays, commands } from './commands.ts';
export type { AtMostOne, Double, Integer, Key, OneOf, OneOrMore } from './types.ts';
