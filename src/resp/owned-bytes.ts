import { Buffer } from 'node:buffer';

/** Up to this many bytes lie in the JavaScript heap, without a block of memory of their own. */
const HEAP_BYTES = 64;

/** A copy of `[from, to)` that keeps nothing else alive: neither the chunk nor a pool that others use. */
export function copyBytes(bytes: Buffer, from: number, to: number): Buffer {
  const length = to - from;
  if (length > HEAP_BYTES) {
    const copy = Buffer.allocUnsafeSlow(length);
    bytes.copy(copy, 0, from, to);
    return copy;
  }
  const copy = Buffer.alloc(length);
  for (let index = 0; index < length; index++) copy[index] = bytes[from + index]!;
  return copy;
}
