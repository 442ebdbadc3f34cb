import { hashSlot, SLOT_COUNT } from '../../cluster/index.ts';
import { ListHistory } from './list-history.ts';

/** Any driver, seen as the one thing that the history needs: send a command, get its reply or an error. */
export interface HistoryClient {
  send(args: readonly (string | number)[]): Promise<unknown>;
  /** Whether the command may have run although it was rejected. */
  mayHaveRun(error: unknown): boolean;
}

/** How much is written, and from where time and chance come. */
export interface WorkloadOptions {
  /** Lists with few and with many commands under way at a time. */
  readonly shallowLists: number;
  readonly deepLists: number;
  readonly shallowWindow: number;
  readonly deepWindow: number;
  readonly counters: number;
  readonly pairs: number;
  /** Hash tags to spread all of it over; by default one for each list, counter and pair. */
  readonly tags?: number | undefined;
  /** Commands to send before all writers and readers end; by default they run until they are stopped. */
  readonly commands?: number | undefined;
  /** What each writer and reader does between two commands; by default the next follows at once. */
  readonly rest?: (() => Promise<void> | undefined) | undefined;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

export const DEFAULT_WORKLOAD: Omit<WorkloadOptions, 'now'> = {
  shallowLists: 120,
  deepLists: 12,
  shallowWindow: 16,
  deepWindow: 300,
  counters: 60,
  pairs: 20,
};

/** What the callers were told and what came of it. */
export interface WorkloadCounts {
  commands: number;
  acknowledged: number;
  /** Rejected writes that may have run, and that did not. */
  doubtful: number;
  refused: number;
  /** Reads that were rejected. */
  rejectedReads: number;
  wrongReplies: number;
  /** The longest time between two outcomes on one list, in milliseconds. */
  longestStallMs: number;
  readonly errors: Map<string, number>;
}

/**
 * Writers, readers and counters that run until they are stopped: one writer per list sends RPUSH 0, 1, 2, ... without
 * waiting, readers check that a reply is their own, counters are incremented, pairs of keys are written and read at once.
 */
export class Workload {
  readonly lists: readonly ListHistory[];
  readonly counts: WorkloadCounts = {
    commands: 0,
    acknowledged: 0,
    doubtful: 0,
    refused: 0,
    rejectedReads: 0,
    wrongReplies: 0,
    longestStallMs: 0,
    errors: new Map(),
  };
  /** Per counter: acknowledged and doubtful increments. */
  readonly counters: { readonly key: string; acknowledged: number; doubtful: number }[];
  readonly #client: HistoryClient;
  readonly #options: WorkloadOptions;
  #isStopping = false;

  constructor(client: HistoryClient, options: WorkloadOptions) {
    this.#client = client;
    this.#options = options;
    const listCount = options.shallowLists + options.deepLists;
    const things = listCount + options.counters + options.pairs;
    const distinct = spreadTags(options.tags ?? things);
    const tags = Array.from({ length: things }, (_, i) => distinct[i % distinct.length]!);
    this.lists = tags.slice(0, listCount).map((tag, i) => new ListHistory(`list${i}:{${tag}}`));
    this.counters = tags
      .slice(listCount, listCount + options.counters)
      .map((tag, i) => ({ key: `counter${i}:{${tag}}`, acknowledged: 0, doubtful: 0 }));
    this.#pairTags = tags.slice(listCount + options.counters);
  }

  readonly #pairTags: readonly string[];

  /** Slots in use, for faults to aim at. */
  get slots(): number[] {
    return [...this.lists, ...this.counters].map(({ key }) => hashSlot(key));
  }

