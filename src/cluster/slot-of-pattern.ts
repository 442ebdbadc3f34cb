import { Buffer } from 'node:buffer';
import { hashSlot } from './hash-slot.ts';

/**
 * The slot of all keys that a glob pattern matches, where one can be told: a pattern that is literal up to the end of its
 * hash tag, such as `{user1000}:*`, or literal altogether.
 */
export function slotOfPattern(pattern: string | Uint8Array): number | undefined {
  const text =
    typeof pattern === 'string' ? Buffer.from(pattern).toString('latin1') : Buffer.from(pattern).toString('latin1');
  const wild = text.search(/[*?[\]\\^]/);
  if (wild < 0) return hashSlot(pattern);
  const [tagged] = /^[^{]*\{[^}]+\}/.exec(text) ?? [];
  return tagged !== undefined && tagged.length <= wild ? hashSlot(Buffer.from(tagged, 'latin1')) : undefined;
}
