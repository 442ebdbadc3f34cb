import { Buffer } from 'node:buffer';
import { type CommandInfo, findKeyRange, firstKeyIndex, isBlockingCall } from '../commands/index.ts';
import { ClusterError } from '../errors.ts';
import { NO_SLOT } from '../net/index.ts';
import type { Argument } from '../resp/index.ts';
import { SLOT_COUNT, slotOfKey } from './hash-slot.ts';
import type { CombineRule } from './response-policy.ts';
import type { Role, Route, RoutingOptions } from './route.ts';
import { type SpecialPolicy, specialPolicyOf } from './special-policies.ts';
import { isSplittable } from './split.ts';

/** Where a command belongs, as far as the command and its options say. */
export type Target =
  /** The node that has this slot: all keys are in it. */
  | { readonly kind: 'slot'; readonly slot: number }
  /** A replica of the slot. */
  | { readonly kind: 'replica'; readonly slot: number }
  /** Any primary: there is no key, and no policy. */
  | { readonly kind: 'anyNode' }
  /** Any node, replicas too. */
  | { readonly kind: 'randomNode' }
  /** The node with this address or id. */
  | { readonly kind: 'node'; readonly node: string }
  /** Every primary (`all_shards`), or every node, replicas too (`all_nodes`), the replies combined by a rule. */
  | { readonly kind: 'allPrimaries' | 'allNodes'; readonly combine: CombineRule | undefined }
  /** One primary after the other, until one has something to say. */
  | { readonly kind: 'primariesInTurn' }
  /** Keys of several slots, in a command that is split into one per slot (`multi_shard`). */
  | { readonly kind: 'split' }
  /** A connection of its own, on the node of the slot or, for `NO_SLOT`, on any. */
  | { readonly kind: 'lease'; readonly slot: number; readonly why: 'session' | 'blocking' }
  /** No table knows the command: a server is asked; where none can say, this slot is a guess. */
  | { readonly kind: 'unknown'; readonly slot: number }
  /** No specification says where its keys are: a server is asked (COMMAND GETKEYS). */
  | { readonly kind: 'keysUnknown' }
  /** No node can run it. */
  | { readonly kind: 'refused'; readonly error: ClusterError };

const ANY_NODE: Target = { kind: 'anyNode' };
const SPLIT: Target = { kind: 'split' };
const NO_OPTIONS: RoutingOptions = {};

/**
 * Decides where a command belongs, from what the servers' tables say about it, and what the caller wants.
 *
 * @see https://redis.io/docs/latest/develop/reference/command-tips/#request_policy
 */
export function targetOf(
  info: CommandInfo | undefined,
  args: readonly Argument[],
  options: RoutingOptions = NO_OPTIONS,
): Target {
  if (options.route !== undefined) return routedTarget(info, options.route);
  if (info === undefined || isUnknownSubcommand(info, args)) return { kind: 'unknown', slot: guessedSlot(info, args) };
  const slot = firstSlot(info, args);
  const other = info.hasOneKey ? undefined : otherSlot(info, args);
  if (other !== undefined) {
    if (!isSplittable(info, args)) return { kind: 'refused', error: crossSlot(info, other) };
    return options.split === false ? { kind: 'slot', slot } : SPLIT;
  }
  if (info.session !== undefined) return { kind: 'lease', slot, why: 'session' };
  if (isBlockingCall(info, args)) return { kind: 'lease', slot, why: 'blocking' };
  return slot === NO_SLOT ? keylessTarget(info, args) : { kind: 'slot', slot };
}

/**
 * The slot of all keys of a command whose route nobody chose; `NO_SLOT` where it has none, or keys in several slots: then
 * {@link targetOf} knows more. On the path of every command: it allocates nothing.
 */
export function ordinarySlotOf(info: CommandInfo, args: readonly Argument[]): number {
  return info.hasOneKey || otherSlot(info, args) === undefined ? firstSlot(info, args) : NO_SLOT;
}

/** A server that is not in cluster mode is every node there is, and has every slot: nothing needs to be chosen or split. */
export function targetOnSingleServer(info: CommandInfo | undefined, args: readonly Argument[], target: Target): Target {
  if (target.kind === 'lease' || target.kind === 'unknown' || info === undefined) return target;
  const slot = firstSlot(info, args);
  return slot === NO_SLOT ? ANY_NODE : { kind: 'slot', slot };
}

