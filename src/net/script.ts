import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { argumentOutOfRange, ErrorReply, invalidArgument } from '../errors.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { Command } from './command.ts';

/** What is known of a script before it runs. */
export interface ScriptOptions {
  /** How many keys every call gives it; any number when undefined. */
  readonly keys?: number | undefined;
  /** It only reads: it may be repeated after a loss, and replicas may run it (EVALSHA_RO, servers from 7.0 on). */
  readonly isReadonly?: boolean | undefined;
}

/** A script, made by {@link defineScript}; it belongs to no connection. */
export interface Script {
  readonly source: string | Uint8Array;
  /** 40 hexadecimal digits: what servers call it. */
  readonly sha1: string;
  readonly keyCount: number | undefined;
  readonly isReadonly: boolean;
}

/** The keys and arguments of one call. */
export interface ScriptCall {
  /** All of one slot; they decide where the script runs. */
  readonly keys?: readonly Argument[] | undefined;
  readonly args?: readonly Argument[] | undefined;
}

/**
 * Names a Lua script, to be run by `runScript`.
 *
 * @param source as EVAL takes it; bytes must stay as they are.
 * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`)
 */
export function defineScript(source: string | Uint8Array, options: ScriptOptions = {}): Script {
  if (typeof source !== 'string' && !(source instanceof Uint8Array))
    throw invalidArgument('source must be a string or bytes');
  const { keys, isReadonly = false } = options;
  if (keys !== undefined && !(Number.isInteger(keys) && keys >= 0)) {
    throw argumentOutOfRange(`keys must be an integer of 0 or more, not ${String(keys)}`);
  }
  // A lone surrogate is sent as U+FFFD, and named as it is sent.
  const sha1 = createHash('sha1')
    .update(typeof source === 'string' ? Buffer.from(source) : source)
    .digest('hex');
  return { source, sha1, keyCount: keys, isReadonly };
}

/**
 * The command that runs a script by its name, and the one that brings the script along.
 *
 * @throws RangeError (`ERR_INVALID_ARGUMENT`): another number of keys than was declared.
 */
export function scriptCommands(script: Script, { keys = [], args = [] }: ScriptCall): [Argument[], Argument[]] {
  const { keyCount, isReadonly, sha1, source } = script;
  if (keyCount !== undefined && keys.length !== keyCount) {
    throw argumentOutOfRange(`the script takes ${keyCount} keys, not ${keys.length}`);
  }
  const suffix = isReadonly ? '_RO' : '';
  const rest = [keys.length, ...keys, ...args];
  return [
    [`EVALSHA${suffix}`, sha1, ...rest],
    [`EVAL${suffix}`, source, ...rest],
  ];
}

/**
 * A server that does not know the script has run nothing: from now on the command brings it along.
 *
 * @returns whether that is so, and the command is to be sent again.
 */
export function bringsScript(command: Command, reply: Reply): boolean {
  if (command.fallback === undefined || !(reply instanceof ErrorReply)) return false;
  if (!reply.message.startsWith('NOSCRIPT No matching script')) return false;
  command.args = command.fallback;
  command.fallback = undefined;
  command.mayHaveRun = false;
  command.lastRefusal = reply;
  return true;
}
