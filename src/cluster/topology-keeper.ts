import { ClusterError, ConnectionError, ErrorReply, RedisError } from '../errors.ts';
import type { Endpoint } from '../net/index.ts';
import type { Reply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { type RefreshReason, RefreshTrace, traceRefresh } from './diagnostics/index.ts';
import type { NodePool } from './node-pool.ts';
import type { ClusterSettings } from './options.ts';
import { nameOfSeed } from './seeds.ts';
import { parseClusterSlots, parseConfigEpochs, singleServerView, type TopologyView } from './topology.ts';

/** Who was asked for a view, when, and why. */
export interface ViewSource {
  readonly node: ClusterNode;
  /** The map's time before the question. */
  readonly askedAt: number;
  readonly reasons: readonly RefreshReason[];
}

/** What the keeper asks of the cluster. */
export interface TopologyHost {
  /** Asks one node one question. */
  ask(node: ClusterNode, args: readonly string[], timeoutMs: number): Promise<Reply>;
  /** The logical time, noted before a node is asked. */
  readonly mapTime: number;
  /**
   * A view has come.
   *
   * @returns whether all of it is believed; if not, another node's word is wanted.
   */
  apply(view: TopologyView, source: ViewSource): boolean;
  /** Nobody else could be asked: what is in doubt is believed as it was last said. */
  believe(): void;
  /** A refresh has ended, with a view or without. */
  refreshed(hasView: boolean): void;
}

const QUERY_TIMEOUT_MS = 1000;
/** How many known nodes are asked before the seeds are looked up. */
const ASKED_BEFORE_SEEDS = 3;
/** Two refreshes are at least so far apart. */
const MIN_INTERVAL_MS = 50;
/** A MOVED is followed without a refresh, so that can wait: the clients of a cluster spread, the more the larger it is. */
const JITTER_MS = 200;
const JITTER_PER_NODE_MS = 2;
const MAX_JITTER_MS = 2000;

/**
 * Asks for the topology when there is a reason to: one question at a time, over connections that exist already where
 * there are any, never more often than the debounce allows.
 */
export class TopologyKeeper {
  readonly #settings: ClusterSettings;
  readonly #pool: NodePool;
  readonly #host: TopologyHost;
  #isRunning = false;
  #isWantedAgain = false;
  #timer: unknown;
  /** When the timer rings, on the runtime's clock. */
  #timerAt = 0;
  #lastEndedAt = Number.NEGATIVE_INFINITY;
  #refreshes = 0;
  #failedRefreshes = 0;
  /** Of the next refresh. */
  #reasons = new Set<RefreshReason>();
  #isClosed = false;

  constructor(settings: ClusterSettings, pool: NodePool, host: TopologyHost) {
    this.#settings = settings;
    this.#pool = pool;
    this.#host = host;
  }

  /** Refreshes that were made. */
  get refreshes(): number {
    return this.#refreshes;
  }

  /** Refreshes in which no node could say. */
  get failedRefreshes(): number {
    return this.#failedRefreshes;
  }

  /**
   * Asks all seeds at once; the first usable answer counts.
   *
   * @throws {ClusterError} `ERR_NO_NODE`, listing each seed and why it failed.
   */
  start(): Promise<void> {
    const trace = new RefreshTrace(['start']);
    return traceRefresh(trace, () => this.#askSeeds(trace));
  }

  async #askSeeds({ asked, reasons: why }: RefreshTrace): Promise<void> {
    const askedAt = this.#host.mapTime;
    const reasons: string[] = [];
    const errors: RedisError[] = [];
    const failed = (name: string, error: RedisError): RedisError => {
      const { cause, message } = error;
      reasons.push(`${name}: ${cause instanceof RedisError ? cause.message : message}`);
      errors.push(error);
      return error;
    };
    const ask = async (endpoint: Endpoint): Promise<{ view: TopologyView; seed: ClusterNode }> => {
      const seed = this.#pool.atSeed(endpoint);
      asked.push(seed.address);
      const timeoutMs = this.#settings.connectTimeoutMs + QUERY_TIMEOUT_MS;
      const view = await this.#ask(seed, timeoutMs).catch((error: RedisError) => {
        throw failed(seed.address, error);
      });
      return { view, seed };
    };
    const questions = this.#pool.seeds.find().map(async (found, i) => {
      const endpoints = await found.catch((error: RedisError) => {
        throw failed(nameOfSeed(this.#settings.seeds[i]!), error);
      });
      return Promise.any(endpoints.map(ask));
    });
    try {
      // Nothing was believed before, so nothing is in doubt.
      const { view, seed } = await Promise.any(questions);
      this.#host.apply(view, { node: seed, askedAt, reasons: why });
    } catch (error) {
      throw startError(reasons, errors, error);
    }
  }

  /**
   * A reason to look again; many in a row make one refresh.
   *
   * @param isUrgent somebody waits for it; else it comes a little later, at a moment of its own.
   */
  request(isUrgent: boolean, reason: RefreshReason): void {
    if (this.#isClosed) return;
    this.#reasons.add(reason);
    if (this.#isRunning) {
      this.#isWantedAgain = true;
      return;
    }
    const { runtime } = this.#settings;
    const now = runtime.now();
    const spreadMs = Math.min(MAX_JITTER_MS, JITTER_MS + this.#pool.all().length * JITTER_PER_NODE_MS);
    const at = Math.max(now, this.#lastEndedAt + MIN_INTERVAL_MS) + (isUrgent ? 0 : spreadMs * runtime.random());
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    if (this.#timer !== undefined) runtime.clearTimer(this.#timer);
    this.#timerAt = at;
    this.#timer = runtime.setTimer(() => void this.#run(), at - now);
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#settings.runtime.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#isRunning = true;
    this.#isWantedAgain = false;
    this.#refreshes++;
    const trace = new RefreshTrace([...this.#reasons]);
    this.#reasons.clear();
    const hasView = await this.#hasView(trace);
    this.#isRunning = false;
    if (this.#isClosed) return;
    this.#lastEndedAt = this.#settings.runtime.now();
    this.#host.refreshed(hasView);
    for (const reason of this.#isWantedAgain ? this.#reasons : []) this.request(true, reason);
  }

  async #hasView(trace: RefreshTrace): Promise<boolean> {
    try {
      return await traceRefresh(trace, () => this.#askOneAfterTheOther(trace));
    } catch {
      // It was told to those who trace it; everybody else hears that there is no view.
      this.#failedRefreshes++;
      return false;
    }
  }

  /**
   * Asks until a view is believed whole: often the first, else when a second node says the same.
   *
   * @throws {ClusterError} no node could say.
   */
  async #askOneAfterTheOther({ asked, reasons }: RefreshTrace): Promise<boolean> {
    let hasView = false;
    for await (const node of this.#candidates()) {
      asked.push(node.address);
      const askedAt = this.#host.mapTime;
      // A node that can't say is no reason to give up: the next one may.
      const view = await this.#ask(node, QUERY_TIMEOUT_MS).catch(() => undefined);
      if (this.#isClosed) return false;
      if (view === undefined) continue;
      if (this.#host.apply(view, { node, askedAt, reasons })) return true;
      hasView = true;
    }
    if (!hasView) throw new ClusterError('ERR_NO_NODE', 'no node answered with a usable topology');
    this.#host.believe();
    return true;
  }

  /**
   * Whom to ask, most promising first: who is connected and answers, then anybody. When a few could not say, the seeds come
   * before the rest, looked up anew, since all addresses may have changed; and whom a view has named that nobody had heard
   * of, for a second word on it.
   */
  async *#candidates(): AsyncGenerator<ClusterNode, void> {
    const known = new Set(this.#pool.all());
    const next = this.#ranked([...known]);
    let areSeedsDue = true;
    for (let asked = 0; ; asked++) {
      if (areSeedsDue && (asked === ASKED_BEFORE_SEEDS || next.length === 0)) {
        areSeedsDue = false;
        const seeds = (await this.#pool.seeds.all()).map((endpoint) => this.#pool.atSeed(endpoint));
        for (const seed of seeds.reverse()) {
          // One that is known has had its turn, or has it now.
          const at = next.indexOf(seed);
          if (at >= 0) next.splice(at, 1);
          if (at >= 0 || !known.has(seed)) next.unshift(seed);
          known.add(seed);
        }
      }
      const stranger = this.#pool.all().find((node) => !known.has(node));
      const candidate = stranger ?? next.shift();
      if (candidate === undefined) return;
      known.add(candidate);
      yield candidate;
    }
  }

  #ranked(nodes: ClusterNode[]): ClusterNode[] {
    const { runtime } = this.#settings;
    const spread = new Map(nodes.map((node) => [node, runtime.random()]));
    const rank = (node: ClusterNode): number => {
      const cost = node.link.isReady ? Math.min(1000, node.link.silentMs) : 2000 + node.link.failures;
      return cost + spread.get(node)!;
    };
    return nodes.sort((a, b) => rank(a) - rank(b));
  }

  async #ask(node: ClusterNode, timeoutMs: number): Promise<TopologyView> {
    let replies: [Reply, Reply];
    try {
      replies = await Promise.all([
        this.#host.ask(node, ['CLUSTER', 'SLOTS'], timeoutMs),
        this.#host.ask(node, ['CLUSTER', 'NODES'], timeoutMs).catch(noEpochs),
      ]);
    } catch (error) {
      if (error instanceof ErrorReply && hasNoCluster(error)) return singleServerView(node.endpoint, node.announced);
      throw error;
    }
    const [slots, nodes] = replies;
    const context = { via: node.endpoint, addressMap: this.#settings.addressMap, epochs: parseConfigEpochs(nodes) };
    const view = parseClusterSlots(slots, context);
    if (view === undefined) throw new ClusterError('ERR_NO_NODE', 'CLUSTER SLOTS was answered with something else');
    if (view.ranges.every((range) => range.primary === undefined)) {
      throw new ClusterError('ERR_NO_NODE', 'no slot is assigned to a node with a usable address');
    }
    return view;
  }
}

/** A user who may not ask CLUSTER NODES has views without epochs: a second node's word decides then. */
function noEpochs(error: unknown): Reply {
  if (error instanceof ErrorReply) return null;
  throw error;
}

/** Cluster mode is off, or the server has never heard of it. */
function hasNoCluster(error: ErrorReply): boolean {
  return /cluster support disabled|unknown command/i.test(error.message);
}

/** One error for all seeds; with one code where all failed for one reason. */
function startError(reasons: readonly string[], errors: readonly RedisError[], cause: unknown): RedisError {
  const message = `no seed answered with a usable topology: ${reasons.join('; ')}`;
  const code = errors[0]?.code;
  const isShared = errors.every((error) => error.code === code);
  if (isShared && code === 'ERR_AUTH') return new ConnectionError('ERR_AUTH', message, { cause });
  if (isShared && code === 'ERR_NO_NODE') return new ClusterError('ERR_NO_NODE', message, { cause });
  return new ConnectionError('ERR_CONNECT', message, { cause });
}
