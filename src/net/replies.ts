import type { Batch, Outcome } from './command.ts';
import type { CommandTrace } from './diagnostics/index.ts';

/** Collects the outcomes of one `sendAll`; the promise resolves with the last of them. */
export class Replies implements Batch {
  readonly #outcomes: Outcome[];
  readonly #resolve: (outcomes: Outcome[]) => void;
  readonly #trace: CommandTrace | undefined;
  #missing: number;

  /** @param trace is told the outcomes, where somebody traces commands */
  constructor(count: number, resolve: (outcomes: Outcome[]) => void, trace?: CommandTrace) {
    this.#outcomes = new Array(count).fill(null);
    this.#missing = count;
    this.#resolve = resolve;
    this.#trace = trace;
    if (count === 0) this.#done();
  }

  settled(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome;
    if (--this.#missing === 0) this.#done();
  }

  #done(): void {
    this.#trace?.settledAll(this.#outcomes);
    this.#resolve(this.#outcomes);
  }
}
