import { type CommandInfo, findKeyRange } from '../commands/index.ts';
import { ClusterError, type PartResult, RedisError } from '../errors.ts';
import type { Batch, Outcome } from '../net/index.ts';
import { type Argument, encodeReply, type Reply, type ReplyForm, unwrap } from '../resp/index.ts';
import { slotOfKey } from './hash-slot.ts';
import { combineReplies, type GeneralResponsePolicy } from './response-policy.ts';

/** The part of a command that is for one slot. */
export interface SplitPart {
  readonly slot: number;
  readonly args: Argument[];
  /** Where its keys are among the arguments of the whole. */
  readonly keyPositions: number[];
}

/** The arguments of a command that can be split: what comes before its keys, one group for each key, what comes after. */
interface KeyGroups {
  readonly first: number;
  readonly last: number;
  /** A key and what belongs to it: `MSET key value` has 2, `JSON.MSET key path value` 3. */
  readonly size: number;
  /** The argument that says how many keys there are; 0 where there is none. */
  readonly countIndex: number;
}

/**
 * Whether the results of such a command on fewer keys each are together the result on all of them: by the servers' tip
 * (`multi_shard`), but not where it depends on all keys at once, as MSETEX with NX or XX does.
 */
export function isSplittable(info: CommandInfo, args: readonly Argument[]): boolean {
  if (info.requestPolicy !== 'multi_shard') return false;
  const groups = keyGroups(info, args);
  // A key without what belongs to it: the server must not run the rest of a command that it would refuse as a whole.
  if (groups === undefined || groups.last + groups.size > args.length) return false;
  return !args.slice(groups.last + groups.size).some((word) => /^(nx|xx)$/i.test(String(word)));
}

/**
 * Splits a command into one per slot, the parts in the order of their first keys, the keys of a part in their own; keys
 * that occur twice do so in their part. What belongs to a key goes with it, what is about all keys goes with each part.
 */
export function splitBySlot(info: CommandInfo, args: readonly Argument[]): SplitPart[] {
  const groups = keyGroups(info, args);
  if (groups === undefined) return [];
  const { first, last, size, countIndex } = groups;
  const parts = new Map<number, SplitPart>();
  for (let i = first; i <= last; i += size) {
    const slot = slotOfKey(args[i]!);
    let part = parts.get(slot);
    if (part === undefined) {
      part = { slot, args: args.slice(0, first), keyPositions: [] };
      parts.set(slot, part);
    }
    part.keyPositions.push(i);
    for (let j = i; j < i + size && j < args.length; j++) part.args.push(args[j]!);
  }
  const common = args.slice(last + size);
  for (const part of parts.values()) {
    part.args.push(...common);
    if (countIndex > 0) part.args[countIndex] = part.keyPositions.length;
  }
  return [...parts.values()];
}

/** What a split command is put together with. */
export interface SplitOptions {
  readonly name: string;
  readonly parts: readonly SplitPart[];
  readonly policy: GeneralResponsePolicy | undefined;
  readonly form: ReplyForm;
  readonly protocol: 2 | 3;
  /** Is told the outcome, once. */
  readonly settle: (outcome: Outcome) => void;
}

/** Collects what the parts of a split command were answered, and makes one outcome of it with the last of them. */
export class SplitReplies implements Batch {
  readonly #options: SplitOptions;
  readonly #outcomes: Outcome[];
  #missing: number;

  constructor(options: SplitOptions) {
    this.#options = options;
    this.#missing = options.parts.length;
    this.#outcomes = new Array<Outcome>(this.#missing).fill(null);
  }

  settled(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome instanceof RedisError ? outcome : unwrap(outcome);
    if (--this.#missing === 0) this.#options.settle(this.#combined());
  }

  #combined(): Outcome {
    const { parts, policy, form, protocol } = this.#options;
    const error = this.#outcomes.find((outcome) => outcome instanceof RedisError);
    if (error !== undefined) return this.#partial(error);
    if (form === 'skip') return null;
    if (policy !== undefined) {
      const combined = combineReplies(policy, this.#outcomes);
      return form === 'raw' && isValue(combined, policy) ? encodeReply(combined, { protocol }) : combined;
    }
    const values = inOrderOfKeys(parts, this.#outcomes as Reply[]);
    if (values === undefined) return this.#partial(undefined);
    return form === 'raw' ? encodeReply(values, { protocol }) : values;
  }

  #partial(cause: RedisError | undefined): ClusterError {
    const results = this.#options.parts.map(({ slot, keyPositions }, index): PartResult => {
      return { slot, keyPositions, outcome: this.#outcomes[index] };
    });
    const failed = results.filter(({ outcome }) => outcome instanceof RedisError);
    const what = cause === undefined ? 'were answered with something else' : `failed, the first with: ${cause.message}`;
    const count = cause === undefined ? 'parts' : `${failed.length} of ${results.length} parts`;
    const message = `${count} of ${this.#options.name}, split over slots, ${what}`;
    return new ClusterError('ERR_SPLIT_PARTIAL', message, { slot: failed[0]?.slot, parts: results, cause });
  }
}

/** With `all_succeeded` a part's own reply is the whole's: it is in the form asked for already. */
function isValue(outcome: Outcome, policy: GeneralResponsePolicy): outcome is Reply {
  return policy !== 'all_succeeded' && !(outcome instanceof RedisError);
}

/** The elements of the parts' arrays, where the keys were in the whole; undefined where they are not one for each key. */
function inOrderOfKeys(parts: readonly SplitPart[], replies: readonly Reply[]): Reply[] | undefined {
  const byPosition: [position: number, value: Reply][] = [];
  for (const [index, { keyPositions }] of parts.entries()) {
    const values = replies[index]!;
    if (!Array.isArray(values) || values.length !== keyPositions.length) return undefined;
    for (const [i, position] of keyPositions.entries()) byPosition.push([position, values[i]!]);
  }
  return byPosition.sort(([a], [b]) => a - b).map(([, value]) => value);
}

function keyGroups(info: CommandInfo, args: readonly Argument[]): KeyGroups | undefined {
  const [spec] = info.keySpecs;
  if (spec === undefined || spec.begin.kind !== 'index') return undefined;
  const { first, last: end, step } = findKeyRange(spec, args);
  if (first === 0) return undefined;
  const last = end - ((end - first) % step);
  const countIndex = spec.find.kind === 'keyNumber' ? spec.begin.index + spec.find.countIndex : 0;
  return { first, last, size: step, countIndex };
}
