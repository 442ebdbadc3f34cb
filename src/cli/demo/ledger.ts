import { hashSlot, SLOT_COUNT } from '../../cluster/index.ts';

/** A write that may have run: its caller was told so. */
export interface Doubt {
  readonly command: string;
  readonly key: string;
  readonly message: string;
}

/**
 * What the callers of the demo were told, slot by slot: enough to say afterwards whether the data is right.
 *
 * Each slot has a value, written with ascending versions by commands that are not awaited, and a counter.
 */
export class Ledger {
  /** One hash tag per slot. */
  readonly tags: readonly string[] = tagsOfAllSlots();
  /** The version last sent, and the newest that was acknowledged. */
  readonly sentVersion: Float64Array = new Float64Array(SLOT_COUNT);
  readonly acknowledgedVersion: Float64Array = new Float64Array(SLOT_COUNT);
  /** What acknowledged increments add up to, and those in doubt. */
  readonly acknowledgedSum: Float64Array = new Float64Array(SLOT_COUNT);
  readonly doubtfulSum: Float64Array = new Float64Array(SLOT_COUNT);
  readonly doubts: Doubt[] = [];
  readonly #doubtfulVersions = new Map<number, number[]>();

  valueKey(slot: number): string {
    return `value:{${this.tags[slot]}}`;
  }

  counterKey(slot: number): string {
    return `counter:{${this.tags[slot]}}`;
  }

  /** What the value of a slot is at a version: its key is in it, so that a reply to somebody else is seen. */
  value(slot: number, version: number): string {
    return `${this.tags[slot]}/${version}`;
  }

  acknowledgeVersion(slot: number, version: number): void {
    this.acknowledgedVersion[slot] = Math.max(this.acknowledgedVersion[slot]!, version);
  }

  doubtVersion(slot: number, version: number): void {
    const versions = this.#doubtfulVersions.get(slot) ?? [];
    versions.push(version);
    this.#doubtfulVersions.set(slot, versions);
  }

  /** Every write in doubt, by what its caller was told. */
  doubtsByMessage(): Map<string, string[]> {
    const byMessage = new Map<string, string[]>();
    for (const { command, key, message } of this.doubts) {
      // The message begins with the command's name.
      const why = message.slice(message.indexOf(' ') + 1);
      byMessage.set(why, [...(byMessage.get(why) ?? []), `${command} ${key}`]);
    }
    return byMessage;
  }

  /**
   * What is wrong with a slot's data as it was read back; undefined when nothing is.
   *
   * Writes to one key take effect in the order in which they were sent. So the value is the newest acknowledged version,
   * or a later one that is in doubt: never an older one.
   */
  judge(slot: number, value: string | null, counter: string | null): string | undefined {
    const newest = this.acknowledgedVersion[slot]!;
    const versions = [newest, ...(this.#doubtfulVersions.get(slot) ?? []).filter((version) => version > newest)];
    const allowed = versions.map((version) => (version === 0 ? null : this.value(slot, version)));
    if (!allowed.includes(value)) {
      return `${this.valueKey(slot)} is ${JSON.stringify(value)}, acknowledged is version ${newest}`;
    }
    // A text that is no number becomes NaN, which is neither too little nor too much.
    const sum = Number(counter ?? 0);
    const least = this.acknowledgedSum[slot]!;
    const most = least + this.doubtfulSum[slot]!;
    if (!(sum >= least && sum <= most)) {
      return `${this.counterKey(slot)} is ${JSON.stringify(counter)}, which is not from ${least} to ${most}`;
    }
    return undefined;
  }
}

function tagsOfAllSlots(): string[] {
  const tags = new Array<string>(SLOT_COUNT);
  let missing = SLOT_COUNT;
  for (let n = 0; missing > 0; n++) {
    const tag = n.toString(36);
    const slot = hashSlot(tag);
    if (tags[slot] !== undefined) continue;
    tags[slot] = tag;
    missing--;
  }
  return tags;
}
