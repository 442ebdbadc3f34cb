import type { CommandInfo } from './command-info.ts';

/** One name has 2^n spellings: beyond so many, each is translated to upper case every time. */
const MAX_SPELLINGS = 4096;

/** Commands by name, or a container's subcommands by their second word, in any case; spellings met are remembered. */
export class CommandNames implements Iterable<CommandInfo> {
  readonly #bySpelling = new Map<string, CommandInfo>();

  /** Adds or replaces; `name` is upper case. To be called before any other spelling of it is looked up. */
  set(name: string, info: CommandInfo): void {
    this.#bySpelling.set(name, info);
  }

  find(spelling: string): CommandInfo | undefined {
    return this.#bySpelling.get(spelling) ?? this.#learn(spelling);
  }

  /** Each command once, in the order in which they were added. */
  [Symbol.iterator](): Iterator<CommandInfo> {
    return new Set(this.#bySpelling.values()).values();
  }

  #learn(spelling: string): CommandInfo | undefined {
    const info = this.#bySpelling.get(spelling.toUpperCase());
    if (info !== undefined && this.#bySpelling.size < MAX_SPELLINGS) this.#bySpelling.set(spelling, info);
    return info;
  }
}
