import type { Command } from './command.ts';
import type { Runtime, TimerHandle } from './runtime.ts';

/** Commands with the same budget, oldest first: so also in the order in which they expire. */
interface SameBudget {
  readonly timeoutMs: number;
  oldest: Command | undefined;
  newest: Command | undefined;
}

const NOBODY: SameBudget = { timeoutMs: Number.NaN, oldest: undefined, newest: undefined };

/**
 * The one deadline structure of a client: a list per budget, one timer for all.
 *
 * Adding and removing are a few assignments, because nearly all commands share one budget and almost none expires. The
 * timer is set for the earliest deadline when there is none, and is not moved when that command settles: at worst it
 * rings for nobody, once per budget.
 */
export class Deadlines {
  readonly #runtime: Runtime;
  readonly #expire: (command: Command) => void;
  readonly #lists = new Map<number, SameBudget>();
  #last: SameBudget = NOBODY;
  #timer: TimerHandle | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  /** @param expire is told of each command whose budget is exhausted; it must {@link remove} it. */
  constructor(runtime: Runtime, expire: (command: Command) => void) {
    this.#runtime = runtime;
    this.#expire = expire;
  }

  /** Starts the budget of a command, `now` on the runtime's clock. */
  add(command: Command, now: number): void {
    command.deadline = now + command.timeoutMs;
    const list = this.#listOf(command.timeoutMs);
    command.older = list.newest;
    if (list.newest === undefined) list.oldest = command;
    else list.newest.newer = command;
    list.newest = command;
    if (command.deadline < this.#timerAt) this.#arm(command.deadline, now);
  }

  /** Gives a part the deadline of its whole; it is told first. The whole must be here. */
  addPart(part: Command, whole: Command): void {
    part.deadline = whole.deadline;
    const { older } = whole;
    part.older = older;
    part.newer = whole;
    whole.older = part;
    if (older === undefined) this.#listOf(whole.timeoutMs).oldest = part;
    else older.newer = part;
  }

  /** Forgets a command; nothing happens when it was not here. */
  remove(command: Command): void {
    const list = this.#listOf(command.timeoutMs);
    const { older, newer } = command;
    if (older === undefined && list.oldest !== command) return;
    if (older === undefined) list.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) list.newest = older;
    else newer.older = older;
    command.older = undefined;
    command.newer = undefined;
  }

  /** All commands that have a budget and are not settled, in no particular order. */
  all(): Command[] {
    const all: Command[] = [];
    for (const list of this.#lists.values()) {
      for (let command = list.oldest; command !== undefined; command = command.newer) all.push(command);
    }
    return all;
  }

  /** Sets the timer off for good; nothing expires any more. */
  stop(): void {
    if (this.#timer !== undefined) this.#runtime.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  /** The list of a budget. It is nearly always the one that was asked for last. */
  #listOf(timeoutMs: number): SameBudget {
    if (this.#last.timeoutMs === timeoutMs) return this.#last;
    let list = this.#lists.get(timeoutMs);
    if (list === undefined) {
      list = { timeoutMs, oldest: undefined, newest: undefined };
      this.#lists.set(timeoutMs, list);
    }
    this.#last = list;
    return list;
  }

  #forget(timeoutMs: number): void {
    this.#lists.delete(timeoutMs);
    this.#last = NOBODY;
  }

  #arm(at: number, now: number): void {
    this.stop();
    this.#timerAt = at;
    this.#timer = this.#runtime.setTimer(() => this.#ring(), Math.max(0, at - now));
  }

  #ring(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#runtime.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const [timeoutMs, list] of this.#lists) {
      // A timer may ring a fraction of a millisecond early: that much early is on time.
      while (list.oldest !== undefined && list.oldest.deadline <= now + 1) this.#expire(list.oldest);
      if (list.oldest === undefined) this.#forget(timeoutMs);
      else earliest = Math.min(earliest, list.oldest.deadline);
    }
    if (earliest < this.#timerAt) this.#arm(earliest, now);
  }
}
