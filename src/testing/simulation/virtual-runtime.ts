import type { Endpoint, Runtime, ServiceTarget, Transport, TransportEvents } from '../../net/index.ts';
import { seededRandom } from '../seeded-random.ts';
import { EventQueue, type VirtualEvent } from './event-queue.ts';

/** Opens the client's connections: a simulated network. */
export type Dialer = (endpoint: Endpoint, events: TransportEvents) => Transport;

/** So many events between two looks at the real world, so that signals and progress lines get through. */
const EVENTS_PER_TURN = 4096;
/** More than this on average is a loop in which no time passes. */
const MAX_EVENTS_PER_MS = 100;

/**
 * Time, chance and network of a client under simulation: a {@link Runtime} on virtual time.
 *
 * Nothing happens by itself. {@link settle} lets time pass, event by event, until a promise has its outcome; between two
 * events all promise call-backs run. The same seed gives the same run, as long as nothing awaits the real world.
 */
export class VirtualRuntime implements Runtime {
  readonly seed: number;
  /** Called with a line of text, and the virtual time, for what happens; none by default. */
  trace: ((timeMs: number, text: string) => void) | undefined;
  /** The addresses of each host name. */
  readonly names: Map<string, readonly string[]> = new Map();
  /** The targets of each service. */
  readonly services: Map<string, readonly ServiceTarget[]> = new Map();
  readonly #queue = new EventQueue();
  readonly #random: () => number;
  #dialer: Dialer = (endpoint, events) => this.#refuse(endpoint, events);
  #now = 0;
  #events = 0;

  constructor(seed: number) {
    this.seed = seed;
    this.#random = this.randomFor(0);
  }

  /** Virtual milliseconds since the runtime was made. */
  now(): number {
    return this.#now;
  }

  /** Events that have happened. */
  get events(): number {
    return this.#events;
  }

  setTimer(callback: () => void, delayMs: number): VirtualEvent {
    return this.#queue.push(this.#now + Math.max(0, delayMs), callback);
  }

  clearTimer(timer: unknown): void {
    if (timer !== undefined) (timer as VirtualEvent).run = undefined;
  }

  /** Runs `flush` after what happens at this same moment. */
  scheduleFlush(flush: () => void): void {
    this.#queue.push(this.#now, flush);
  }

  random(): number {
    return this.#random();
  }

  /** A random source of its own for one purpose, so that one purpose's draws don't shift another's. */
  randomFor(purpose: number): () => number {
    return seededRandom(Math.imul(this.seed, 0x9e3779b1) + Math.imul(purpose, 0x85ebca6b));
  }

  openTransport(endpoint: Endpoint, events: TransportEvents): Transport {
    return this.#dialer(endpoint, events);
  }

  /** A name stands for itself, unless {@link names} has addresses for it; for none there is no such name. */
  resolveHost(name: string): Promise<readonly string[]> {
    const addresses = this.names.get(name) ?? [name];
    return addresses.length === 0 ? Promise.reject(new Error(`ENOTFOUND ${name}`)) : Promise.resolve(addresses);
  }

  resolveService(name: string): Promise<readonly ServiceTarget[]> {
    const targets = this.services.get(name);
    return targets === undefined ? Promise.reject(new Error(`ENODATA ${name}`)) : Promise.resolve(targets);
  }

  /** Virtual time keeps no process alive. */
  setReferenced(): void {}

  /** Who opens connections from now on. Until then every dial is refused. */
  connectThrough(dialer: Dialer): void {
    this.#dialer = dialer;
  }

  /** Resolves after so much virtual time. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(resolve, milliseconds));
  }

  /** Lets so much virtual time pass. */
  pass(milliseconds: number): Promise<void> {
    return this.settle(this.sleep(milliseconds));
  }

  /**
   * Lets virtual time pass until the promise has its outcome, and returns that.
   *
   * @param limitMs the virtual time it may take; no limit by default.
   * @throws Error when nothing is left that could happen, so that the promise would wait for ever; and at the limit.
   */
  settle<T>(promise: Promise<T>, limitMs: number = Number.POSITIVE_INFINITY): Promise<T> {
    const until = this.#now + limitMs;
    const lastEvent = this.#events + MAX_EVENTS_PER_MS * limitMs;
    return new Promise<T>((resolve, reject) => {
      let isSettled = false;
      const done = (): void => {
        isSettled = true;
      };
      promise.then(done, done);
      const step = (): void => {
        try {
          if (this.#now > until || this.#events > lastEvent) throw new Error(`not settled in ${limitMs} virtual ms`);
          if (isSettled) {
            resolve(promise);
            return;
          }
          if (!this.#step()) throw new Error('virtual time has ended: nothing is left that could happen');
        } catch (error) {
          reject(error as Error);
          return;
        }
        if (this.#events % EVENTS_PER_TURN === 0) setImmediate(step);
        else queueMicrotask(next);
      };
      // A tick that is asked for by a microtask runs when all microtasks are done: the cheapest way to let promises finish.
      const next = (): void => process.nextTick(step);
      queueMicrotask(next);
    });
  }

  /** Runs the next event. @returns whether there was one. */
  #step(): boolean {
    for (let event = this.#queue.pop(); event !== undefined; event = this.#queue.pop()) {
      const { run } = event;
      if (run === undefined) continue;
      event.run = undefined;
      this.#now = event.at;
      this.#events++;
      run();
      return true;
    }
    return false;
  }

  #refuse({ host, port }: Endpoint, events: TransportEvents): Transport {
    const dial = this.setTimer(() => events.onClose(new Error(`connect ECONNREFUSED ${host}:${port}`)), 0);
    return { write: () => undefined, destroy: () => this.clearTimer(dial), setReferenced: () => undefined };
  }
}
