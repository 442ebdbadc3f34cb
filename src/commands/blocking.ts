import type { Argument } from '../resp/index.ts';
import { argumentText, isKeyword } from './argument-text.ts';
import type { CommandInfo } from './command-info.ts';

/**
 * Where blocking commands have their timeout, counted from the name or (negative) from the end, and its unit. No
 * server's table says this.
 */
interface TimeoutArgument {
  readonly position: number;
  readonly unitMs: number;
}

const LAST_IN_SECONDS: TimeoutArgument = { position: -1, unitMs: 1000 };
const FIRST_IN_SECONDS: TimeoutArgument = { position: 1, unitMs: 1000 };

const TIMEOUTS: { readonly [name: string]: TimeoutArgument } = {
  BLPOP: LAST_IN_SECONDS,
  BRPOP: LAST_IN_SECONDS,
  BLMOVE: LAST_IN_SECONDS,
  BLMOVEM: { position: 5, unitMs: 1000 },
  BRPOPLPUSH: LAST_IN_SECONDS,
  BZPOPMIN: LAST_IN_SECONDS,
  BZPOPMAX: LAST_IN_SECONDS,
  BLMPOP: FIRST_IN_SECONDS,
  BZMPOP: FIRST_IN_SECONDS,
  WAIT: { position: 2, unitMs: 1 },
  WAITAOF: { position: 3, unitMs: 1 },
};

/** Whether this call may make its connection wait: XREAD and XREADGROUP only do so with BLOCK. */
export function isBlockingCall(info: CommandInfo, args: readonly Argument[]): boolean {
  if (!info.isBlocking) return false;
  return blocksByOption(info) ? blockOption(args) > 0 : true;
}

/**
 * How long a blocking call may wait, in milliseconds; Infinity where it may wait for ever.
 *
 * @returns `undefined` for a call that does not block, or whose timeout is not one: the server will say so.
 */
export function blockingTimeoutMs(info: CommandInfo, args: readonly Argument[]): number | undefined {
  if (!isBlockingCall(info, args)) return undefined;
  if (blocksByOption(info)) return waitMs(args[blockOption(args) + 1], 1);
  const timeout = Object.hasOwn(TIMEOUTS, info.name) ? TIMEOUTS[info.name] : undefined;
  return timeout === undefined ? Number.POSITIVE_INFINITY : waitMs(args.at(timeout.position), timeout.unitMs);
}

/**
 * The same call with another time to wait: for one that goes out again, with what is left of its time.
 *
 * The time is rounded up to the whole unit of the argument, seconds for most: servers before 6.0 know no fractions.
 *
 * @returns the arguments themselves for a call that does not block, or waits for ever.
 */
export function withBlockingTimeout(
  info: CommandInfo,
  args: readonly Argument[],
  timeoutMs: number,
): readonly Argument[] {
  if (!Number.isFinite(blockingTimeoutMs(info, args) ?? Number.POSITIVE_INFINITY)) return args;
  const timeout = TIMEOUTS[info.name];
  const position = timeout === undefined ? blockOption(args) + 1 : timeout.position;
  // 0 would be for ever.
  const units = Math.max(1, Math.ceil(timeoutMs / (timeout?.unitMs ?? 1)));
  return args.with(position, units);
}

function blocksByOption(info: CommandInfo): boolean {
  return info.name === 'XREAD' || info.name === 'XREADGROUP';
}

/** Position of BLOCK among the options before STREAMS; -1 when it is not there. XREADGROUP's names come before. */
function blockOption(args: readonly Argument[]): number {
  const start = isKeyword(args[1], 'GROUP') ? 4 : 1;
  for (let i = start; i < args.length && !isKeyword(args[i], 'STREAMS'); i++) {
    if (isKeyword(args[i], 'BLOCK')) return i;
  }
  return -1;
}

function waitMs(argument: Argument | undefined, unitMs: number): number | undefined {
  const text = argument === undefined ? '' : argumentText(argument);
  const value = text === '' ? Number.NaN : Number(text);
  if (!(value >= 0)) return undefined;
  return value === 0 ? Number.POSITIVE_INFINITY : Math.ceil(value * unitMs);
}
