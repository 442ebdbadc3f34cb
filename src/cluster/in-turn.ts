import { ClusterError } from '../errors.ts';
import type { Batch, Outcome } from '../net/index.ts';
import type { Collector } from './node-traffic.ts';

/** Asks one node after the other until one has something to say: null only when none has. */
export class InTurn implements Batch, Collector {
  readonly #count: number;
  readonly #ask: (index: number) => void;
  readonly #settle: (outcome: Outcome) => void;

  /**
   * @param count of nodes
   * @param ask sends the part for a node; {@link start} asks the first, and each answer of null the next
   */
  constructor(count: number, ask: (index: number) => void, settle: (outcome: Outcome) => void) {
    this.#count = count;
    this.#ask = ask;
    this.#settle = settle;
  }

  start(): void {
    if (this.#count > 0) this.#ask(0);
    else this.#settle(new ClusterError('ERR_NO_NODE', 'no node is known'));
  }

  settled(index: number, outcome: Outcome): void {
    if (outcome === null && index + 1 < this.#count) this.#ask(index + 1);
    else this.#settle(outcome);
  }

  /** One at a time: whoever has taken over a node's slots may be asked for those, and again for its own. */
  asks(): boolean {
    return false;
  }

  moveTo(): void {}

  leaveOut(): void {}
}
