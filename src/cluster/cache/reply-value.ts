import { Buffer } from 'node:buffer';
import type { Reply } from '../../resp/index.ts';

/** What a value takes besides its own bytes: about what an object and its place in a collection do. */
const OVERHEAD_BYTES = 32;

/** About how many bytes a reply keeps. */
export function sizeOf(reply: Reply): number {
  if (typeof reply === 'string') return OVERHEAD_BYTES + 2 * reply.length;
  if (typeof reply !== 'object' || reply === null) return OVERHEAD_BYTES;
  if (Buffer.isBuffer(reply)) return OVERHEAD_BYTES + reply.length;
  let size = OVERHEAD_BYTES;
  if (Array.isArray(reply)) for (const element of reply) size += sizeOf(element);
  else if (reply instanceof Map) for (const [key, value] of reply) size += sizeOf(key) + sizeOf(value);
  else for (const [key, value] of Object.entries(reply)) size += sizeOf(key) + sizeOf(value as Reply);
  return size;
}

/** The same reply in memory of its own: what one caller does to it, no other sees. */
export function copyOf<T extends Reply>(reply: T): T;
export function copyOf(reply: Reply): Reply {
  if (typeof reply !== 'object' || reply === null) return reply;
  if (Buffer.isBuffer(reply)) return Buffer.from(reply);
  if (Array.isArray(reply)) return reply.map(copyOf<Reply>);
  if (reply instanceof Map) return new Map([...reply].map(([key, value]) => [copyOf(key), copyOf(value)]));
  const copy = Object.create(Object.getPrototypeOf(reply)) as Reply & object;
  return Object.assign(
    copy,
    Object.fromEntries(Object.entries(reply).map(([key, value]) => [key, copyOf(value as Reply)])),
  );
}
