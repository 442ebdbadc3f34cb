import type { VirtualRuntime } from './virtual-runtime.ts';

/** How bytes travel in one direction of a connection. */
export interface PipeOptions {
  readonly runtime: VirtualRuntime;
  readonly random: () => number;
  /** Milliseconds for the next piece. */
  readonly latencyMs: () => number;
  /** The chance that a piece arrives in two, cut at any byte. */
  readonly splitChance: number;
  readonly deliver: (bytes: Buffer) => void;
  /** The bytes that were to pass have passed: the connection breaks here. */
  readonly onCut: () => void;
}

/**
 * One direction of a connection: bytes arrive later, in order, in pieces of any size, until it is cut.
 *
 * It can be cut after any number of bytes, in the middle of a frame as well.
 */
export class BytePipe {
  readonly #options: PipeOptions;
  #lastArrival = 0;
  #isOpen = true;
  /** Bytes that still pass before the connection breaks. */
  #allowance: number = Number.POSITIVE_INFINITY;

  constructor(options: PipeOptions) {
    this.#options = options;
  }

  /** Sends bytes, which are the pipe's from here on. */
  send(bytes: Buffer): void {
    const { random, splitChance } = this.#options;
    if (!this.#isOpen || bytes.length === 0) return;
    if (bytes.length === 1 || random() >= splitChance) {
      this.#post(bytes);
      return;
    }
    const at = 1 + Math.floor(random() * (bytes.length - 1));
    this.#post(bytes.subarray(0, at));
    this.#post(bytes.subarray(at));
  }

  /** Runs a call-back when everything sent so far has arrived, or would have. */
  afterwards(callback: () => void): void {
    this.#options.runtime.setTimer(callback, this.#arrival() - this.#options.runtime.now());
  }

  /** So many more bytes pass, then the connection breaks. */
  cutAfter(bytes: number): void {
    this.#allowance = bytes;
  }

  /** Nothing arrives any more, and nobody is told. */
  swallow(): void {
    this.#isOpen = false;
  }

  #post(bytes: Buffer): void {
    const { runtime } = this.#options;
    runtime.setTimer(() => this.#arrive(bytes), this.#arrival() - runtime.now());
  }

  #arrival(): number {
    const { runtime, latencyMs } = this.#options;
    this.#lastArrival = Math.max(this.#lastArrival, runtime.now() + latencyMs());
    return this.#lastArrival;
  }

  #arrive(bytes: Buffer): void {
    if (!this.#isOpen) return;
    const { deliver, onCut } = this.#options;
    if (bytes.length < this.#allowance) {
      this.#allowance -= bytes.length;
      deliver(bytes);
      return;
    }
    const passing = bytes.subarray(0, this.#allowance);
    this.#isOpen = false;
    if (passing.length > 0) deliver(passing);
    onCut();
  }
}
