import type { Change } from './node-replication.ts';

/** The end of a primary's stream that its successor never got. */
export interface LostStream {
  readonly changes: readonly Change[];
  readonly from: number;
}

/**
 * What the servers did that a client can't know and the checker must: which writes a primary took with it, and which took
 * effect in an order that the contract leaves open.
 *
 * Appends (`RPUSH key value`) are known by key and value, increments are counted per key.
 */
export class ServerRecord {
  /** Ran on a connection that its client had given up: in doubt, it came true late. */
  readonly #late = new Set<string>();
  /** Came with ASKING to a node that was receiving the slot anew, while the key was where it is being moved from. */
  readonly #strayed: (readonly string[])[] = [];
  /** Was in flight behind a refused command on the same key, and ran before that. */
  readonly #overtook = new Set<string>();
  readonly #streams: LostStream[] = [];

  /** Writes that ran outside the order contract, by why. */
  get exceptions(): { late: number; overtook: number; strayed: number } {
    return { late: this.#late.size, overtook: this.#overtook.size, strayed: this.#strayed.length };
  }

  ranLate(args: readonly string[]): void {
    this.#late.add(nameOf(args[1], args[2]));
  }

  strayed(args: readonly string[]): void {
    this.#strayed.push(args);
  }

  overtook(args: readonly string[]): void {
    this.#overtook.add(nameOf(args[1], args[2]));
  }

  /** A primary was replaced by a replica that had less; what it still does is lost as well. */
  lost(stream: LostStream): void {
    this.#streams.push(stream);
  }

  isLate(key: string, value: number): boolean {
    return this.#late.has(nameOf(key, String(value)));
  }

  hasOvertaken(key: string, value: number): boolean {
    return this.#overtook.has(nameOf(key, String(value)));
  }

  /** Everything that was lost with primaries, and what strayed: the key's other half replaces it. */
  losses(): { readonly appends: ReadonlySet<string>; readonly increments: ReadonlyMap<string, number> } {
    const appends = new Set<string>();
    const increments = new Map<string, number>();
    const add = (key: string, count: number): void => void increments.set(key, (increments.get(key) ?? 0) + count);
    const lose = ([name, key, value]: readonly string[]): void => {
      if (name === 'RPUSH') appends.add(nameOf(key, value));
      else if (name === 'INCR') add(key!, 1);
    };
    for (const args of this.#strayed) lose(args);
    for (const change of this.#streams.flatMap(({ changes, from }) => changes.slice(from))) {
      if (change.kind === 'command') lose(change.args);
      else if (change.kind === 'restore') {
        const { key, value } = change.dump;
        if (typeof value === 'string') add(key, Number(value) || 0);
        else for (const each of value) appends.add(nameOf(key, each));
      }
    }
    return { appends, increments };
  }
}

/** How an append is called in {@link ServerRecord.losses}. */
export function nameOf(key: string | undefined, value: string | undefined): string {
  return `${key} ${value}`;
}
