import { constants } from 'node:buffer';
import { argumentOutOfRange, invalidArgument } from '../errors.ts';
import type { MapForm, ReplyForm, VerbatimForm } from './reply.ts';

/** Sizes beyond which a decoder refuses. Each is inclusive: a frame exactly as large as the limit passes. */
export interface DecoderLimits {
  /** Aggregates open at once, attributes and pushes included. More is a ProtocolError. Default 128. */
  maxDepth: number;
  /** Bytes of one bulk string, streamed ones in all. More: skipped, ERR_REPLY_TOO_LARGE. Default 512 MiB, as servers have. */
  maxBulkBytes: number;
  /** Elements of one aggregate; a map of n pairs has 2n. More: skipped, ERR_REPLY_TOO_LARGE. Default 2^24. */
  maxElements: number;
  /** Bytes of one reply with all its framing. More: skipped, ERR_REPLY_TOO_LARGE. Default 1 GiB. */
  maxReplyBytes: number;
  /** Bytes of one line (header, simple string, simple error, number) with its CRLF, at least 128. More: a ProtocolError. Default 1 MiB. */
  maxLineBytes: number;
}

/** What a {@link Decoder} can be told at its start. */
export interface DecoderOptions extends Partial<DecoderLimits> {
  /** The form of replies. Default `string`. */
  reply?: ReplyForm;
  /** The form of maps. Default `pairs`. */
  maps?: MapForm;
  /** The form of pushes, which come between replies and are in no form a command asked for. Default `string`. */
  pushes?: 'string' | 'bytes';
  /** Whether verbatim strings keep their format. Default `text`. */
  verbatim?: VerbatimForm;
}

export const DEFAULT_LIMITS: Readonly<DecoderLimits> = Object.freeze({
  maxDepth: 128,
  maxBulkBytes: 512 * 1024 * 1024,
  maxElements: 2 ** 24,
  maxReplyBytes: 1024 * 1024 * 1024,
  maxLineBytes: 1024 * 1024,
});

/** What can't be exceeded whatever the caller asks for: the engine's own limits on arrays and Buffers. */
const CEILINGS: Readonly<DecoderLimits> = Object.freeze({
  maxDepth: 2 ** 16,
  maxBulkBytes: constants.MAX_LENGTH,
  maxElements: 2 ** 26,
  maxReplyBytes: constants.MAX_LENGTH,
  maxLineBytes: constants.MAX_STRING_LENGTH,
});

/** Less would refuse the lines that every server sends. */
const MIN_LINE_BYTES = 128;

const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof DecoderLimits)[];

/**
 * The limits of the options, with the defaults where they name none.
 *
 * @throws {InvalidArgumentError} for a limit that is no positive integer, or more than the engine can hold.
 */
export function resolveLimits(options: Partial<DecoderLimits>): DecoderLimits {
  const limits: DecoderLimits = { ...DEFAULT_LIMITS };
  for (const name of NAMES) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== 'number') throw invalidArgument(`${name} must be a number, not ${typeof value}`);
    const least = name === 'maxLineBytes' ? MIN_LINE_BYTES : 1;
    if (!Number.isSafeInteger(value) || value < least || value > CEILINGS[name]) {
      throw argumentOutOfRange(`${name} must be an integer from ${least} to ${CEILINGS[name]}, not ${value}`);
    }
    limits[name] = value;
  }
  return limits;
}
