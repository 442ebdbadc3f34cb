import type { Buffer } from 'node:buffer';

/** What servers take for a number: no plus, no zero before other digits, no minus zero, no blank. */
const CANONICAL = /^(?:0|-?[1-9][0-9]{0,18})$/;

/**
 * The number behind a line's type byte, in the one spelling that servers accept; undefined for any other.
 *
 * Beyond 2^53 it is rounded, which is enough to know that no limit allows it.
 *
 * @see `string2ll` of the servers: signed 64 bits.
 */
export function parseRequestLength(line: Buffer): number | undefined {
  const text = line.toString('latin1', 1, Math.min(line.length, 1 + MAX_CHARACTERS));
  if (line.length > 1 + MAX_CHARACTERS || !CANONICAL.test(text)) return undefined;
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? value : undefined;
}

/** Digits of 2^63, and a minus. */
const MAX_CHARACTERS = 20;
