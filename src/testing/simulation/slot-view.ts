import { Buffer } from 'node:buffer';
import { SLOT_COUNT } from '../../cluster/index.ts';

/** First and last slot, both included. */
export type SlotSpan = readonly [first: number, last: number];

/** A span of slots that one node has. */
export type OwnedSpan = readonly [first: number, last: number, owner: number];

/** What a node says of itself on the cluster bus. */
export interface Announcement {
  /** The index of the node that says it. */
  readonly node: number;
  /** Its config epoch: of two that claim a slot, the greater one has it. */
  readonly epoch: number;
  /** Whose replica it is; undefined: a primary. */
  readonly replicaOf: number | undefined;
  /** Slots that it claims; those it does not name stay as they are. */
  readonly claims: readonly SlotSpan[];
}

const NOBODY = 255;

/**
 * One node's knowledge of the cluster: who has which slot, who replicates whom, who has failed. It comes as announcements,
 * late and in any order, so that views differ for a while.
 */
export class SlotView {
  /** Rises with everything that changes. */
  version = 0;
  readonly failed: Set<number> = new Set();
  /** Per node: whose replica it is; undefined for primaries. */
  readonly replicaOf: (number | undefined)[] = [];
  readonly #roleEpochs: number[] = [];
  readonly #owners: Uint8Array = new Uint8Array(SLOT_COUNT).fill(NOBODY);
  readonly #epochs: Int32Array = new Int32Array(SLOT_COUNT);
  /** Found when somebody asks, and good until something changes. */
  #spans: readonly OwnedSpan[] | undefined;
  #isBroken: boolean | undefined;

  ownerOf(slot: number): number | undefined {
    const owner = this.#owners[slot]!;
    return owner === NOBODY ? undefined : owner;
  }

  /** Takes an announcement; what is older than what is known changes nothing. */
  learn({ node, epoch, replicaOf, claims }: Announcement): void {
    this.#changed();
    if (epoch >= (this.#roleEpochs[node] ?? -1)) {
      this.#roleEpochs[node] = epoch;
      this.replicaOf[node] = replicaOf;
    }
    for (const [first, last] of claims) {
      for (let slot = first; slot <= last; slot++) {
        if (epoch < this.#epochs[slot]!) continue;
        this.#owners[slot] = node;
        this.#epochs[slot] = epoch;
      }
    }
  }

  setFailed(node: number, hasFailed: boolean): void {
    this.#changed();
    if (hasFailed) this.failed.add(node);
    else this.failed.delete(node);
  }

  /** The slots of a node, as spans in ascending order. */
  spansOf(node: number): SlotSpan[] {
    return this.spans()
      .filter(([, , owner]) => owner === node)
      .map(([first, last]) => [first, last]);
  }

  /** All slots that have somebody, as spans in ascending order, with their owners. */
  spans(): readonly OwnedSpan[] {
    this.#spans ??= findSpans(this.#owners);
    return this.#spans;
  }

  /** Whether the owner of any slot has failed, or some slot has nobody. */
  get isBroken(): boolean {
    if (this.#isBroken === undefined) {
      const served = this.spans().filter(([, , owner]) => !this.failed.has(owner));
      this.#isBroken = served.reduce((sum, [first, last]) => sum + last - first + 1, 0) < SLOT_COUNT;
    }
    return this.#isBroken;
  }

  /** Whether two views say the same of slots, roles and failures. */
  agreesWith(other: SlotView): boolean {
    if (this.failed.size !== other.failed.size || [...this.failed].some((node) => !other.failed.has(node)))
      return false;
    if (this.replicaOf.some((primary, node) => primary !== other.replicaOf[node])) return false;
    return Buffer.compare(this.#owners, other.#owners) === 0;
  }

  #changed(): void {
    this.version++;
    this.#spans = undefined;
    this.#isBroken = undefined;
  }
}

function findSpans(owners: Uint8Array): OwnedSpan[] {
  const spans: OwnedSpan[] = [];
  for (let slot = 0; slot < SLOT_COUNT; ) {
    const owner = owners[slot]!;
    const first = slot;
    while (slot < SLOT_COUNT && owners[slot] === owner) slot++;
    if (owner !== NOBODY) spans.push([first, slot - 1, owner]);
  }
  return spans;
}
