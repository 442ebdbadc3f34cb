import { Buffer } from 'node:buffer';
import type { ResponsePolicy } from '../commands/index.ts';
import { ClusterError, RedisError } from '../errors.ts';
import type { Outcome } from '../net/index.ts';
import type { MapForm, Reply } from '../resp/index.ts';

/** The response policies that need nothing but the replies; `special` ones are each their own. */
export type GeneralResponsePolicy = Exclude<ResponsePolicy, 'special'>;

/**
 * How the replies of several nodes become one: the servers' policies, and ours where they only say `special`.
 *
 * - `union`: every element of all array replies, once.
 * - `sumByName`: names and numbers in turn, the same names in each reply; the numbers are added.
 * - `byNode`: a map from the address of each node to its reply.
 */
export type CombineRule = GeneralResponsePolicy | 'union' | 'sumByName' | 'byNode';

type NumericReply = number | bigint;
type Fold = (total: NumericReply, next: NumericReply) => NumericReply;

const FOLDS: { readonly [policy: string]: Fold } = {
  agg_logical_and: (total, next) => (total && next ? 1 : 0),
  agg_logical_or: (total, next) => (total || next ? 1 : 0),
  agg_min: (total, next) => (isLess(next, total) ? next : total),
  agg_max: (total, next) => (isLess(total, next) ? next : total),
  agg_sum: add,
};

/**
 * Makes one reply of those that several nodes gave to one command.
 *
 * - no policy: the elements of all array replies in one array, the order of the nodes kept; other replies, too, become
 *   its elements.
 * - `one_succeeded`: the first that is no error, else the first error.
 * - `all_succeeded`: the first error, else the first reply.
 * - `agg_...`: the replies' sum, least, ...: exact for integers of any size; arrays element by element. An error
 *   counts before every value.
 *
 * @param outcomes in the order of the nodes; at least one.
 * @returns ERR_SPLIT_PARTIAL, as a value, when an aggregation meets replies that are no numbers or of different lengths.
 * @see https://redis.io/docs/latest/develop/reference/command-tips/#response_policy
 */
export function combineReplies(
  policy: Exclude<CombineRule, 'byNode'> | undefined,
  outcomes: readonly Outcome[],
): Outcome {
  if (policy === 'one_succeeded') return outcomes[Math.max(0, outcomes.findIndex(isSuccess))]!;
  const error = outcomes.find(isError);
  if (error !== undefined) return error;
  const replies = outcomes as readonly Reply[];
  if (policy === undefined) return replies.flat(1);
  if (policy === 'all_succeeded') return replies[0]!;
  if (policy === 'union') return unionOf(replies);
  if (policy === 'sumByName') return sumByName(replies);
  return aggregate(policy, replies);
}

/**
 * A map from the address of each node to its reply, in the form in which the client has maps.
 *
 * @returns the first error instead, where there is one.
 */
export function repliesByNode(addresses: readonly string[], outcomes: readonly Outcome[], maps: MapForm): Outcome {
  const error = outcomes.find(isError);
  if (error !== undefined) return error;
  const entries = addresses.map((address, i) => [address, outcomes[i] as Reply] as const);
  if (maps === 'map') return new Map<Reply, Reply>(entries);
  if (maps === 'object') return Object.assign(Object.create(null), Object.fromEntries(entries));
  return entries.flat(1) as Reply[];
}

function unionOf(replies: readonly Reply[]): Reply {
  const elements = new Map<string, Reply>();
  for (const element of replies.flat(1)) {
    const name = Buffer.isBuffer(element) ? element.toString('latin1') : String(element);
    if (!elements.has(name)) elements.set(name, element);
  }
  return [...elements.values()];
}

function sumByName(replies: readonly Reply[]): Outcome {
  const [first] = replies;
  const rows = replies.filter((reply) => Array.isArray(reply));
  const isRow = (row: Reply[]): boolean =>
    row.length === rows[0]!.length && row.every((element, i) => i % 2 === 0 || isNumeric(element));
  const isTable = rows.length === replies.length && rows.every(isRow);
  if (!Array.isArray(first) || !isTable) return notCombinable('a sum by name');
  return first.map((name, i) =>
    i % 2 === 0 ? name : rows.reduce<NumericReply>((sum, row) => add(sum, row[i] as NumericReply), 0),
  );
}

function isError(outcome: Outcome): outcome is RedisError {
  return outcome instanceof RedisError;
}

function isSuccess(outcome: Outcome): boolean {
  return !isError(outcome);
}

function aggregate(policy: GeneralResponsePolicy, replies: readonly Reply[]): Outcome {
  const fold = FOLDS[policy]!;
  const [first] = replies;
  if (!Array.isArray(first)) {
    return replies.every(isNumeric) ? replies.reduce(fold) : notCombinable(policy);
  }
  const rows = replies.filter(isNumericArray);
  const isTable = rows.length === replies.length && rows.every((row) => row.length === first.length);
  return isTable ? rows.reduce((totals, row) => totals.map((total, i) => fold(total, row[i]!))) : notCombinable(policy);
}

function isNumeric(reply: Reply): reply is NumericReply {
  return typeof reply === 'number' || typeof reply === 'bigint';
}

function isNumericArray(reply: Reply): reply is NumericReply[] {
  return Array.isArray(reply) && reply.every(isNumeric);
}

/** Numbers and bigints compare as values; Math.min and Math.max refuse the latter. */
function isLess(a: NumericReply, b: NumericReply): boolean {
  return a < b;
}

/** Integers exactly, as a bigint only where a number could not hold the result; doubles as doubles. */
function add(total: NumericReply, next: NumericReply): NumericReply {
  if (!isInteger(total) || !isInteger(next)) return Number(total) + Number(next);
  const sum = BigInt(total) + BigInt(next);
  const asNumber = Number(sum);
  return Number.isSafeInteger(asNumber) ? asNumber : sum;
}

function isInteger(value: NumericReply): boolean {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function notCombinable(policy: string): ClusterError {
  return new ClusterError('ERR_SPLIT_PARTIAL', `the nodes' replies are not numbers that ${policy} could combine`);
}
