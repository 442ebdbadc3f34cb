/** What is kept under an id: it goes when its key is invalidated, or when it is the least recently used and room is needed. */
export interface StoredEntry {
  /** What was asked for, unique. */
  readonly id: string;
  /** The key that it was read from: several entries may be. */
  readonly key: string;
  /** What it takes. */
  readonly bytes: number;
}

/** Entries by id and by key, the least recently used first to go, bounded by their bytes. */
export class LruStore<E extends StoredEntry> {
  readonly #maxBytes: number;
  /** In the order of use, the most recent last. */
  readonly #entries = new Map<string, E>();
  readonly #byKey = new Map<string, Set<E>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry of an id, which is the most recently used from now on. */
  use(id: string): E | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  /** Keeps an entry, in the place of one with the same id; one larger than all the room is not kept. */
  keep(entry: E): void {
    this.drop(entry.id);
    if (entry.bytes > this.#maxBytes) return;
    this.#entries.set(entry.id, entry);
    const siblings = this.#byKey.get(entry.key);
    if (siblings === undefined) this.#byKey.set(entry.key, new Set([entry]));
    else siblings.add(entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.drop(oldest);
    }
  }

  drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= entry.bytes;
    const siblings = this.#byKey.get(entry.key)!;
    siblings.delete(entry);
    if (siblings.size === 0) this.#byKey.delete(entry.key);
  }

  /** Drops everything that was read from a key. */
  invalidate(key: string): void {
    for (const { id } of this.#byKey.get(key) ?? []) this.drop(id);
  }

  clear(): void {
    this.#entries.clear();
    this.#byKey.clear();
    this.#bytes = 0;
  }
}
