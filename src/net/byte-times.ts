import type { Runtime } from './runtime.ts';

/** How much a new measurement says against all before it, as in TCP. */
const ROUND_TRIP_WEIGHT = 1 / 8;

/** What the times of a connection's bytes tell: how long its server has been silent, and how far away it is. */
export class ByteTimes {
  readonly #runtime: Runtime;
  #lastByteAt = 0;
  /** Since when at least one answer is owed. */
  #owedSince = 0;
  /** The next bytes answer something that was sent when nothing was owed: they tell the round trip. */
  #isMeasuring = false;
  #roundTripMs: number | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Since the last byte came, or since an answer has been owed, whichever is later; in milliseconds. */
  get silentMs(): number {
    return this.#runtime.now() - Math.max(this.#lastByteAt, this.#owedSince);
  }

  /** Since the last byte came, in milliseconds. */
  get idleMs(): number {
    return this.#runtime.now() - this.#lastByteAt;
  }

  /** A smoothed round trip, in milliseconds, measured when nothing else was under way. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Something leaves, and nothing was owed before. */
  asked(): void {
    this.#owedSince = this.#runtime.now();
    this.#isMeasuring = true;
  }

  /** Bytes have come. */
  heard(): void {
    this.#lastByteAt = this.#runtime.now();
    if (!this.#isMeasuring) return;
    this.#isMeasuring = false;
    const sampleMs = this.#lastByteAt - this.#owedSince;
    const known = this.#roundTripMs ?? sampleMs;
    this.#roundTripMs = known + (sampleMs - known) * ROUND_TRIP_WEIGHT;
  }
}
