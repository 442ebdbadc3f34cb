const INITIAL_CAPACITY = 16;

/**
 * First in, first out, without moving elements: a ring whose capacity is a power of two.
 *
 *     | free | live, oldest first | free |
 *            ^ head               ^ head + length
 */
export class Fifo<T> {
  #slots: (T | undefined)[] = new Array(INITIAL_CAPACITY).fill(undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = value;
    this.#length++;
  }

  /** Puts one back that was taken out: it is the oldest again. */
  unshift(value: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = value;
    this.#length++;
  }

  /** The oldest, which stays. */
  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  /** The oldest, taken out. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return value;
  }

  /** Whether any of them is so. */
  some(predicate: (value: T) => boolean): boolean {
    for (let i = 0; i < this.#length; i++) {
      if (predicate(this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T)) return true;
    }
    return false;
  }

  /** Calls a function with each of them, oldest first. */
  forEach(visit: (value: T) => void): void {
    for (let i = 0; i < this.#length; i++) visit(this.#slots[(this.#head + i) & (this.#slots.length - 1)] as T);
  }

  /** Those that are so, oldest first, taken out; the others keep their order. */
  takeIf(predicate: (value: T) => boolean): T[] {
    if (!this.some(predicate)) return [];
    const all = this.takeAll();
    for (const value of all) if (!predicate(value)) this.push(value);
    return all.filter(predicate);
  }

  /** All of them, oldest first, taken out. */
  takeAll(): T[] {
    const all: T[] = [];
    for (let value = this.shift(); value !== undefined; value = this.shift()) all.push(value);
    if (this.#slots.length > INITIAL_CAPACITY) this.#slots = new Array(INITIAL_CAPACITY).fill(undefined);
    this.#head = 0;
    return all;
  }

  #grow(): void {
    const old = this.#slots;
    const slots: (T | undefined)[] = new Array(old.length * 2).fill(undefined);
    for (let i = 0; i < this.#length; i++) slots[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
