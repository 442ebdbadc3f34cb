import { ConnectionError } from '../errors.ts';
import type { ClientSettings } from './options.ts';
import type { Runtime, TimerHandle } from './runtime.ts';

/** A connection, as far as the budget is concerned. */
export interface BudgetedConnection {
  readonly address: string;
  /** Something waits for it: it is worth closing another one for. */
  readonly isWanted: boolean;
  /** It could be closed and nobody would miss it: made, nothing queued, nothing owed, nobody's. */
  readonly isIdle: boolean;
  /** It may be dialled now. */
  permitted(): void;
  /** Closes it; it is idle. */
  drain(): void;
  /** It is to take nothing more, and close when it has answered what it owes. @returns false when its owner needs it. */
  giveWay(): boolean;
}

/** How long a connection has its turn, when others wait and none is idle. */
const TURN_MS = 100;
/** How often those who wait are looked after, besides every connection that ends or has become idle. */
const TICK_MS = 20;
/** A connection that was made for one certain command stays so long for it. */
const RESERVED_MS = 1000;

/**
 * The connections that one client may have at once, of every kind and to every server (`maxConnections`).
 *
 *     dial -> free, or another is idle (the one used least recently is closed) -> permitted
 *        `--> waits, first come, first served: until one ends or is idle; or the one that has had its turn longest gives way
 *
 * What owes an answer, has commands queued, is leased, or has subscriptions is never closed for another. To give way is to
 * take nothing more and to answer what is owed, so nobody waits for ever, however busy the others are.
 */
export class ConnectionBudget {
  readonly #runtime: Runtime;
  readonly #max: number;
  /** Those permitted, and since when; the one used least recently first. */
  readonly #open = new Map<BudgetedConnection, number>();
  /** Those that were asked to give way. */
  readonly #leaving = new Set<BudgetedConnection>();
  readonly #waiting = new Set<BudgetedConnection>();
  /** Until when one is kept for a command that is about to come. */
  readonly #reserved = new Map<BudgetedConnection, number>();
  #isServing = false;
  #timer: TimerHandle | undefined;

  /** @param max more than that are never open. */
  constructor(runtime: Runtime, max: number) {
    this.#runtime = runtime;
    this.#max = max;
  }

  /** Connections that are made, or being made. */
  get open(): number {
    return this.#open.size;
  }

  /** Asks for one more. @returns undefined when it was permitted, else why it has to wait. */
  ask(connection: BudgetedConnection): ConnectionError | undefined {
    this.#waiting.add(connection);
    this.#serve();
    return this.#waiting.has(connection) ? this.#limitMet(connection) : undefined;
  }

  /** One that waits is wanted now. */
  wanted(): void {
    if (this.#timer === undefined) this.#serve();
  }

  /** Something was written to it. */
  used(connection: BudgetedConnection): void {
    const since = this.#open.get(connection);
    if (since === undefined) return;
    this.#open.delete(connection);
    this.#open.set(connection, since);
    this.#reserved.delete(connection);
  }

  /** It may have become idle. */
  rests(connection: BudgetedConnection): void {
    if (this.#waiting.size > 0 && this.#isEvictable(connection)) this.#serve();
  }

  /** A command is about to come over it: it is wanted, and stays for a while. With one connection in all, nothing can stay. */
  reserve(connection: BudgetedConnection): void {
    if (this.#max === 1 || this.#reserved.has(connection)) return;
    this.#reserved.set(connection, this.#runtime.now() + RESERVED_MS);
    this.wanted();
  }

  /** It has ended, or wants no permit any more. */
  left(connection: BudgetedConnection): void {
    this.#open.delete(connection);
    this.#waiting.delete(connection);
    this.#leaving.delete(connection);
    this.#reserved.delete(connection);
    this.#serve();
  }

  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#waiting.delete(next);
      this.#open.set(next, this.#runtime.now());
      next.permitted();
    }
    this.#isServing = false;
    if (this.#firstWanted() !== undefined) {
      this.#timer ??= this.#runtime.setTimer(this.#tick, TICK_MS);
    } else if (this.#open.size + this.#waiting.size === 0) {
      this.#runtime.clearTimer(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Who may be dialled now; for what nobody waits for, nothing is closed. */
  #next(): BudgetedConnection | undefined {
    if (this.#waiting.size === 0) return undefined;
    const wanted = this.#firstWanted();
    if (this.#open.size < this.#max) return wanted ?? this.#waiting.values().next().value;
    return wanted !== undefined && this.#evict() ? wanted : undefined;
  }

  #firstWanted(): BudgetedConnection | undefined {
    for (const connection of this.#waiting) if (this.#isWanted(connection)) return connection;
    return undefined;
  }

  #isWanted(connection: BudgetedConnection): boolean {
    return connection.isWanted || this.#isReserved(connection);
  }

  #evict(): boolean {
    for (const connection of this.#open.keys()) {
      if (!this.#isEvictable(connection)) continue;
      connection.drain();
      return true;
    }
    return false;
  }

  #isEvictable(connection: BudgetedConnection): boolean {
    return connection.isIdle && !this.#isReserved(connection);
  }

  #isReserved(connection: BudgetedConnection): boolean {
    const until = this.#reserved.get(connection);
    if (until === undefined) return false;
    if (until > this.#runtime.now()) return true;
    this.#reserved.delete(connection);
    return false;
  }

  readonly #tick = (): void => {
    this.#timer = undefined;
    this.#serve();
    let wanted = 0;
    for (const connection of this.#waiting) if (this.#isWanted(connection)) wanted++;
    if (this.#leaving.size < wanted) this.#makeWay();
  };

  /** None is idle, and somebody waits. */
  #makeWay(): void {
    const now = this.#runtime.now();
    const byTurn = [...this.#open].sort(([, a], [, b]) => a - b);
    for (const [connection, since] of byTurn) {
      if (now - since < TURN_MS) return;
      if (this.#isReserved(connection) || !connection.giveWay()) continue;
      if (this.#open.has(connection)) this.#leaving.add(connection);
      return;
    }
  }

  #limitMet({ address }: BudgetedConnection): ConnectionError {
    const message = `all ${this.#max} connections of this client are in use (maxConnections)`;
    return new ConnectionError('ERR_CONNECTION_LIMIT', message, { address });
  }
}

/** The budget of a client; undefined where it may have any number of connections. */
export function budgetOf({ runtime, maxConnections }: ClientSettings): ConnectionBudget | undefined {
  return maxConnections === Number.POSITIVE_INFINITY ? undefined : new ConnectionBudget(runtime, maxConnections);
}
