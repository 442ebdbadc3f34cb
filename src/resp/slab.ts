import { Buffer } from 'node:buffer';

/** A block of memory that batches of encoded commands lie in. */
export interface Slab {
  readonly bytes: Buffer;
  /** Batches that were handed over and not released. */
  users: number;
}

/** Free slabs kept for later; more are left to the garbage collector. */
const MAX_FREE_SLABS = 4;

/** Slabs of one size, used again when all who used them are done. */
export class SlabPool {
  readonly #slabBytes: number;
  readonly #free: Slab[] = [];

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
  }

  /** A slab that nobody uses, of at least `needed` bytes. Its bytes are whatever they were. */
  acquire(needed: number): Slab {
    if (needed <= this.#slabBytes) {
      const free = this.#free.pop();
      if (free !== undefined) return free;
    }
    // Not from Node's shared pool: a slab must not keep, or be kept by, anybody else's bytes.
    return { bytes: Buffer.allocUnsafeSlow(Math.max(needed, this.#slabBytes)), users: 0 };
  }

  /** Takes back a slab without users. */
  release(slab: Slab): void {
    if (slab.bytes.length === this.#slabBytes && this.#free.length < MAX_FREE_SLABS) this.#free.push(slab);
  }
}
