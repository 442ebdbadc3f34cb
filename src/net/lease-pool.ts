import { ConnectionError, type RedisError } from '../errors.ts';
import { backoffMs } from './backoff.ts';
import { type Endpoint, formatAddress } from './endpoint.ts';
import { Lease, type LeaseHolder, type LeaseOwner } from './lease.ts';
import { FIRST_RECONNECT_DELAY_MS, type LinkOptions } from './link.ts';

/** Connections kept for the next holder, per server: enough that a busy user dials seldom. */
const MAX_IDLE = 8;

/** The leased connections to one server: those that are lent, and a few that wait for the next holder. */
export class LeasePool {
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly #options: LinkOptions;
  readonly #onLess: (pool: LeasePool, wasLent: boolean) => void;
  readonly #idle: Lease[] = [];
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
    for (const lease of [...this.#idle.splice(0), ...this.#lent]) lease.close(this.#closed('closed by this client'));
  }

  #dial(): Lease {
    const { settings, endpoint, handshake, credentials } = this.#options;
    const { runtime, maxReconnectDelayMs: maxMs } = settings;
    const delayMs =
      this.#failures === 0
        ? 0
        : backoffMs(this.#failures - 1, { firstMs: FIRST_RECONNECT_DELAY_MS, maxMs }, runtime.random());
    return new Lease({ endpoint, settings, handshake, credentials, delayMs }, this.#owner);
  }

  readonly #owner: LeaseOwner = {
    onReady: () => {
      this.#failures = 0;
    },
    onGivenBack: (lease) => {
      this.#lent.delete(lease);
      if (this.#isClosed || this.#expiring.delete(lease) || this.#idle.length >= MAX_IDLE) {
        lease.close(this.#closed('is not needed any more'));
      } else {
        this.#idle.push(lease);
      }
      this.#onLess(this, true);
    },
    onEnd: (lease, error) => this.#ended(lease, error),
  };

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
