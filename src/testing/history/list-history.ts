/** What one write came to, as its caller was told. */
export const Fate = {
  Pending: 0,
  Acknowledged: 1,
  /** Rejected: it may have run. */
  Doubtful: 2,
  /** Rejected: it did not run. */
  Refused: 3,
} as const;
export type Fate = (typeof Fate)[keyof typeof Fate];

/** What is wrong with one list; all zero when the client kept what it promises. */
export interface ListFaults {
  /** Values that stand in the list more than once. */
  duplicates: number;
  /** Values that stand behind a later one. */
  outOfOrder: number;
  /** Acknowledged values that are not in the list. */
  lost: number;
  /** Of those, the ones that a server is known to have lost: only simulated servers tell. */
  lostByServer: number;
  /** Values in the list whose write was rejected with the word that it had not run. */
  impossible: number;
  /** Replies that were not this write's own. */
  wrongReplies: number;
  /** Writes whose promise never settled. */
  hung: number;
}

/** What simulated servers tell of the fate of an append; real ones tell nothing. */
export interface AppendWitness {
  /** It ran, and a primary took it with it. */
  wasLost(key: string, value: number): boolean;
  /** It was in doubt and ran when its client had already given up the connection. */
  cameLate(key: string, value: number): boolean;
  /** It was in flight behind a refused one, and ran before that. */
  hasOvertaken(key: string, value: number): boolean;
  /** A server refused it before one took it: what was in flight behind it may stand before it. Where nobody can tell: none was. */
  wasRefused?(key: string, value: number): boolean;
}

const KNOWS_NOTHING: AppendWitness = { wasLost: () => false, cameLate: () => false, hasOvertaken: () => false };

/**
 * The history of one list to which one writer appends 0, 1, 2, ... without waiting, and what the list must be afterwards.
 *
 * RPUSH answers with the length of the list, so a reply tells whose it is: the value stands at that place.
 */
export class ListHistory {
  readonly key: string;
  /** Per value: what its writer was told. */
  readonly fates: Fate[] = [];
  /** Per acknowledged value: the length that the server gave. */
  readonly lengths: number[] = [];

  constructor(key: string) {
    this.key = key;
  }

  /** The next value, which is being sent now. */
  next(): number {
    return this.fates.push(Fate.Pending) - 1;
  }

  acknowledge(value: number, length: number): void {
    this.fates[value] = Fate.Acknowledged;
    this.lengths[value] = length;
  }

  reject(value: number, mayHaveRun: boolean): void {
    this.fates[value] = mayHaveRun ? Fate.Doubtful : Fate.Refused;
  }

  count(fate: Fate): number {
    return this.fates.reduce<number>((sum, each) => sum + (each === fate ? 1 : 0), 0);
  }

  /** Compares what was told with the list as it was read back. */
  judge(list: readonly number[], witness: AppendWitness = KNOWS_NOTHING): ListFaults {
    const faults = { ...NO_FAULTS };
    const seen = new Set<number>();
    let newest = -1;
    let newestRefused = -1;
    for (const value of list) {
      const wasRefused = witness.wasRefused?.(this.key, value) === true;
      // Among themselves those that were refused keep their order.
      const isExcused = witness.cameLate(this.key, value) || (wasRefused && value > newestRefused);
      if (seen.has(value)) faults.duplicates++;
      else if (value < newest && !isExcused) faults.outOfOrder++;
      seen.add(value);
      if (wasRefused) newestRefused = Math.max(newestRefused, value);
      if (!witness.hasOvertaken(this.key, value)) newest = Math.max(newest, value);
      if (this.fates[value] === undefined || this.fates[value] === Fate.Refused) faults.impossible++;
    }
    for (const [value, fate] of this.fates.entries()) {
      if (fate === Fate.Pending) faults.hung++;
      if (fate !== Fate.Acknowledged || seen.has(value)) continue;
      if (witness.wasLost(this.key, value)) faults.lostByServer++;
      else faults.lost++;
    }
    // Once the server has lost something, places have shifted and tell nothing.
    if (faults.lost + faults.lostByServer === 0) faults.wrongReplies = this.#misplaced(list);
    return faults;
  }

  #misplaced(list: readonly number[]): number {
    let misplaced = 0;
    for (const [value, fate] of this.fates.entries()) {
      if (fate === Fate.Acknowledged && list[this.lengths[value]! - 1] !== value) misplaced++;
    }
    return misplaced;
  }
}

export const NO_FAULTS: Readonly<ListFaults> = Object.freeze({
  duplicates: 0,
  outOfOrder: 0,
  lost: 0,
  lostByServer: 0,
  impossible: 0,
  wrongReplies: 0,
  hung: 0,
});
