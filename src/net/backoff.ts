/** How long to wait before trying again: doubling from `firstMs` to `maxMs`, of which a random half is taken away. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** How long a refused command or subscription waits: the first time, and at the most. */
export const REFUSAL_BACKOFF: BackoffOptions = { firstMs: 10, maxMs: 250 };

/**
 * Milliseconds before attempt number `attempt` (0 is the first repetition).
 *
 * Jitter spreads clients that lost the same server at the same moment: between half of the delay and all of it.
 *
 * @param random uniform in [0, 1)
 */
export function backoffMs(attempt: number, options: BackoffOptions, random: number): number {
  // The exponent is bounded so that a long outage does not overflow.
  const whole = Math.min(options.maxMs, options.firstMs * 2 ** Math.min(attempt, 30));
  return whole / 2 + (whole / 2) * random;
}
