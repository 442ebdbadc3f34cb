import type { Runtime } from './runtime.ts';

/** The clock in whole milliseconds, read once per turn: `send` is called far more often than time passes. */
export class TurnClock {
  readonly #runtime: Runtime;
  #now = 0;
  #isFresh = false;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  now(): number {
    if (!this.#isFresh) {
      this.#isFresh = true;
      // Whole milliseconds need no memory of their own on every record.
      this.#now = Math.ceil(this.#runtime.now());
      this.#runtime.scheduleFlush(this.#forget);
    }
    return this.#now;
  }

  readonly #forget = (): void => {
    this.#isFresh = false;
  };
}
