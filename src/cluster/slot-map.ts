import { SLOT_COUNT } from './hash-slot.ts';

/** A consecutive range of slots, both ends included, and who has them. */
export interface SlotRange<N> {
  readonly start: number;
  readonly end: number;
  readonly primary: N | undefined;
  readonly replicas: readonly N[];
}

/**
 * Who is believed to have which slot.
 *
 * Two sources fill it: views of the whole cluster, and MOVED, which is about one slot and newer than any view that was
 * asked for before it arrived. A logical time tells which is newer.
 */
export class SlotMap<N> {
  readonly #primaries: (N | undefined)[] = new Array<N | undefined>(SLOT_COUNT).fill(undefined);
  readonly #replicas: (readonly N[])[] = new Array<readonly N[]>(SLOT_COUNT).fill(NONE);
  readonly #movedAt = new Float64Array(SLOT_COUNT);
  #time = 0;

  /** The moment to note when a view is asked for. */
  get time(): number {
    return this.#time;
  }

  /** Undefined when nobody has the slot. */
  primaryOf(slot: number): N | undefined {
    return this.#primaries[slot];
  }

  replicasOf(slot: number): readonly N[] {
    return this.#replicas[slot]!;
  }

  /** How many slots each primary has. */
  countByPrimary(): Map<N, number> {
    const counts = new Map<N, number>();
    for (const primary of this.#primaries) {
      if (primary !== undefined) counts.set(primary, (counts.get(primary) ?? 0) + 1);
    }
    return counts;
  }

  /** A MOVED said so. @returns whether anything changed. */
  move(slot: number, primary: N): boolean {
    this.#movedAt[slot] = ++this.#time;
    if (this.#primaries[slot] === primary) return false;
    this.#primaries[slot] = primary;
    this.#replicas[slot] = NONE;
    return true;
  }

  /**
   * A view said so: slots in no range have nobody.
   *
   * @param askedAt the {@link time} at which the view was asked for; slots that moved since are left alone.
   * @returns the slots whose primary changed.
   */
  replace(ranges: readonly SlotRange<N>[], askedAt: number): number[] {
    const next = new Array<SlotRange<N> | undefined>(SLOT_COUNT).fill(undefined);
    for (const range of ranges) next.fill(range, range.start, range.end + 1);
    const changed: number[] = [];
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (this.#movedAt[slot]! > askedAt) continue;
      const range = next[slot];
      this.#replicas[slot] = range?.replicas ?? NONE;
      if (this.#primaries[slot] === range?.primary) continue;
      this.#primaries[slot] = range?.primary;
      changed.push(slot);
    }
    return changed;
  }

  /** The distinct primaries, in the order of their first slot. */
  primaries(): N[] {
    const primaries = new Set(this.#primaries);
    primaries.delete(undefined);
    return [...primaries] as N[];
  }
}

const NONE: readonly never[] = Object.freeze([]);
