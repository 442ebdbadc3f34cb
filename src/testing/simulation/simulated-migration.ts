import type { ClusterBus } from './cluster-bus.ts';
import type { SimulatedNode } from './simulated-node.ts';

/** What is to be moved, and who takes part. */
export interface SimulatedMigrationParties {
  readonly slot: number;
  readonly source: SimulatedNode;
  readonly target: SimulatedNode;
  readonly bus: ClusterBus;
}

/**
 * A slot of a simulated cluster that is being moved. While it is, the source answers ASK for keys that have gone, and
 * TRYAGAIN where a command names keys of both sides.
 */
export class SimulatedMigration {
  readonly slot: number;
  readonly source: SimulatedNode;
  readonly target: SimulatedNode;
  readonly #bus: ClusterBus;

  constructor({ slot, source, target, bus }: SimulatedMigrationParties) {
    this.slot = slot;
    this.source = source;
    this.target = target;
    this.#bus = bus;
    target.importing.set(slot, source.index);
    source.migrating.set(slot, target.index);
    source.trace(`begins to move slot ${slot} to ${target.address}`);
  }

  /** Moves some of the keys that are still at the source. @returns how many there were to move, at most `count`. */
  migrateKeys(count: number): number {
    const { source, target } = this;
    const at = this.#bus.runtime.now();
    const keys = source.keyspace.keysInSlot(this.slot).slice(0, count);
    for (const key of keys) {
      const dump = source.keyspace.dump(key)!;
      target.keyspace.restore(dump);
      target.replication.changes.push({ at, kind: 'restore', dump });
      source.keyspace.delete(key);
      source.replication.changes.push({ at, kind: 'delete', key });
      source.trace(`moves ${key} to ${target.address}`);
    }
    return keys.length;
  }

  /** Moves what is left, and makes the target the owner as far as it knows itself; the source still has the slot. */
  claim(): void {
    const { slot, target } = this;
    this.migrateKeys(Number.POSITIVE_INFINITY);
    target.epoch = this.#bus.nextEpoch();
    target.importing.delete(slot);
    target.view.learn({ node: target.index, epoch: target.epoch, replicaOf: undefined, claims: [[slot, slot]] });
    target.trace(`has slot ${slot}`);
  }

  /** Tells the source, at once, and everybody else, who hear of it later. Claims the slot where that was not done. */
  finish(): void {
    const { slot, source, target } = this;
    if (target.importing.has(slot)) this.claim();
    const announcement = {
      node: target.index,
      epoch: target.epoch,
      replicaOf: undefined,
      claims: [[slot, slot]],
    } as const;
    source.migrating.delete(slot);
    source.hear(announcement);
    this.#bus.announce(announcement);
  }
}
