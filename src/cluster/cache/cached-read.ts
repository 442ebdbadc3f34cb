import { Buffer } from 'node:buffer';
import { findCommand, keyPositions } from '../../commands/index.ts';
import { invalidArgument } from '../../errors.ts';
import type { Argument, ReplyForm } from '../../resp/index.ts';

/** A command whose reply may be kept. */
export interface CachedRead {
  /** The same for the same command in the same form. */
  readonly id: string;
  readonly key: Argument;
}

/**
 * Names a read: what is kept of it is found by this.
 *
 * @throws TypeError (`ERR_INVALID_ARGUMENT`) for a command that does more than read one key, or whose reply changes without
 * a write, as TTL's: no invalidation would tell.
 */
export function cachedRead(args: readonly Argument[], form: ReplyForm): CachedRead {
  const info = findCommand(args);
  const positions = info === undefined ? [] : keyPositions(info, args);
  if (info?.isReadonly !== true || info.isNondeterministic || info.isBlocking || positions.length !== 1) {
    throw invalidArgument(
      `cache is for commands that read one key and say the same until it is written: not ${String(args[0])}`,
    );
  }
  return { id: `${form}${args.map(nameOf).join('')}`, key: args[positions[0]!]! };
}

/** Lengths keep arguments apart, and the letter text from bytes. */
function nameOf(argument: Argument): string {
  if (typeof argument !== 'object') return ` ${String(argument).length}:${String(argument)}`;
  return ` b${argument.length}:${bytesOf(argument).toString('latin1')}`;
}

/**
 * A key as invalidations name it: text, with U+FFFD for what is none. Two keys that look the same so are invalidated
 * together, which does no harm.
 */
export function keyText(key: Argument): string {
  return (typeof key === 'object' ? bytesOf(key) : Buffer.from(String(key))).toString();
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
