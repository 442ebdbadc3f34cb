import { Buffer } from 'node:buffer';

/** So few bytes lie in the JavaScript heap, and are copied by a loop: cheaper than any call into the engine. */
export const HEAP_BYTES = 24;
/** What a kept value may keep alive beyond itself: the rest of a block of memory that it shares with others. */
const SHARED_BYTES = 1536;
const SMALL_BYTES = 512;
/** Longer copies have a block of memory each. */
export const MAX_SHARED_BYTES = 1024;

export type BufferOverMemory = new (memory: ArrayBufferLike, byteOffset: number, length: number) => Buffer;

/** The class behind `Buffer.from` and `subarray`, without their checks: a view costs a third of what it costs there. */
export const FastBuffer: BufferOverMemory = (Buffer as unknown as { readonly [Symbol.species]: BufferOverMemory })[
  Symbol.species
];

/** The bytes `[from, to)`, in place. */
export function viewBytes(bytes: Buffer, from: number, to: number): Buffer {
  return new FastBuffer(bytes.buffer, bytes.byteOffset + from, to - from);
}

/**
 * Copies that share a block of memory, because a block for each would cost ten times the copying.
 *
 *     | copy | copy | copy | free |      what does not fit begins another block
 *                          ^ used
 */
class Blocks {
  readonly #blockBytes: number;
  #block: Buffer = Buffer.alloc(0);
  #memory: ArrayBufferLike = this.#block.buffer;
  #used = 0;

  /** For copies longer than `leastBytes`: the shortest keeps no more than {@link SHARED_BYTES} beside itself. */
  constructor(leastBytes: number) {
    this.#blockBytes = SHARED_BYTES + leastBytes;
  }

  copy(view: Buffer): Buffer {
    const { length } = view;
    // A block that a caller has transferred to another thread has no length any more.
    if (this.#used + length > this.#block.length) {
      this.#block = Buffer.allocUnsafeSlow(this.#blockBytes);
      this.#memory = this.#block.buffer;
      this.#used = 0;
    }
    const copy = new FastBuffer(this.#memory, this.#used, length);
    copy.set(view);
    this.#used += length;
    return copy;
  }
}

const small = new Blocks(HEAP_BYTES);
const large = new Blocks(SMALL_BYTES);

/** A copy of `[from, to)` that keeps no chunk alive, and at most 1.5 KiB of other copies. */
export function copyBytes(bytes: Buffer, from: number, to: number): Buffer {
  return to - from <= HEAP_BYTES ? copyToHeap(bytes, from, to) : copyView(viewBytes(bytes, from, to));
}

/** The same of a view of more than {@link HEAP_BYTES}. */
export function copyView(view: Buffer): Buffer {
  const { length } = view;
  if (length <= SMALL_BYTES) return small.copy(view);
  if (length <= MAX_SHARED_BYTES) return large.copy(view);
  const copy = Buffer.allocUnsafeSlow(length);
  copy.set(view);
  return copy;
}

function copyToHeap(bytes: Buffer, from: number, to: number): Buffer {
  const copy = Buffer.alloc(to - from);
  for (let at = from; at < to; at++) copy[at - from] = bytes[at]!;
  return copy;
}
