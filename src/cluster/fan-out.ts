import { ClusterError, RedisError } from '../errors.ts';
import type { Batch, Outcome } from '../net/index.ts';
import { encodeReply, type MapForm, type ReplyForm, unwrap } from '../resp/index.ts';
import type { Collector } from './node-traffic.ts';
import { type CombineRule, combineReplies, repliesByNode } from './response-policy.ts';

/** What a fan-out makes one reply with. */
export interface FanOutOptions {
  readonly rule: CombineRule | undefined;
  /** Of the nodes that are asked. */
  readonly addresses: readonly string[];
  /** In which form the caller wants the reply. */
  readonly form: ReplyForm;
  readonly maps: MapForm;
  readonly protocol: 2 | 3;
  /** Is told the outcome, once. */
  readonly settle: (outcome: Outcome) => void;
}

/** Collects what the nodes answered to one command, and makes one outcome of it with the last of them. */
export class FanOut implements Batch, Collector {
  readonly #options: FanOutOptions;
  /** Who answers for each part; undefined: nobody, it counts for nothing. */
  readonly #addresses: (string | undefined)[];
  readonly #outcomes: Outcome[];
  #missing: number;

  constructor(options: FanOutOptions) {
    const count = options.addresses.length;
    this.#options = options;
    this.#addresses = [...options.addresses];
    this.#outcomes = new Array<Outcome>(count).fill(null);
    this.#missing = count;
    if (count === 0) options.settle(new ClusterError('ERR_NO_NODE', 'no node is known'));
  }

  asks(address: string): boolean {
    return this.#addresses.includes(address);
  }

  moveTo(index: number, address: string): void {
    this.#addresses[index] = address;
  }

  leaveOut(index: number): void {
    this.#addresses[index] = undefined;
  }

  settled(index: number, outcome: Outcome): void {
    this.#outcomes[index] = outcome instanceof RedisError ? outcome : unwrap(outcome);
    if (--this.#missing === 0) this.#options.settle(this.#combined());
  }

  #combined(): Outcome {
    const { form, maps, protocol } = this.#options;
    const rule = ruleFor(this.#options.rule, form);
    const addresses = this.#addresses.filter((address) => address !== undefined);
    const outcomes = this.#outcomes.filter((_, index) => this.#addresses[index] !== undefined);
    if (outcomes.length === 0) return new ClusterError('ERR_NO_NODE', 'all nodes that were asked have left');
    const combined = rule === 'byNode' ? repliesByNode(addresses, outcomes, maps) : combineReplies(rule, outcomes);
    const isInForm = combined instanceof RedisError || formOfPart(rule, form) === form;
    return isInForm ? combined : encodeReply(combined, { protocol });
  }
}

/** In which form parts are read: where several replies become one, raw bytes are put together anew from their values. */
export function formOfPart(rule: CombineRule | undefined, form: ReplyForm): ReplyForm {
  const isOneOfThem = rule === 'all_succeeded' || rule === 'one_succeeded';
  return form === 'raw' && !isOneOfThem ? 'bytes' : form;
}

/** Replies that were skipped can't be added up: what is left to tell is whether they were errors. */
function ruleFor(rule: CombineRule | undefined, form: ReplyForm): CombineRule | undefined {
  return form === 'skip' && rule !== 'one_succeeded' ? 'all_succeeded' : rule;
}
