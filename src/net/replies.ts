import type { Batch, Outcome } from './command.ts';

/** Collects the outcomes of one `sendAll`; the promise resolves with the last of them. */
export class Replies implements Batch {
  readonly #outcomes: Outcome[];
  readonly #resolve: (outcomes: Outcome[]) => void;
  #missing: number;

  constructor(count: number, resolve: (outcomes: Outcome[]) => void) {
    this.#outcomes = new Array(count).fill(null);
    this.#missing = count;
    this.#resolve = resolve;
    if (count === 0) resolve(this.#outcomes);
  }

  settled(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome;
    if (--this.#missing === 0) this.#resolve(this.#outcomes);
  }
}
