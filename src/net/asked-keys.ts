import { type CommandInfo, keyPositions } from '../commands/index.ts';
import type { Argument } from '../resp/index.ts';
import type { Command } from './command.ts';

/**
 * The keys of commands that ASK sent to one node. An ASK is about these alone: others of the slot may still be at the
 * source, and the node it leads to would answer for them as if they did not exist.
 */
export class AskedKeys {
  readonly #keys = new Set<string>();

  constructor(commands: readonly Command[], askAddress: string | undefined) {
    for (const command of commands) {
      if (command.askAddress === askAddress) for (const key of keysOf(command)) this.#keys.add(key);
    }
  }

  /** Whether all keys of a command are among them. */
  covers(command: Command): boolean {
    return keysOf(command).every((key) => this.#keys.has(key));
  }
}

function keysOf({ info, args, transaction }: Command): string[] {
  if (transaction === undefined) return keysOfCall(info, args);
  return transaction.commands.flatMap((call, i) => keysOfCall(transaction.infos[i], call));
}

/** A command that no table knows is taken to have its key where nearly every one has it. */
function keysOfCall(info: CommandInfo | undefined, args: readonly Argument[]): string[] {
  const positions = info === undefined ? [1] : keyPositions(info, args);
  return positions.filter((at) => at < args.length).map((at) => keyText(args[at]!));
}

/** One text for one key, however it is given: each byte a character. */
function keyText(key: Argument): string {
  const bytes =
    typeof key === 'object' ? Buffer.from(key.buffer, key.byteOffset, key.byteLength) : Buffer.from(String(key));
  return bytes.toString('latin1');
}
