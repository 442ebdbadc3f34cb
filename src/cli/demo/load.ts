import { type Cluster, SLOT_COUNT } from '../../cluster/index.ts';
import { RedisError } from '../../errors.ts';
import type { Reply } from '../../resp/index.ts';
import type { Ledger } from './ledger.ts';

/** What the callers have seen so far. */
export interface LoadCounts {
  /** Commands whose outcome is known. */
  done: number;
  /** Rejections by code, those in doubt among them. */
  readonly rejected: Map<string, number>;
  /** Replies that were not what this caller can have been meant to get. */
  readonly wrong: string[];
}

/**
 * Many callers at once, each sending one command after the other to a random slot: SET with a rising version, INCRBY,
 * and GET, whose reply is checked on the spot.
 */
export class Load {
  readonly counts: LoadCounts = { done: 0, rejected: new Map(), wrong: [] };
  readonly #cluster: Cluster;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  #isStopping = false;

  constructor(cluster: Cluster, ledger: Ledger, random: () => number) {
    this.#cluster = cluster;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** Runs until {@link stop}, and every command has its outcome. */
  async run(callers: number): Promise<void> {
    await Promise.all(Array.from({ length: callers }, () => this.#caller()));
  }

  stop(): void {
    this.#isStopping = true;
  }

  async #caller(): Promise<void> {
    while (!this.#isStopping) {
      const slot = Math.floor(this.#random() * SLOT_COUNT);
      const dice = this.#random();
      if (dice < 0.4) await this.#set(slot);
      else if (dice < 0.7) await this.#increment(slot);
      else await this.#get(slot);
      this.counts.done++;
    }
  }

  async #set(slot: number): Promise<void> {
    const ledger = this.#ledger;
    const version = ++ledger.sentVersion[slot]!;
    const key = ledger.valueKey(slot);
    const reply = await this.#send(['SET', key, ledger.value(slot, version), 'EX', 1200]);
    if (reply === 'OK') ledger.acknowledgeVersion(slot, version);
    else if (reply instanceof RedisError && reply.wasSent) ledger.doubtVersion(slot, version);
    else if (!(reply instanceof RedisError)) this.counts.wrong.push(`SET ${key} was answered ${JSON.stringify(reply)}`);
  }

  async #increment(slot: number): Promise<void> {
    const ledger = this.#ledger;
    const key = ledger.counterKey(slot);
    const amount = 1 + Math.floor(this.#random() * 13);
    const reply = await this.#send(['INCRBY', key, amount]);
    if (typeof reply === 'number') ledger.acknowledgedSum[slot]! += amount;
    else if (reply instanceof RedisError && reply.wasSent) ledger.doubtfulSum[slot]! += amount;
    else if (!(reply instanceof RedisError))
      this.counts.wrong.push(`INCRBY ${key} was answered ${JSON.stringify(reply)}`);
  }

  async #get(slot: number): Promise<void> {
    const ledger = this.#ledger;
    const key = ledger.valueKey(slot);
    const least = ledger.acknowledgedVersion[slot]!;
    const reply = await this.#send(['GET', key]);
    if (reply instanceof RedisError) return;
    const [tag, version] = String(reply ?? `${ledger.tags[slot]}/0`).split('/');
    if (tag !== ledger.tags[slot] || Number(version) < least) {
      this.counts.wrong.push(
        `GET ${key} was answered ${JSON.stringify(reply)}, version ${least} was acknowledged before`,
      );
    }
  }

  async #send(args: readonly (string | number)[]): Promise<Reply> {
    try {
      return await this.#cluster.send(args, { timeoutMs: 20_000 });
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      const { rejected } = this.counts;
      rejected.set(error.code, (rejected.get(error.code) ?? 0) + 1);
      if (error.wasSent && args[0] !== 'GET') {
        this.#ledger.doubts.push({ command: String(args[0]), key: String(args[1]), message: error.message });
      }
      return error as never;
    }
  }
}