/** How the replies of all nodes become one, for a command that its caller sends to all. */
function combineRuleOf(info: CommandInfo | undefined): CombineRule | undefined {
  const target = info === undefined ? ANY_NODE : keylessTarget(info, []);
  return target.kind === 'allPrimaries' || target.kind === 'allNodes' ? target.combine : 'byNode';
}

function routedTarget(info: CommandInfo | undefined, route: Route): Target {
  if (route === 'randomPrimary') return ANY_NODE;
  if (route === 'randomNode') return { kind: 'randomNode' };
  if (typeof route === 'string') return { kind: route, combine: combineRuleOf(info) };
  const { key, slot, node, role } = route as { key?: Argument; slot?: number; node?: string; role?: Role };
  if (node !== undefined) return { kind: 'node', node };
  return { kind: role === 'replica' ? 'replica' : 'slot', slot: key === undefined ? slot! : slotOfKey(key) };
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
  if (info === undefined) return guessedSlot(info, args);
  if (!info.hasOneKey) {
    const other = otherSlot(info, args);
    if (other !== undefined) throw crossSlot(info, other);
  }
  return firstSlot(info, args);
}

/** Where a call without a key belongs: what was decided for this command, else what the servers' tips say. */
function keylessTarget(info: CommandInfo, args: readonly Argument[]): Target {
  const special = specialPolicyOf(info);
  if (special !== undefined) return specialTarget(info, args, special);
  const combine = info.responsePolicy === 'special' ? 'byNode' : info.responsePolicy;
  switch (info.requestPolicy) {
    case 'all_nodes':
      return { kind: 'allNodes', combine };
    case 'all_shards':
      return { kind: 'allPrimaries', combine };
    case 'special':
      return { kind: 'refused', error: needsNode(info) };
    case 'multi_shard': // Without a key the server has an error to report.
    case undefined:
      return mayHideKeys(info, args) ? { kind: 'keysUnknown' } : ANY_NODE;
  }
}

function specialTarget(info: CommandInfo, args: readonly Argument[], { to, combine }: SpecialPolicy): Target {
  switch (to) {
    case 'anyNode':
      return ANY_NODE;
    case 'primariesInTurn':
      return { kind: to };
    case 'allPrimaries':
    case 'allNodes':
      return { kind: to, combine };
    case 'keyArgument':
      return args.length > 2 ? { kind: 'slot', slot: slotOfKey(args[2]!) } : ANY_NODE;
    case 'slotArgument': {
      const slot = args.length > 2 ? Number(slotText(args[2]!)) : Number.NaN;
      // A slot that is none: the server has an error to report.
      return Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT ? { kind: 'slot', slot } : ANY_NODE;
    }
    case 'namedNode':
      return { kind: 'refused', error: needsNode(info) };
  }
}

function slotText(argument: Argument): string {
  return typeof argument === 'object' ? Buffer.from(argument).toString('latin1') : String(argument);
}

function needsNode(info: CommandInfo): ClusterError {
  const remedy = info.name === 'SCAN' ? 'use scan(), or name the node' : 'name it';
  return new ClusterError(
    'ERR_NO_NODE',
    `${info.name} is about one node, not the cluster: ${remedy} with route: { node }`,
  );
}

/** A second word that the tables do not have, of a container that they do. */
function isUnknownSubcommand(info: CommandInfo, args: readonly Argument[]): boolean {
  return info.subcommands !== undefined && args.length > 1 && info.keySpecs.length === 0;
}

/** Whether the server itself says that its specifications may miss keys, in a call where they find none. */
function mayHideKeys(info: CommandInfo, args: readonly Argument[]): boolean {
  return args.length > 1 && info.keySpecs.some((spec) => spec.isIncomplete || spec.begin.kind === 'unknown');
}

/** The first argument of most module commands is their key; the second word of a container is none. */
function guessedSlot(info: CommandInfo | undefined, args: readonly Argument[]): number {
  return info === undefined && args.length > 1 ? slotOfKey(args[1]!) : NO_SLOT;
}

function firstSlot(info: CommandInfo, args: readonly Argument[]): number {
  const index = firstKeyIndex(info, args);
  return index > 0 ? slotOfKey(args[index]!) : NO_SLOT;
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
