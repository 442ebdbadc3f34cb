import { DATA_COMMANDS } from './data-commands.ts';
import type { KeyDump, Keyspace } from './keyspace.ts';

/** A change that a primary made, and replicas repeat. */
export type Change =
  | { readonly at: number; readonly kind: 'command'; readonly args: readonly string[] }
  | { readonly at: number; readonly kind: 'restore'; readonly dump: KeyDump }
  | { readonly at: number; readonly kind: 'delete'; readonly key: string };

/**
 * A primary's stream of changes, and how far this node has got in the stream of its own primary.
 *
 * Changes are applied when somebody looks: until then a replica that lags costs nothing.
 */
export class NodeReplication {
  /** What this node changed as a primary, oldest first. */
  changes: Change[] = [];
  readonly #keyspace: Keyspace;
  /** The stream of the primary, and how many of its changes are here. */
  #source: Change[] | undefined;
  #applied = 0;

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** Begins as a copy of a primary: a full resynchronization. Its own stream ends. */
  follow(primary: NodeReplication): void {
    this.#keyspace.copyFrom(primary.#keyspace);
    this.#source = primary.changes;
    this.#applied = primary.changes.length;
    this.changes = [];
  }

  /** Repeats what the primary changed up to a moment. */
  applyUntil(time: number): void {
    const source = this.#source;
    if (source === undefined) return;
    for (
      let change = source[this.#applied];
      change !== undefined && change.at <= time;
      change = source[this.#applied]
    ) {
      this.#apply(change);
      this.#applied++;
    }
  }

  /** Stops following. @returns the stream of the former primary, and where in it what was not repeated begins. */
  stopFollowing(): { readonly changes: readonly Change[]; readonly from: number } {
    const stopped = { changes: this.#source ?? [], from: this.#applied };
    this.#source = undefined;
    return stopped;
  }

  #apply(change: Change): void {
    if (change.kind === 'restore') this.#keyspace.restore(change.dump);
    else if (change.kind === 'delete') this.#keyspace.delete(change.key);
    else {
      const [name] = change.args;
      DATA_COMMANDS.get(name!)?.({ keyspace: this.#keyspace, protocol: 2, now: change.at }, change.args);
    }
  }
}
