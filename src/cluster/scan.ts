import type { Buffer } from 'node:buffer';
import { ClusterError, ConnectionError, ErrorReply, type RedisError, TimeoutError } from '../errors.ts';
import {
  backoffMs,
  parseScanPage,
  type Runtime,
  SCAN_START,
  type ScanOptions,
  type SendOptions,
  scanCommand,
} from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { hashSlot } from './hash-slot.ts';
import { allSlots, type OwnSlots, parseOwnSlots } from './own-slots.ts';
import { isWanted, ScanCoverage, type ScanLeg } from './scan-coverage.ts';
import { slotOfPattern } from './slot-of-pattern.ts';

/** What a scan asks of the cluster. */
export interface ScanHost {
  readonly runtime: Runtime;
  readonly isClosed: boolean;
  primaries(): readonly ClusterNode[];
  primaryOf(slot: number): ClusterNode | undefined;
  sendTo(node: ClusterNode, args: readonly Argument[], options: SendOptions): Promise<Reply>;
  wantTopology(): void;
}

/** How long to wait after a round in which nothing was achieved. */
const ROUND_BACKOFF = { firstMs: 20, maxMs: 500 };

/**
 * The keys of a whole cluster, page by page: `for await (const keys of cluster.scan())`.
 *
 * Every key that is there from the beginning to the end comes at least once, whatever slots and primaries do meanwhile;
 * a key may come more than once. Nodes are scanned one after the other, and again where slots moved or a connection was
 * lost. Leaving the loop early leaves nothing behind: a scan has no state at a server. It can be iterated once.
 */
export class Scan<K> implements AsyncIterable<K[]> {
  readonly #host: ScanHost;
  readonly #options: ScanOptions;
  readonly #timeoutMs: number;
  readonly #coverage: ScanCoverage;
  /** Nodes that took slots while they were scanned: next time they are asked for their slots with every page. */
  readonly #watched = new Set<ClusterNode>();
  #lastError: RedisError | undefined;
  #isUsed = false;

  constructor(host: ScanHost, options: ScanOptions, timeoutMs: number) {
    this.#host = host;
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#coverage = new ScanCoverage(options.match === undefined ? undefined : slotOfPattern(options.match));
  }

  /** How far it is: of the 16384 slots, those of which every key has come. */
  get coveredSlots(): number {
    return this.#coverage.covered;
  }

