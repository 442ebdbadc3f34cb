import { Buffer } from 'node:buffer';
import { hashSlot } from '../../cluster/index.ts';

/** A string, or a list; bytes as latin1 text, one character each. */
export type StoredValue = string | string[];

interface Stored {
  value: StoredValue;
  /** On the virtual clock, in milliseconds; infinite when it does not expire. */
  expiresAt: number;
}

/** A key with everything that moves with it. */
export interface KeyDump extends Stored {
  readonly key: string;
}

const slots = new Map<string, number>();

/** The slot of a key that is latin1 text; remembered, because simulations use few keys and use them often. */
export function slotOfText(key: string): number {
  let slot = slots.get(key);
  if (slot === undefined) {
    if (slots.size > 100_000) slots.clear();
    slot = hashSlot(Buffer.from(key, 'latin1'));
    slots.set(key, slot);
  }
  return slot;
}

/** The keys and values of one simulated node. */
export class Keyspace {
  readonly #entries = new Map<string, Stored>();
  readonly #now: () => number;
  #seed: number;

  /** @param seed decides the order of keys in {@link scan} */
  constructor(now: () => number, seed = 1) {
    this.#now = now;
    this.#seed = Math.imul(seed, 0x85ebca6b);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  get(key: string): StoredValue | undefined {
    return this.#live(key)?.value;
  }

  /** Milliseconds until the key expires: -1 when it does not, -2 when it is not there, as PTTL says it. */
  ttlMs(key: string): number {
    const stored = this.#live(key);
    if (stored === undefined) return -2;
    return stored.expiresAt === Number.POSITIVE_INFINITY ? -1 : stored.expiresAt - this.#now();
  }

  /** Sets a value; an expiry that was there goes, unless it is to be kept. */
  set(key: string, value: StoredValue, keepsExpiry = false): void {
    const stored = this.#live(key);
    if (stored === undefined) this.#entries.set(key, { value, expiresAt: Number.POSITIVE_INFINITY });
    else {
      stored.value = value;
      if (!keepsExpiry) stored.expiresAt = Number.POSITIVE_INFINITY;
    }
  }

  /** @returns whether there is such a key. */
  expireAt(key: string, at: number): boolean {
    const stored = this.#live(key);
    if (stored !== undefined) stored.expiresAt = at;
    return stored !== undefined;
  }

  delete(key: string): boolean {
    return this.#live(key) !== undefined && this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  keysInSlot(slot: number): string[] {
    return [...this.#entries.keys()].filter((key) => slotOfText(key) === slot && this.has(key));
  }

  /**
   * Some keys from a cursor on, in an order of this process's own: another process knows nothing of its cursors.
   *
   * @returns the cursor of the next page, 0 at the end.
   */
  scan(cursor: number, count: number): { cursor: number; keys: string[] } {
    const places = [...this.#entries.keys()].map((key) => ({ key, place: this.#placeOf(key) }));
    const ahead = places.filter(({ place }) => place > cursor).sort((a, b) => a.place - b.place);
    const page = ahead.slice(0, count);
    const keys = page.map(({ key }) => key).filter((key) => this.has(key));
    return { cursor: ahead.length > count ? page.at(-1)!.place : 0, keys };
  }

  /** Another process has another order of keys. */
  reseed(): void {
    this.#seed++;
  }

  /** FNV-1a, never 0; two keys in one place would be a page apart, which a simulation can do without. */
  #placeOf(key: string): number {
    let hash = 0x811c9dc5 ^ Math.imul(this.#seed, 0x9e3779b1);
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
    return (hash >>> 0) + 1;
  }

  /** Forgets the keys of slots that this node does not serve. */
  keepOnly(servesSlot: (slot: number) => boolean): void {
    for (const key of this.#entries.keys()) if (!servesSlot(slotOfText(key))) this.#entries.delete(key);
  }

  dump(key: string): KeyDump | undefined {
    const stored = this.#live(key);
    return stored && { key, value: copyOf(stored.value), expiresAt: stored.expiresAt };
  }

  restore({ key, value, expiresAt }: KeyDump): void {
    this.#entries.set(key, { value: copyOf(value), expiresAt });
  }

  /** Becomes a copy of another: a full resynchronization. */
  copyFrom(other: Keyspace): void {
    this.#entries.clear();
    for (const [key, { value, expiresAt }] of other.#entries) {
      this.#entries.set(key, { value: copyOf(value), expiresAt });
    }
  }

  #live(key: string): Stored | undefined {
    const stored = this.#entries.get(key);
    if (stored === undefined || stored.expiresAt > this.#now()) return stored;
    this.#entries.delete(key);
    return undefined;
  }
}

function copyOf(value: StoredValue): StoredValue {
  return typeof value === 'string' ? value : value.slice();
}
