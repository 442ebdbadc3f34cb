import { SLOT_COUNT } from './hash-slot.ts';
import type { OwnSlots } from './own-slots.ts';

/** What is known of a slot's keys. */
const Coverage = {
  /** Some may not have been seen. */
  Open: 0,
  /** Those not seen have left for another node, which may not have the slot yet. */
  Left: 1,
  /** All that stayed have been seen. */
  Covered: 2,
} as const;

/** What one scan of one node is to say of a slot. */
const Part = {
  None: 0,
  /** The node has the slot: all of its keys, but those that leave. */
  Whole: 1,
  /** The keys that have left another node for this one. */
  Rest: 2,
  /** The slot went away in the middle, if only for a moment: the scan says nothing of it. */
  Spoiled: 3,
} as const;

/** One scan of one node, from its first cursor to its last. */
export interface ScanLeg {
  readonly start: OwnSlots;
  /** By slot, a `Part`. */
  readonly parts: Uint8Array;
  /** The node was asked for its slots all along, not only at both ends. */
  isWatched: boolean;
}

/**
 * Which slots a scan of the cluster has covered, while slots move: a slot is covered when every key that was in it all the
 * time has been seen.
 *
 * SCAN gives every key that its node has from the first cursor to the last. So a slot is covered by the scan of a node
 * that has it at both ends, without keys leaving at either. A node's epoch rises when it takes a slot, so an equal one
 * proves that none went and came back in between.
 *
 * While keys leave one by one, two scans do it, one after the other: first the source's; a key that it did not see had
 * left for the target by then, and the target's scan, begun afterwards, sees it there.
 *
 * Not seen: a key that a migration carried to its target and, given up, back again, all within the scan of one node.
 */
export class ScanCoverage {
  readonly #states = new Uint8Array(SLOT_COUNT);
  /** By slot, the best that was ever known. */
  readonly #best = new Uint8Array(SLOT_COUNT);
  /** For slots that are left: where from, and where to. */
  readonly #moves = new Map<number, { source: string; target: string }>();
  #covered = 0;

  /** @param only the one slot that is wanted; all when undefined. */
  constructor(only?: number) {
    if (only === undefined) return;
    this.#states.fill(Coverage.Covered);
    this.#states[only] = Coverage.Open;
    this.#covered = SLOT_COUNT - 1;
  }

  get covered(): number {
    return this.#covered;
  }

  get isComplete(): boolean {
    return this.#covered === SLOT_COUNT;
  }

  /** Whether keys have to be looked for at nodes that do not have their slot yet. */
  get hasLeft(): boolean {
    return this.#moves.size > 0;
  }

  /** Slots that are not covered yet. */
  *open(): Generator<number> {
    for (let slot = 0; slot < SLOT_COUNT; slot++) if (this.#states[slot] !== Coverage.Covered) yield slot;
  }

  /** The scan of a node is about to begin. @returns undefined when it would cover nothing. */
  begin(start: OwnSlots): ScanLeg | undefined {
    const parts = new Uint8Array(SLOT_COUNT);
    let isUseful = false;
    for (const slot of this.open()) {
      parts[slot] = this.#partOf(slot, start);
      if (parts[slot] !== Part.None) isUseful = true;
    }
    return isUseful ? { start, parts, isWatched: false } : undefined;
  }

  /** What a node says in the middle of its scan: slots that it lost meanwhile are spoiled. */
  note({ start, parts }: ScanLeg, now: OwnSlots): void {
    for (const slot of this.open()) {
      const isSame = now.id === start.id && now.leaving.get(slot) === start.leaving.get(slot);
      if (parts[slot] === Part.Whole && !(isSame && now.owned[slot] === 1)) parts[slot] = Part.Spoiled;
    }
  }

  /** The scan of a node has come to its end. @returns whether any slot is better known than ever before. */
  end(leg: ScanLeg, end: OwnSlots): boolean {
    let isBetter = false;
    for (const slot of this.open()) {
      if (leg.parts[slot] === Part.None) continue;
      this.#conclude(slot, leg, end);
      if (this.#states[slot]! <= this.#best[slot]!) continue;
      this.#best[slot] = this.#states[slot]!;
      isBetter = true;
    }
    return isBetter;
  }

  #partOf(slot: number, { id, owned, leaving, arriving }: OwnSlots): number {
    const move = this.#moves.get(slot);
    if (owned[slot] === 1) {
      const isKnown = move !== undefined && move.source === id && leaving.get(slot) === move.target;
      return isKnown ? Part.None : Part.Whole;
    }
    if (move?.target !== id) return Part.None;
    if (arriving.get(slot) === move.source) return Part.Rest;
    // That migration is over, and the slot has even moved on: where its keys are now, their owner knows.
    this.#reopen(slot);
    return Part.None;
  }

  #conclude(slot: number, { start, parts, isWatched }: ScanLeg, end: OwnSlots): void {
    const isSameNode = start.id === end.id;
    const target = end.leaving.get(slot);
    const isHere = isSameNode && end.owned[slot] === 1;
    if (parts[slot] === Part.Rest) {
      const isStillArriving = isSameNode && !isHere && start.arriving.get(slot) === end.arriving.get(slot);
      if (isStillArriving || (isHere && target === undefined)) this.#cover(slot);
      else this.#reopen(slot);
      return;
    }
    const wasHere = isHere && parts[slot] !== Part.Spoiled && (isWatched || start.epoch === end.epoch);
    const source = start.leaving.get(slot);
    if (wasHere && target === undefined && source === undefined) this.#cover(slot);
    else if (wasHere && target !== undefined && (source ?? target) === target) this.#leave(slot, start.id, target);
    else this.#reopen(slot);
  }

  #cover(slot: number): void {
    this.#states[slot] = Coverage.Covered;
    this.#moves.delete(slot);
    this.#covered++;
  }

  #leave(slot: number, source: string, target: string): void {
    this.#states[slot] = Coverage.Left;
    this.#moves.set(slot, { source, target });
  }

  #reopen(slot: number): void {
    this.#states[slot] = Coverage.Open;
    this.#moves.delete(slot);
  }
}

/** Whether a leg is to give the keys of a slot. */
export function isWanted({ parts }: ScanLeg, slot: number): boolean {
  return parts[slot] !== Part.None;
}
