import { ConnectionError } from '../errors.ts';
import { type Endpoint, formatAddress, isIpAddress, type Runtime, type TlsOptions } from '../net/index.ts';

/** A name whose SRV records name the seeds. */
export interface ServiceSeed {
  readonly service: string;
  readonly tls?: TlsOptions | undefined;
}

/** Where to look for the topology first. */
export type SeedAddress = Endpoint | ServiceSeed;

/** What names are looked up with. */
export interface SeedsContext {
  readonly runtime: Runtime;
  /** How long a look-up may take. */
  readonly timeoutMs: number;
}

/** Names are looked up at most so often, while nobody can be reached. */
const LOOKUP_INTERVAL_MS = 1000;

/**
 * The nodes that a user has named to start from. Names are looked up anew whenever the seeds are needed, so that a cluster
 * of which every address has changed is found again:
 *
 *     redis+srv://name --SRV--> host:port, ... --each--> its addresses, where it has several
 *     redis://name:port ------------------------------> the same
 *
 * A host with one address keeps its name, since the system resolves it again at every dial; of several each is a seed of its
 * own, for which of them had answered nobody could tell otherwise.
 */
export class Seeds {
  readonly #seeds: readonly SeedAddress[];
  readonly #context: SeedsContext;
  /** The last look-up, and when it was. */
  #last: { at: number; found: Promise<readonly Endpoint[]>[] } | undefined;
  /** The addresses that each led to last: what the user's names lead to may be given the user's credentials. */
  readonly #found = new Map<SeedAddress, readonly string[]>();

  constructor(seeds: readonly SeedAddress[], context: SeedsContext) {
    this.#seeds = seeds;
    this.#context = context;
    for (const seed of seeds) if (!isService(seed)) this.#found.set(seed, [formatAddress(seed)]);
  }

  /** Whether the user has named this address, or a name that led to it when it was looked up last. */
  has(address: string): boolean {
    for (const addresses of this.#found.values()) if (addresses.includes(address)) return true;
    return false;
  }

  /**
   * Looks each seed up.
   *
   * @returns for each the endpoints it stands for, the ones to try first in front; rejects with a {@link ConnectionError}
   * (`ERR_CONNECT`) where a name leads nowhere.
   */
  find(): readonly Promise<readonly Endpoint[]>[] {
    const now = this.#context.runtime.now();
    if (this.#last === undefined || now - this.#last.at >= LOOKUP_INTERVAL_MS) {
      this.#last = { at: now, found: this.#seeds.map((seed) => this.#find(seed)) };
    }
    return this.#last.found;
  }

  /** All endpoints that can be found. */
  async all(): Promise<Endpoint[]> {
    const found = await Promise.allSettled(this.find());
    return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }

  async #find(seed: SeedAddress): Promise<Endpoint[]> {
    const endpoints = isService(seed) ? await this.#targetsOf(seed) : await this.#addressesOf(seed);
    this.#found.set(seed, endpoints.map(formatAddress));
    return endpoints;
  }

  async #targetsOf({ service, tls }: ServiceSeed): Promise<Endpoint[]> {
    const targets = await this.#within(service, this.#context.runtime.resolveService(service));
    const byPriority = [...targets].sort((a, b) => a.priority - b.priority);
    const found = await Promise.allSettled(byPriority.map(({ host, port }) => this.#addressesOf({ host, port, tls })));
    const endpoints = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const failed = found.find((one) => one.status === 'rejected');
    if (endpoints.length === 0) throw failed?.reason ?? unresolved(service, 'it has no records');
    return endpoints;
  }

  async #addressesOf(seed: Endpoint): Promise<Endpoint[]> {
    const { host, path } = seed;
    if (path !== undefined || isIpAddress(host)) return [seed];
    const addresses = new Set(await this.#within(host, this.#context.runtime.resolveHost(host)));
    if (addresses.size < 2) return [seed];
    return [...addresses].map((address) => ({ ...seed, host: address, serverName: host }));
  }

  /** A name server that says nothing is one that can't be reached. */
  async #within<T>(name: string, lookup: Promise<T>): Promise<T> {
    const { runtime, timeoutMs } = this.#context;
    let timer: unknown;
    const timeout = new Promise<never>((_, reject) => {
      timer = runtime.setTimer(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([lookup, timeout]);
    } catch (error) {
      throw unresolved(name, (error as Error).message, error);
    } finally {
      runtime.clearTimer(timer);
    }
  }
}

/** How a seed is named in messages. */
export function nameOfSeed(seed: SeedAddress): string {
  return isService(seed) ? seed.service : formatAddress(seed);
}

function isService(seed: SeedAddress): seed is ServiceSeed {
  return 'service' in seed;
}

function unresolved(name: string, why: string, cause?: unknown): ConnectionError {
  return new ConnectionError('ERR_CONNECT', `could not resolve ${name}: ${why}`, { address: name, cause });
}
