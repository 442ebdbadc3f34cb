import { ConnectionError, type RedisError } from '../errors.ts';
import { backoffMs } from './backoff.ts';
import { type Endpoint, formatAddress } from './endpoint.ts';
import { Lease, type LeaseHolder, type LeaseOwner } from './lease.ts';
import { FIRST_RECONNECT_DELAY_MS, type LinkOptions } from './link.ts';
import type { TimerHandle } from './runtime.ts';

/** Connections kept for the next holder for as long as the server likes. */
const KEPT_IDLE = 8;
/** More than that stay while they are used: what was idle for all of such an interval is closed at its end. */
const TRIM_INTERVAL_MS = 10_000;

/** The leased connections to one server: those that are lent, and those that wait for the next holder. */
export class LeasePool {
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly #options: LinkOptions;
  readonly #onLess: (pool: LeasePool, wasLent: boolean) => void;
  /** The one used last at the end. */
  readonly #idle: Lease[] = [];
  /** The fewest that were idle at any moment of this interval: so many are not needed. */
  #unused = 0;
  #trimTimer: TimerHandle | undefined;
  readonly #lent = new Set<Lease>();
  /** Lent ones that are not to be lent again. */
  readonly #expiring = new Set<Lease>();
  #failures = 0;
  #isClosed = false;

  /** @param onLess a connection is lent no longer (`wasLent`), or was closed while it was idle. */
  constructor(options: LinkOptions, onLess: (pool: LeasePool, wasLent: boolean) => void) {
    this.address = formatAddress(options.endpoint);
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#onLess = onLess;
  }

  /** How many connections are lent. */
  get lent(): number {
    return this.#lent.size;
  }

  /** Whether there is no connection at all. */
  get isEmpty(): boolean {
    return this.#lent.size === 0 && this.#idle.length === 0;
  }

  /** Lends a connection, the one used last where there are several. */
  lend(holder: LeaseHolder): void {
    const lease = this.#idle.pop() ?? this.#dial();
    this.#unused = Math.min(this.#unused, this.#idle.length);
    this.#lent.add(lease);
    lease.lend(holder);
  }

  /** No connection that is there now is lent again: the credentials have changed, or the node has left the cluster. */
  retire(): void {
    for (const lease of this.#idle.splice(0)) lease.close(this.#closed('is not needed any more'));
    for (const lease of this.#lent) this.#expiring.add(lease);
  }

  /** Ends all connections. */
  close(): void {
    this.#isClosed = true;
    this.#options.settings.runtime.clearTimer(this.#trimTimer);
    for (const lease of [...this.#idle.splice(0), ...this.#lent]) lease.close(this.#closed('closed by this client'));
  }

  #dial(): Lease {
    const { runtime, maxReconnectDelayMs: maxMs } = this.#options.settings;
    const delayMs =
      this.#failures === 0
        ? 0
        : backoffMs(this.#failures - 1, { firstMs: FIRST_RECONNECT_DELAY_MS, maxMs }, runtime.random());
    return new Lease({ ...this.#options, kind: 'leased', delayMs }, this.#owner);
  }

  readonly #owner: LeaseOwner = {
    onReady: () => {
      this.#failures = 0;
    },
    onGivenBack: (lease) => {
      this.#lent.delete(lease);
      if (this.#isClosed || this.#expiring.delete(lease) || lease.isSpent)
        lease.close(this.#closed('is not needed any more'));
      else this.#keep(lease);
      this.#onLess(this, true);
    },
    onEnd: (lease, error) => this.#ended(lease, error),
  };

  #keep(lease: Lease): void {
    this.#idle.push(lease);
    if (this.#idle.length > KEPT_IDLE) this.#trimTimer ??= this.#trimLater();
  }

  #trimLater(): TimerHandle {
    this.#unused = this.#idle.length;
    return this.#options.settings.runtime.setTimer(() => {
      const surplus = Math.min(this.#unused, this.#idle.length - KEPT_IDLE);
      for (const lease of this.#idle.slice(0, Math.max(0, surplus)))
        lease.close(this.#closed('is not needed any more'));
      this.#trimTimer = this.#idle.length > KEPT_IDLE ? this.#trimLater() : undefined;
    }, TRIM_INTERVAL_MS);
  }

  #ended(lease: Lease, error: RedisError | undefined): void {
    if (error !== undefined && error.code !== 'ERR_CLOSED') this.#failures++;
    const index = this.#idle.indexOf(lease);
    if (index >= 0) this.#idle.splice(index, 1);
    this.#expiring.delete(lease);
    this.#onLess(this, this.#lent.delete(lease));
  }

  #closed(why: string): ConnectionError {
    const { address } = this;
    return new ConnectionError('ERR_CLOSED', `leased connection to ${address} ${why}`, { address });
  }
}
