import { ConnectionError } from '../errors.ts';
import type { LeaseHolder } from './lease.ts';
import { LeasePool } from './lease-pool.ts';
import type { LinkOptions } from './link.ts';
import type { ClientSettings } from './options.ts';
import type { TimerHandle } from './runtime.ts';

/** Somebody who waits for a connection to be given back. */
interface Waiting {
  readonly pool: LeasePool;
  readonly holder: LeaseHolder;
  readonly timer: TimerHandle;
}

/**
 * Where leases of one client are asked for: bounded per server (`maxLeasesPerNode`) and for the client (`maxLeases`).
 * Beyond that one waits, first come, first served, for at most the client's `timeoutMs`.
 */
export class LeaseDesk {
  readonly #settings: ClientSettings;
  readonly #waiting: Waiting[] = [];
  /** Those that have connections. */
  readonly #pools = new Set<LeasePool>();
  #lent = 0;
  #isClosed = false;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** Connections that are lent. */
  get lent(): number {
    return this.#lent;
  }

  /** Parties that wait for one. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The pool of one server; the limits are those of the desk. */
  poolOf(options: LinkOptions): LeasePool {
    return new LeasePool(options, (pool, wasLent) => this.#less(pool, wasLent));
  }

  /**
   * Asks for a connection. The holder is given it, at once or later, or is refused.
   *
   * @returns undefined when it was given, else why it has to wait.
   */
  request(pool: LeasePool, holder: LeaseHolder): ConnectionError | undefined {
    const limit = this.#isClosed ? undefined : this.#limitMet(pool);
    if (this.#isClosed) {
      holder.onRefused(new ConnectionError('ERR_CLOSED', 'the client is closed'));
    } else if (limit === undefined) {
      this.#lend(pool, holder);
    } else {
      const { timeoutMs, runtime } = this.#settings;
      const timer = runtime.setTimer(() => this.#refuse(holder, limit), timeoutMs);
      this.#waiting.push({ pool, holder, timer });
    }
    return limit;
  }

  /** The holder waits no longer. */
  withdraw(holder: LeaseHolder): boolean {
    const index = this.#waiting.findIndex((waiting) => waiting.holder === holder);
    if (index < 0) return false;
    this.#settings.runtime.clearTimer(this.#waiting.splice(index, 1)[0]!.timer);
    return true;
  }

  /** The credentials have changed: who leases a connection from now on has one that knows the new ones. */
  retire(): void {
    for (const pool of this.#pools) pool.retire();
  }

  /** Ends all connections; nobody is given one any more. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#waiting.splice(0)) this.#settings.runtime.clearTimer(timer);
    for (const pool of this.#pools) pool.close();
  }

  #lend(pool: LeasePool, holder: LeaseHolder): void {
    this.#pools.add(pool);
    this.#lent++;
    pool.lend(holder);
  }

  #refuse(holder: LeaseHolder, error: ConnectionError): void {
    if (this.withdraw(holder)) holder.onRefused(error);
  }

  #less(pool: LeasePool, wasLent: boolean): void {
    if (pool.isEmpty) this.#pools.delete(pool);
    if (!wasLent) return;
    this.#lent--;
    if (!this.#isClosed) this.#serve();
  }

  /** Who waits longest and may have a connection gets it. */
  #serve(): void {
    for (const waiting of this.#waiting) {
      if (this.#limitMet(waiting.pool) !== undefined) continue;
      this.withdraw(waiting.holder);
      this.#lend(waiting.pool, waiting.holder);
      return;
    }
  }

  #limitMet(pool: LeasePool): ConnectionError | undefined {
    const { maxLeases, maxLeasesPerNode } = this.#settings;
    const { address } = pool;
    const isNodeFull = pool.lent >= maxLeasesPerNode;
    if (!isNodeFull && this.#lent < maxLeases) return undefined;
    const what = isNodeFull
      ? `all ${maxLeasesPerNode} leased connections to ${address} are in use (maxLeasesPerNode)`
      : `all ${maxLeases} leased connections of this client are in use (maxLeases)`;
    return new ConnectionError('ERR_CONNECTION_LIMIT', what, { address });
  }
}
