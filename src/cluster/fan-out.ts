import { ClusterError } from '../errors.ts';
import type { Batch, Outcome } from '../net/index.ts';
import { combineReplies, type GeneralResponsePolicy } from './response-policy.ts';

/** Collects what the nodes answered to one command, and makes one outcome of it with the last of them. */
export class FanOut implements Batch {
  readonly #policy: GeneralResponsePolicy | undefined;
  readonly #outcomes: Outcome[];
  readonly #settle: (outcome: Outcome) => void;
  #missing: number;

  /** @param count of nodes that were asked */
  constructor(policy: GeneralResponsePolicy | undefined, count: number, settle: (outcome: Outcome) => void) {
    this.#policy = policy;
    this.#outcomes = new Array<Outcome>(count).fill(null);
    this.#settle = settle;
    this.#missing = count;
    if (count === 0) settle(new ClusterError('ERR_NO_NODE', 'no node is known'));
  }

  settled(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome;
    if (--this.#missing > 0) return;
    this.#settle(combineReplies(this.#policy, this.#outcomes));
  }
}
