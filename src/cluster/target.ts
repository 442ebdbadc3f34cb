import { type CommandInfo, findKeyRange, firstKeyIndex, isBlockingCall } from '../commands/index.ts';
import { ClusterError } from '../errors.ts';
import { NO_SLOT } from '../net/index.ts';
import type { Argument } from '../resp/index.ts';
import { hashSlot } from './hash-slot.ts';

/** Where a command belongs, as far as the command itself says. */
export type Target =
  /** The node that has this slot: all keys are in it. */
  | { readonly kind: 'slot'; readonly slot: number }
  /** Any node: there is no key, and no policy. */
  | { readonly kind: 'anyNode' }
  /** Every primary, the replies combined by the response policy (`all_shards`). */
  | { readonly kind: 'allPrimaries' }
  /** Every node, replicas too (`all_nodes`). */
  | { readonly kind: 'allNodes' }
  /** Keys of several slots, in a command that may be split into one per slot (`multi_shard`). */
  | { readonly kind: 'split' }
  /** A policy that the servers' tables only call `special`, as SCAN's. */
  | { readonly kind: 'special' }
  /** A connection of its own, on the node of the slot or, for `NO_SLOT`, on any. */
  | { readonly kind: 'lease'; readonly slot: number; readonly why: 'session' | 'blocking' }
  /** No table knows the command: a guess, until a live server can be asked. */
  | { readonly kind: 'unknown'; readonly slot: number }
  /** No node can run it. */
  | { readonly kind: 'refused'; readonly error: ClusterError };

const ANY_NODE: Target = { kind: 'anyNode' };
const ALL_PRIMARIES: Target = { kind: 'allPrimaries' };
const ALL_NODES: Target = { kind: 'allNodes' };
const SPLIT: Target = { kind: 'split' };
const SPECIAL: Target = { kind: 'special' };

/**
 * Decides where a command belongs, from what the servers' tables say about it.
 *
 * @see https://redis.io/docs/latest/develop/reference/command-tips/#request_policy
 */
export function targetOf(info: CommandInfo | undefined, args: readonly Argument[]): Target {
  if (info === undefined) return { kind: 'unknown', slot: guessedSlot(args) };
  const other = otherSlot(info, args);
  if (other !== undefined) {
    return info.requestPolicy === 'multi_shard' ? SPLIT : { kind: 'refused', error: crossSlot(info, other) };
  }
  const slot = firstSlot(info, args);
  if (info.session !== undefined) return { kind: 'lease', slot, why: 'session' };
  if (isBlockingCall(info, args)) return { kind: 'lease', slot, why: 'blocking' };
  return slot === NO_SLOT ? keylessTarget(info) : { kind: 'slot', slot };
}

/**
 * The slot of all keys of a command, or `NO_SLOT` when it has none. On the path of every command: it allocates nothing.
 *
 * A command that no table knows is taken to have its key where nearly every module command has it, right after its
 * name. Where that is wrong the server says so (MOVED, or an error of its own).
 *
 * @throws {ClusterError} ERR_CROSS_SLOT: the keys are in different slots.
 */
export function slotOf(info: CommandInfo | undefined, args: readonly Argument[]): number {
  if (info === undefined) return guessedSlot(args);
  if (!info.hasOneKey) {
    const other = otherSlot(info, args);
    if (other !== undefined) throw crossSlot(info, other);
  }
  return firstSlot(info, args);
}

function keylessTarget(info: CommandInfo): Target {
  switch (info.requestPolicy) {
    case 'all_nodes':
      return ALL_NODES;
    case 'all_shards':
      return ALL_PRIMARIES;
    case 'special':
      return SPECIAL;
    case 'multi_shard': // Without a key the server has an error to report.
    case undefined:
      return ANY_NODE;
  }
}

function guessedSlot(args: readonly Argument[]): number {
  return args.length > 1 ? slotOfKey(args[1]!) : NO_SLOT;
}

function firstSlot(info: CommandInfo, args: readonly Argument[]): number {
  const index = firstKeyIndex(info, args);
  return index > 0 ? slotOfKey(args[index]!) : NO_SLOT;
}

/** A number as a key is its decimal text, as everywhere in a command. */
export function slotOfKey(key: Argument): number {
  return hashSlot(typeof key === 'string' || typeof key === 'object' ? key : String(key));
}

/** Two keys that no node has together. */
interface KeyPair {
  readonly first: number;
  readonly firstSlot: number;
  readonly second: number;
  readonly secondSlot: number;
}

/** The first key that is not in the slot of the first one. */
function otherSlot(info: CommandInfo, args: readonly Argument[]): KeyPair | undefined {
  let first = 0;
  let slot = NO_SLOT;
  for (const spec of info.keySpecs) {
    const range = findKeyRange(spec, args);
    if (range.first === 0) continue;
    for (let i = range.first; i <= range.last; i += range.step) {
      const keySlot = slotOfKey(args[i]!);
      if (slot === NO_SLOT) {
        first = i;
        slot = keySlot;
      } else if (keySlot !== slot) return { first, firstSlot: slot, second: i, secondSlot: keySlot };
    }
  }
  return undefined;
}

/** Positions, not the keys themselves: a key may be a secret, and may be long. */
function crossSlot(info: CommandInfo, pair: KeyPair): ClusterError {
  const first = `argument ${pair.first} is in slot ${pair.firstSlot}`;
  const second = `argument ${pair.second} in slot ${pair.secondSlot}`;
  const message = `the keys of ${info.name} must be in one hash slot: ${first}, ${second}`;
  return new ClusterError('ERR_CROSS_SLOT', message, { slot: pair.firstSlot });
}