  /** @throws {RedisError} what stopped it, when for the budget of a page nothing could be achieved. */
  [Symbol.asyncIterator](): AsyncGenerator<K[], void> {
    if (this.#isUsed) throw new Error('a scan can be iterated once: make a new one');
    this.#isUsed = true;
    return this.#rounds();
  }

  async *#rounds(): AsyncGenerator<K[], void> {
    const { runtime } = this.#host;
    let failedRounds = 0;
    let failingSince = 0;
    while (!this.#coverage.isComplete) {
      if (yield* this.#round()) {
        failedRounds = 0;
        continue;
      }
      if (failedRounds++ === 0) failingSince = runtime.now();
      else if (runtime.now() - failingSince > this.#timeoutMs) throw this.#failure();
      this.#host.wantTopology();
      await this.#sleep(backoffMs(failedRounds, ROUND_BACKOFF, runtime.random()));
    }
  }

  /** Every node that has something new to say, once. @returns whether anything was achieved. */
  async *#round(): AsyncGenerator<K[], boolean> {
    let isAhead = false;
    for (const node of this.#candidates()) {
      try {
        if (yield* this.#leg(node)) isAhead = true;
      } catch (error) {
        if (this.#host.isClosed || !isPassing(error)) throw error;
        this.#lastError = error;
      }
    }
    return isAhead;
  }

  #candidates(): Set<ClusterNode> {
    const nodes = new Set<ClusterNode>();
    for (const slot of this.#coverage.open()) {
      const primary = this.#host.primaryOf(slot);
      if (primary !== undefined) nodes.add(primary);
    }
    // Last: what left its node is looked for afterwards.
    if (this.#coverage.hasLeft) for (const node of this.#host.primaries()) nodes.add(node);
    return nodes;
  }

  /** One node, from its first cursor to its last, over one connection. */
  async *#leg(node: ClusterNode): AsyncGenerator<K[], boolean> {
    node.link.pin();
    try {
      return yield* this.#pages(node);
    } finally {
      node.link.unpin();
    }
  }

  async *#pages(node: ClusterNode): AsyncGenerator<K[], boolean> {
    const leg = this.#coverage.begin(await this.#ownSlots(node));
    if (leg === undefined) return false;
    const { generation } = node.link;
    leg.isWatched = this.#watched.has(node);
    let cursor = SCAN_START;
    do {
      const page = parseScanPage(await this.#send(node, scanCommand(cursor, this.#options), 'bytes'));
      checkGeneration(node, generation);
      cursor = page.cursor;
      const keys = this.#wanted(leg, page.keys);
      if (keys.length > 0) yield keys;
      if (leg.isWatched) this.#coverage.note(leg, await this.#ownSlots(node));
    } while (cursor !== SCAN_START);
    const end = await this.#ownSlots(node);
    checkGeneration(node, generation);
    if (end.epoch !== leg.start.epoch) this.#watched.add(node);
    return this.#coverage.end(leg, end);
  }

  /** Keys are hashed as bytes, whatever form is wanted: text may not say all. */
  #wanted(leg: ScanLeg, keys: readonly Reply[]): K[] {
    const wanted = (keys as readonly Buffer[]).filter((key) => isWanted(leg, hashSlot(key)));
    return (this.#options.reply === 'bytes' ? wanted : wanted.map((key) => key.toString())) as K[];
  }

  async #ownSlots(node: ClusterNode): Promise<OwnSlots> {
    try {
      const slots = parseOwnSlots(await this.#send(node, ['CLUSTER', 'NODES'], 'string'));
      if (slots !== undefined) return slots;
      throw new ConnectionError(
        'ERR_CONNECTION_LOST',
        `${node.address} does not know itself: CLUSTER NODES has no line`,
      );
    } catch (error) {
      if (error instanceof ErrorReply && /cluster support disabled|unknown command/i.test(error.message))
        return allSlots();
      throw error;
    }
  }

  #send(node: ClusterNode, args: readonly Argument[], reply: 'string' | 'bytes'): Promise<Reply> {
    const { signal } = this.#options;
    return this.#host.sendTo(node, args, { reply, signal, timeoutMs: this.#timeoutMs, retry: 'never' });
  }

  #failure(): RedisError {
    if (this.#lastError !== undefined) return this.#lastError;
    const [slot] = this.#coverage.open();
    const options = { slot };
    return this.#host.primaryOf(slot!) === undefined
      ? new ClusterError(
          'ERR_SLOT_UNASSIGNED',
          `slot ${slot} is assigned to no node: its keys can't be scanned`,
          options,
        )
      : new ClusterError('ERR_NO_NODE', `${this.#unsettled(slot!)}: its keys can't all be found`, options);
  }

  #unsettled(slot: number): string {
    return this.#coverage.hasLeft
      ? `slot ${slot} is marked as migrating at its source and not at its target (CLUSTER SETSLOT ${slot} STABLE ends that)`
      : `slot ${slot} moves faster than its nodes can be scanned`;
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.runtime.setTimer(resolve, milliseconds);
    });
  }
}

/** A cursor is good for the process that gave it; over another connection another one may answer. */
function checkGeneration({ link, address }: ClusterNode, generation: number): void {
  if (link.generation === generation) return;
  throw new ConnectionError('ERR_CONNECTION_LOST', `the connection to ${address} was lost in the middle of its scan`, {
    address,
  });
}

/** Whether it is worth while to try again: the network, a server that starts, a node that is gone. */
function isPassing(error: unknown): error is RedisError {
  if (error instanceof ErrorReply) return ['LOADING', 'MASTERDOWN', 'CLUSTERDOWN'].includes(error.prefix);
  if (error instanceof TimeoutError) return error.code !== 'ERR_ABORTED';
  return error instanceof ConnectionError && error.code !== 'ERR_AUTH';
}
