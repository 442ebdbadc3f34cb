import { Buffer } from 'node:buffer';

type Allocate = (size: number) => Buffer;

const ALLOCATORS = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;

/** Runs something, and counts the bytes of the Buffers that it makes by size. */
export function allocatedDuring<T>(run: () => T): { result: T; bytes: number } {
  const originals = ALLOCATORS.map((name) => ({ name, allocate: Buffer[name] as Allocate }));
  let bytes = 0;
  for (const { name, allocate } of originals) {
    const counting: Allocate = (size) => {
      bytes += size;
      return allocate(size);
    };
    Object.assign(Buffer, { [name]: counting });
  }
  try {
    const result = run();
    return { result, bytes };
  } finally {
    for (const { name, allocate } of originals) Object.assign(Buffer, { [name]: allocate });
  }
}
