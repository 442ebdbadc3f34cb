import { Buffer } from 'node:buffer';
import type { MapForm, Reply, ReplyObject } from './reply.ts';

/** A map of flat pairs, in the form that was asked for. Of duplicate keys a Map or an object keeps the last value. */
export function buildMap(pairs: Reply[], form: MapForm): Reply {
  if (form === 'pairs') return pairs;
  return (form === 'object' ? buildObject(pairs) : undefined) ?? buildEntries(pairs);
}

function buildEntries(pairs: Reply[]): Map<Reply, Reply> {
  const map = new Map<Reply, Reply>();
  for (let index = 0; index < pairs.length; index += 2) map.set(pairs[index]!, pairs[index + 1]!);
  return map;
}

/** Undefined where a key can't be a property name without loss: then it has to be a Map. */
function buildObject(pairs: Reply[]): ReplyObject | undefined {
  // Without a prototype there is no setter behind `__proto__`: it is a key like any other.
  const object: ReplyObject = Object.create(null);
  for (let index = 0; index < pairs.length; index += 2) {
    const name = propertyName(pairs[index]!);
    if (name === undefined) return undefined;
    object[name] = pairs[index + 1]!;
  }
  return object;
}

function propertyName(key: Reply): string | undefined {
  if (typeof key === 'string') return key;
  if (Buffer.isBuffer(key)) return key.toString();
  return typeof key === 'object' && key !== null ? undefined : String(key);
}
