import { promises as dns } from 'node:dns';
import type { Endpoint } from './endpoint.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { openTransport } from './transport.ts';
import { TurnEnd } from './turn-end.ts';

/** What a timer is, the runtime alone knows. */
export type TimerHandle = unknown;

/** Where an SRV record says that a service is. */
export interface ServiceTarget {
  readonly host: string;
  readonly port: number;
  /** The lower, the sooner it is to be tried. */
  readonly priority: number;
}

/**
 * Everything the client takes from the world outside: time, chance, names and the network.
 *
 * A parameter, so that the whole client also runs on virtual time over a simulated network, driven by one seed.
 */
export interface Runtime {
  /** Milliseconds, monotonic; the origin does not matter. */
  now(): number;
  setTimer(callback: () => void, delayMs: number): TimerHandle;
  clearTimer(timer: TimerHandle): void;
  /** Runs `flush` once, after the I/O events of this turn; in the order of the calls. */
  scheduleFlush(flush: () => void): void;
  /** Uniform in [0, 1). */
  random(): number;
  openTransport(endpoint: Endpoint, events: TransportEvents): Transport;
  /** The addresses that a host name has, at least one; rejects with the reason. */
  resolveHost(name: string): Promise<readonly string[]>;
  /** What the SRV records of a name say; rejects with the reason. */
  resolveService(name: string): Promise<readonly ServiceTarget[]>;
  /** Whether its timers and connections, those to come as well, keep the process alive. */
  setReferenced(isReferenced: boolean): void;
}

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The real world, for one client: what keeps the process alive is its own. */
export function createSystemRuntime(): Runtime {
  const timers = new Set<NodeJS.Timeout>();
  const transports = new Set<Transport>();
  let isAlive = true;
  const turnEnd = new TurnEnd();
  return {
    now: () => performance.now(),
    setTimer(callback, delayMs) {
      // Longer than 2^31 - 1 ms would ring at once; whoever set it looks at the clock again when it rings.
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          callback();
        },
        Math.min(delayMs, MAX_TIMER_MS),
      );
      timers.add(timer);
      if (!isAlive) timer.unref();
      return timer;
    },
    clearTimer(timer) {
      timers.delete(timer as NodeJS.Timeout);
      clearTimeout(timer as NodeJS.Timeout);
    },
    scheduleFlush: (flush) => turnEnd.add(flush),
    random: Math.random,
    openTransport(endpoint, events) {
      const transport = openTransport(endpoint, events, () => transports.delete(transport));
      transports.add(transport);
      if (!isAlive) transport.setReferenced(false);
      return transport;
    },
    resolveHost: async (name) => (await dns.lookup(name, { all: true })).map(({ address }) => address),
    async resolveService(name) {
      // Not imported by its own name, which would not follow `dns.setServers`.
      const records = await dns.resolveSrv(name);
      return records.map(({ name: host, port, priority }) => ({ host, port, priority }));
    },
    setReferenced(isReferenced) {
      isAlive = isReferenced;
      for (const transport of transports) transport.setReferenced(isReferenced);
      for (const timer of timers) {
        if (isReferenced) timer.ref();
        else timer.unref();
      }
    },
  };
}

/** One for all who need no more than time and chance. */
export const systemRuntime: Runtime = createSystemRuntime();
