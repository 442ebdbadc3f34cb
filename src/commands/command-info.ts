import type { CommandNames } from './command-names.ts';
import type { KeySpec } from './key-spec.ts';
import type { SessionNeed } from './session-need.ts';

/** Which nodes a command is for, where not simply its keys' or any: the servers' command tips. */
export type RequestPolicy = 'all_nodes' | 'all_shards' | 'multi_shard' | 'special';

/** How the replies of several nodes become one: the servers' command tips. */
export type ResponsePolicy =
  | 'one_succeeded'
  | 'all_succeeded'
  | 'agg_logical_and'
  | 'agg_logical_or'
  | 'agg_min'
  | 'agg_max'
  | 'agg_sum'
  | 'special';

/**
 * What the servers' own command tables say about one command or subcommand.
 *
 * @see https://redis.io/docs/latest/commands/command/
 * @see https://redis.io/docs/latest/develop/reference/command-tips/
 */
export interface CommandInfo {
  /** Upper case; a subcommand's has both words: `GET`, `CLIENT SETNAME`. */
  readonly name: string;
  /** Number of arguments with the name; negative: at least so many; 0: not known. */
  readonly arity: number;
  /** Only reads, by the server's flag (never merely "not a write"): may be sent again after a lost connection. */
  readonly isReadonly: boolean;
  readonly isWrite: boolean;
  /** May make its connection wait; `isBlockingCall` says whether a given call does. */
  readonly isBlocking: boolean;
  readonly isAdmin: boolean;
  readonly isPubSub: boolean;
  /** Refused with OOM when the server's memory is full. */
  readonly deniesOom: boolean;
  /** Scripts, functions, transactions and modules: code that can return any error after it has run. */
  readonly runsUserCode: boolean;
  readonly keySpecs: readonly KeySpec[];
  /** Position of the first key in any call long enough to have it, or one of {@link NO_KEY}, {@link KEY_DEPENDS}. */
  readonly firstKey: number;
  /** No more than one key in any call: {@link firstKey} is all there is to know. */
  readonly hasOneKey: boolean;
  readonly requestPolicy: RequestPolicy | undefined;
  readonly responsePolicy: ResponsePolicy | undefined;
  /** Two calls may give different replies, or the same in another order. */
  readonly isNondeterministic: boolean;
  /** Why this can't be sent over a shared connection, and what to use instead. */
  readonly session: SessionNeed | undefined;
  /** By second word, for a container such as `CLIENT`. */
  readonly subcommands: CommandNames | undefined;
}

/** Of {@link CommandInfo.firstKey}: the command has no key. */
export const NO_KEY = -1;
/** Of {@link CommandInfo.firstKey}: it depends on the arguments. */
export const KEY_DEPENDS = -2;
