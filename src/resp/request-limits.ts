import { constants } from 'node:buffer';
import { argumentOutOfRange, invalidArgument } from '../errors.ts';

/** Sizes beyond which a request is refused. Each is inclusive, as with servers (protocol 26). */
export interface RequestLimits {
  /** Arguments of one command. Default 2147483647, as servers since 7.0 have it; before it was 1048576. */
  maxArguments: number;
  /** Bytes of one argument: a server's `proto-max-bulk-len`. Default 512 MiB. */
  maxBulkBytes: number;
  /** Memory of one command: its arguments' bytes, and 128 for each argument. Default 1 GiB, as query buffers have. */
  maxRequestBytes: number;
}

/** What a {@link RequestDecoder} can be told at its start. */
export interface RequestDecoderOptions extends Partial<RequestLimits> {
  /** False: 10 arguments of 16384 bytes at most, as for a client that has not said AUTH yet. Default true. */
  isAuthenticated?: boolean;
  /**
   * Also refuses what servers let pass, although no client should send it: bytes other than CRLF after a payload, and
   * other than LF after the CR of a header. Default false.
   */
  isStrict?: boolean;
}

/** What a client may send before it has authenticated. */
export const UNAUTHENTICATED: { readonly maxArguments: number; readonly maxBulkBytes: number } = {
  maxArguments: 10,
  maxBulkBytes: 16_384,
};

/** Bytes of an inline request or of a header, without what ends it. */
export const MAX_REQUEST_LINE_BYTES = 65_536;

/** What an argument costs besides its bytes: an object of its own. */
export const ARGUMENT_OVERHEAD_BYTES = 128;

export const DEFAULT_REQUEST_LIMITS: Readonly<RequestLimits> = Object.freeze({
  maxArguments: 2 ** 31 - 1,
  maxBulkBytes: 512 * 1024 * 1024,
  maxRequestBytes: 1024 * 1024 * 1024,
});

const NAMES = Object.keys(DEFAULT_REQUEST_LIMITS) as (keyof RequestLimits)[];

/**
 * The limits of the options, with the defaults where they name none.
 *
 * @throws {InvalidArgumentError} for a limit that is no positive integer, or more than a Buffer can hold.
 */
export function resolveRequestLimits(options: Partial<RequestLimits>): RequestLimits {
  const limits: RequestLimits = { ...DEFAULT_REQUEST_LIMITS };
  for (const name of NAMES) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'number') throw invalidArgument(`${name} must be a number, not ${typeof value}`);
    if (!Number.isSafeInteger(value) || value < 1 || value > constants.MAX_LENGTH) {
      throw argumentOutOfRange(`${name} must be an integer from 1 to ${constants.MAX_LENGTH}, not ${value}`);
    }
    limits[name] = value;
  }
  return limits;
}