  /** Runs until {@link stop} was called and every command has its outcome. */
  async run(): Promise<void> {
    const { shallowLists, shallowWindow, deepWindow } = this.#options;
    await Promise.all([
      ...this.lists.map((list, i) => this.#writer(list, i < shallowLists ? shallowWindow : deepWindow)),
      ...this.counters.map((counter) => this.#counter(counter)),
      ...this.#pairTags.map((tag) => this.#pair(tag)),
    ]);
  }

  stop(): void {
    this.#isStopping = true;
  }

  get #isOver(): boolean {
    return this.#isStopping || this.counts.commands >= (this.#options.commands ?? Number.POSITIVE_INFINITY);
  }

  /** Keeps a window of appends under way; as one settles, the next is sent. */
  async #writer(list: ListHistory, window: number): Promise<void> {
    let lastOutcomeAt = this.#options.now();
    const caller = async (): Promise<void> => {
      while (!this.#isOver) {
        await this.#append(list);
        const now = this.#options.now();
        this.counts.longestStallMs = Math.max(this.counts.longestStallMs, now - lastOutcomeAt);
        lastOutcomeAt = now;
        await this.#options.rest?.();
      }
    };
    await Promise.all(Array.from({ length: window }, caller));
  }

  async #append(list: ListHistory): Promise<void> {
    const value = list.next();
    try {
      list.acknowledge(value, Number(await this.#send(['RPUSH', list.key, value])));
      this.counts.acknowledged++;
    } catch (error) {
      list.reject(value, this.#rejected(error));
    }
  }

  async #counter(counter: { key: string; acknowledged: number; doubtful: number }): Promise<void> {
    while (!this.#isOver) {
      await this.#options.rest?.();
      try {
        const value = Number(await this.#send(['INCR', counter.key]));
        counter.acknowledged++;
        if (value > counter.acknowledged + counter.doubtful) this.counts.wrongReplies++;
        this.counts.acknowledged++;
      } catch (error) {
        if (this.#rejected(error)) counter.doubtful++;
      }
    }
  }

  /** Two keys of one tag, written and read at once; the values name their tag, so that a stranger's reply is seen. */
  async #pair(tag: string): Promise<void> {
    const [a, b] = [`a:{${tag}}`, `b:{${tag}}`];
    for (let version = 0; !this.#isOver; version++) {
      await this.#options.rest?.();
      try {
        await this.#send(['MSET', a, `${tag}/${version}`, b, `${tag}/${version}`]);
        this.counts.acknowledged++;
      } catch (error) {
        this.#rejected(error);
      }
      try {
        const values = (await this.#send(['MGET', a, b])) as unknown[];
        const isOwn = values.every((value) => value === null || String(value).startsWith(`${tag}/`));
        if (!isOwn || String(values[0]) !== String(values[1])) this.counts.wrongReplies++;
      } catch (error) {
        this.counts.rejectedReads++;
        this.#note(error);
      }
    }
  }

  #send(args: readonly (string | number)[]): Promise<unknown> {
    this.counts.commands++;
    return this.#client.send(args);
  }

  /** @returns whether it may have run. */
  #rejected(error: unknown): boolean {
    this.#note(error);
    const mayHaveRun = this.#client.mayHaveRun(error);
    if (mayHaveRun) this.counts.doubtful++;
    else this.counts.refused++;
    return mayHaveRun;
  }

  #note(error: unknown): void {
    const { code, message } = error as { code?: string; message?: string };
    const name = `${code ?? 'Error'}: ${(message ?? '').replace(/\d+/g, 'N').slice(0, 120)}`;
    this.counts.errors.set(name, (this.counts.errors.get(name) ?? 0) + 1);
  }
}

/** So many hash tags, spread evenly over the slots. */
function spreadTags(count: number): string[] {
  const tags = new Array<string>(count);
  let missing = count;
  for (let n = 0; missing > 0; n++) {
    const tag = `w${n}`;
    const at = Math.floor((hashSlot(tag) * count) / SLOT_COUNT);
    if (tags[at] !== undefined) continue;
    tags[at] = tag;
    missing--;
  }
  // By their text, so that what is made of neighbours is spread as well.
  return tags.sort();
}
