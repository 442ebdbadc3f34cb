import type { Endpoint } from './endpoint.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { openTransport } from './transport.ts';

/** What a timer is, the runtime alone knows. */
export type TimerHandle = unknown;

/**
 * Everything the client takes from the world outside: time, chance and the network.
 *
 * A parameter, so that the whole client also runs on virtual time over a simulated network, driven by one seed.
 */
export interface Runtime {
  /** Milliseconds, monotonic; the origin does not matter. */
  now(): number;
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  clearTimer(timer: TimerHandle): void;
  /** Runs `flush` once, after the I/O events of this turn. */
  scheduleFlush(flush: () => void): void;
  /** Uniform in [0, 1). */
  random(): number;
  openTransport(endpoint: Endpoint, events: TransportEvents): Transport;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real world. */
export const systemRuntime: Runtime = {
  now: () => performance.now(),
  // Longer than 2^31 - 1 ms would ring at once; whoever set it looks at the clock again when it rings.
  setTimer: (callback, delayMs) => setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS)),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout),
  // Not a microtask: after the I/O events of a turn one write carries half again as many commands.
  scheduleFlush: (flush) => setImmediate(flush),
  random: Math.random,
  openTransport,
};
