import { ConnectionError } from '../errors.ts';
import type { Link, TimerHandle } from '../net/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { Lane } from './lane.ts';
import type { ClusterSettings } from './options.ts';

/** What the supervisor sees and may do. */
export interface SupervisedCluster {
  /** Commands under way: without any there is nothing to watch. */
  readonly live: number;
  /** All nodes, also those that left the topology and still owe answers. */
  nodes(): Iterable<ClusterNode>;
  openLanes(): Iterable<Lane>;
  /** Whether the node owes an answer, over this link, for a slot that is no longer its own. */
  owesForLostSlot(node: ClusterNode, link: Link): boolean;
  wantTopology(): void;
}

const TICK_MS = 100;
/** A node that owes an answer and is silent for so long may be gone: the others are asked. */
const SUSPECT_MS = 800;

/**
 * Looks at the whole from time to time, while commands are under way, for what no single event tells: a node that has gone
 * silent, a slot that waits for a new primary, a hand-over that does not end.
 */
export class Supervisor {
  readonly #settings: ClusterSettings;
  readonly #cluster: SupervisedCluster;
  #timer: TimerHandle | undefined;

  constructor(settings: ClusterSettings, cluster: SupervisedCluster) {
    this.#settings = settings;
    this.#cluster = cluster;
  }

  /** Watches from now on, until nothing is under way. Cheap to call often. */
  watch(): void {
    this.#timer ??= this.#settings.runtime.setTimer(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#settings.runtime.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    this.#timer = undefined;
    const cluster = this.#cluster;
    let isTroubled = false;
    for (const node of cluster.nodes()) {
      for (const link of node.link.all) {
        const { silentMs } = link;
        if (silentMs >= SUSPECT_MS) isTroubled = true;
        if (silentMs >= this.#settings.handoverMs && cluster.owesForLostSlot(node, link)) this.#giveUp(link);
      }
    }
    for (const lane of cluster.openLanes()) {
      if (!lane.isProbing) continue;
      isTroubled = true;
      break;
    }
    if (isTroubled) cluster.wantTopology();
    if (cluster.live > 0) this.watch();
  }

  /** Its slots have another primary, and what it still owes for them does not come: nobody waits for it any longer. */
  #giveUp(link: Link): void {
    const { address } = link;
    const message = `connection to ${address} closed: its slots moved away and it is silent for ${this.#settings.handoverMs} ms`;
    link.interrupt(new ConnectionError('ERR_CONNECTION_LOST', message, { address }));
  }
}
