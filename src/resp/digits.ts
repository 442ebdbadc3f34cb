import type { Buffer } from 'node:buffer';
import * as Bytes from './bytes.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { DIGIT_0, DOT, MINUS } = Bytes;

/** A number of so few decimal digits is exact in a double, and so are its negative and each step on the way to it. */
export const SAFE_DIGITS = 15;

/** Each is exact, so that dividing an exact number by one of them rounds once, as reading the text does. */
export const POWERS_OF_TEN: readonly number[] = Array.from({ length: SAFE_DIGITS + 1 }, (_, power) => 10 ** power);

/** The number that 1 to {@link SAFE_DIGITS} digits and nothing else in `[from, to)` say; else -1. */
export function readDigits(bytes: Buffer, from: number, to: number): number {
  if (to === from || to - from > SAFE_DIGITS) return -1;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/**
 * The double that `-`, digits, `.` and digits in `[from, to)` say, where all digits together are at most
 * {@link SAFE_DIGITS}; else undefined. It is what `Number` says of the text, at a tenth of the cost.
 */
export function readDecimal(bytes: Buffer, from: number, to: number): number | undefined {
  const isNegative = bytes[from] === MINUS;
  const first = isNegative ? from + 1 : from;
  if (to - first > SAFE_DIGITS + 1) return undefined;
  let value = 0;
  let point = to;
  for (let at = first; at < to; at++) {
    const digit = bytes[at]! - DIGIT_0;
    if (digit >= 0 && digit <= 9) value = value * 10 + digit;
    else if (bytes[at] === DOT && point === to) point = at;
    else return undefined;
  }
  const places = to - point - 1;
  // No digit before the point, or none after it; without a point `places` is -1.
  if (point === first || places === 0 || to - first > SAFE_DIGITS + (places < 0 ? 0 : 1)) return undefined;
  const magnitude = places > 0 ? value / POWERS_OF_TEN[places]! : value;
  return isNegative ? -magnitude : magnitude;
}
