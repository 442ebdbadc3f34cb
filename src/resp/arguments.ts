import { argumentOutOfRange, type InvalidArgumentError, invalidArgument } from '../errors.ts';

/** One argument of a command. Strings are sent as UTF-8, numbers in decimal, bytes as they are. */
export type Argument = string | number | bigint | Uint8Array;

/** Bytes that a small value costs beside its text: an array slot, an object header, a frame header. */
const ARGUMENT_OVERHEAD_BYTES = 16;

/**
 * Refuses what can't be sent: an empty command, and any argument that is no string, finite number, bigint or bytes.
 *
 * Nothing is ever coerced: `undefined` in a key is a bug of the caller that must not reach a server as text.
 *
 * @throws {InvalidArgumentError} naming the position of the argument.
 */
export function checkArguments(args: readonly Argument[]): void {
  if (!Array.isArray(args)) throw invalidArgument(`a command must be an array of arguments, not ${describe(args)}`);
  if (args.length === 0) throw argumentOutOfRange('a command must have at least one argument: its name');
  for (let position = 0; position < args.length; position++) {
    const argument = args[position];
    if (typeof argument === 'string' || typeof argument === 'bigint') continue;
    if (typeof argument === 'number' && Number.isFinite(argument)) continue;
    if (argument instanceof Uint8Array) continue;
    throw refusal(argument, position);
  }
}

function refusal(argument: unknown, position: number): InvalidArgumentError {
  if (typeof argument === 'number') return argumentOutOfRange(`argument ${position} must be finite, not ${argument}`);
  const wanted = 'a string, a finite number, a bigint or bytes';
  return invalidArgument(`argument ${position} must be ${wanted}, not ${describe(argument)}`);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
  return typeof value === 'boolean' ? String(value) : typeof value;
}

/**
 * How much memory a command's arguments hold, in bytes: an upper estimate for admission, at the cost of a few
 * nanoseconds an argument (a string counts two bytes a code unit, whatever it holds).
 */
export function argumentBytes(args: readonly Argument[]): number {
  let bytes = 0;
  for (let position = 0; position < args.length; position++) {
    const argument = args[position]!;
    bytes += ARGUMENT_OVERHEAD_BYTES;
    if (typeof argument === 'string') bytes += argument.length * 2;
    else if (typeof argument === 'object') bytes += argument.byteLength;
    else if (typeof argument === 'bigint') bytes += bigintBytes(argument);
  }
  return bytes;
}

/** Digits of a bigint are counted only where it is past the integers a server knows. */
function bigintBytes(value: bigint): number {
  return BigInt.asIntN(64, value) === value ? 0 : value.toString(16).length;
}
