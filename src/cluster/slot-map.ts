import { SLOT_COUNT } from './hash-slot.ts';

/** A consecutive range of slots, both ends included, and who has them. */
export interface SlotRange<N> {
  readonly start: number;
  readonly end: number;
  readonly primary: N | undefined;
  readonly replicas: readonly N[];
  /** The primary's config epoch: of two claims on a slot the one with the higher epoch is right; 0 where unknown. */
  readonly epoch: number;
}

/** A consecutive range of slots that changed hands together; undefined is nobody. */
export interface MovedRange<N> {
  readonly start: number;
  end: number;
  readonly from: N | undefined;
  readonly to: N | undefined;
  /** The new one was a replica of the old one. */
  readonly isFailover: boolean;
}

/** What a view changed. */
export interface MapChange<N> {
  /** Slots whose primary is another now. */
  readonly moved: readonly number[];
  /** The same with who had them and who has them. */
  readonly ranges: readonly MovedRange<N>[];
  /** What the view says of slots where its epoch does not prove it newer: one node's word is not enough for those. */
  readonly doubtful: ReadonlyMap<number, N | undefined>;
}

/**
 * Who is believed to have which slot.
 *
 * Two sources fill it: views of the whole cluster, and MOVED, which is about one slot and newer than any view that was
 * asked for before it arrived (a logical time tells). A view is one node's word, and nodes lag behind: it takes a slot
 * from its primary when its config epoch is higher, or when a second node says the same.
 */
export class SlotMap<N> {
  readonly #primaries: (N | undefined)[] = new Array<N | undefined>(SLOT_COUNT).fill(undefined);
  readonly #replicas: (readonly N[])[] = new Array<readonly N[]>(SLOT_COUNT).fill(NONE);
  readonly #tenures = new Uint32Array(SLOT_COUNT);
  readonly #movedAt = new Float64Array(SLOT_COUNT);
  /** The epoch of the last view that was believed, per slot. */
  readonly #epochs = new Float64Array(SLOT_COUNT);
  /** False for a server that is not in cluster mode: it has every slot, and needs no keys to be together. */
  isCluster = true;
  /** Found when somebody asks, and good until a slot changes hands. */
  #distinct: readonly N[] | undefined;
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

  /** Counts the primaries a slot has had: another number means that it was another's meanwhile, if only for a moment. */
  tenureOf(slot: number): number {
    return this.#tenures[slot]!;
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
    this.#tenures[slot]!++;
    this.#distinct = undefined;
    this.#replicas[slot] = NONE;
    return true;
  }

  /**
   * A view said so: slots in no range have nobody.
   *
   * @param askedAt the {@link time} at which the view was asked for; slots that moved since are left alone.
   * @param confirmed what another node said of slots that were doubtful in its view; where both agree it holds.
   */
  replace(
    ranges: readonly SlotRange<N>[],
    askedAt: number,
    confirmed: ReadonlyMap<number, N | undefined> = new Map(),
  ): MapChange<N> {
    const rangeOf = RANGE_OF.fill(NO_RANGE);
    for (const [index, { start, end }] of ranges.entries()) rangeOf.fill(index, start, end + 1);
    const moved: number[] = [];
    const movedRanges: MovedRange<N>[] = [];
    const doubtful = new Map<number, N | undefined>();
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (this.#movedAt[slot]! > askedAt) continue;
      const { primary, replicas, epoch } = ranges[rangeOf[slot]!] ?? NOBODY;
      const isOther = this.#primaries[slot] !== primary;
      const isCertain = epoch > this.#epochs[slot]! || this.#primaries[slot] === undefined;
      if (isOther && !isCertain && !(confirmed.has(slot) && confirmed.get(slot) === primary)) {
        doubtful.set(slot, primary);
        continue;
      }
      this.#epochs[slot] = isOther ? epoch : Math.max(epoch, this.#epochs[slot]!);
      if (isOther) this.#noteMove(movedRanges, slot, primary);
      this.#replicas[slot] = replicas;
      if (!isOther) continue;
      this.#primaries[slot] = primary;
      this.#tenures[slot]!++;
      moved.push(slot);
    }
    if (moved.length > 0) this.#distinct = undefined;
    return { moved, ranges: movedRanges, doubtful };
  }

  /** A slot changes hands: alone, or with the one before it. */
  #noteMove(ranges: MovedRange<N>[], slot: number, to: N | undefined): void {
    const from = this.#primaries[slot];
    const isFailover = to !== undefined && this.#replicas[slot]!.includes(to);
    const last = ranges.at(-1);
    const isNext = last !== undefined && last.end === slot - 1 && last.from === from && last.to === to;
    if (isNext && last.isFailover === isFailover) last.end = slot;
    else ranges.push({ start: slot, end: slot, from, to, isFailover });
  }

  /** The distinct primaries, in the order of their first slot. */
  primaries(): readonly N[] {
    this.#distinct ??= [...this.firstSlots().keys()];
    return this.#distinct;
  }

  /** The first slot of each primary, in the order of these slots. */
  firstSlots(): Map<N, number> {
    const firstSlots = new Map<N, number>();
    let last: N | undefined;
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const primary = this.#primaries[slot];
      // Neighbours mostly share one.
      if (primary === last || primary === undefined) continue;
      last = primary;
      if (!firstSlots.has(primary)) firstSlots.set(primary, slot);
    }
    return firstSlots;
  }
}

const NONE: readonly never[] = Object.freeze([]);
const NO_RANGE = -1;
/** Which range of the view that is being read has the slot: read in one go, so all maps share it. */
const RANGE_OF = new Int32Array(SLOT_COUNT);
/** What a view says of a slot in no range. */
const NOBODY = Object.freeze({ primary: undefined, replicas: NONE, epoch: 0 });
