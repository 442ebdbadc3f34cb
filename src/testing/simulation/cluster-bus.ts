import type { SimulatedNode } from './simulated-node.ts';
import { type Announcement, SlotView } from './slot-view.ts';
import type { VirtualRuntime } from './virtual-runtime.ts';

export interface ClusterBusOptions {
  readonly runtime: VirtualRuntime;
  readonly nodes: readonly SimulatedNode[];
  /** The longest time until a node hears an announcement. */
  readonly gossipMs: number;
  readonly nodeTimeoutMs: number;
}

const BUS_DRAWS = 2;
/** An election takes between so long and three times as long. */
const ELECTION_MS = 50;

/**
 * How the nodes of a simulated cluster hear of each other: everything late, each node at a time of its own; those that
 * are stopped or dead hear it when they come back.
 */
export class ClusterBus {
  readonly runtime: VirtualRuntime;
  readonly random: () => number;
  /** What a node would know that heard everything at once. */
  readonly truth: SlotView = new SlotView();
  readonly #nodes: readonly SimulatedNode[];
  readonly #options: ClusterBusOptions;
  readonly #onFailed: (node: SimulatedNode) => void;
  /** Rises when a node is lost or returns, so that what was planned for its absence is off. */
  readonly #absences = new Map<SimulatedNode, number>();
  #epoch = 0;
  /** Announcements on their way. */
  #unheard = 0;

  /** @param onFailed a primary has failed, and an election has taken its time. */
  constructor(options: ClusterBusOptions, onFailed: (node: SimulatedNode) => void) {
    this.runtime = options.runtime;
    this.random = options.runtime.randomFor(BUS_DRAWS);
    this.#nodes = options.nodes;
    this.#options = options;
    this.#onFailed = onFailed;
  }

  /** Whether everything that was announced has been heard by all who can hear. */
  get isQuiet(): boolean {
    return this.#unheard === 0;
  }

  /** An epoch above all others. */
  nextEpoch(): number {
    return ++this.#epoch;
  }

  /** Everybody knows it from the beginning. */
  tellAtOnce(announcement: Announcement): void {
    this.#epoch = Math.max(this.#epoch, announcement.epoch);
    this.truth.learn(announcement);
    for (const node of this.#nodes) node.view.learn(announcement);
  }

  /** The node that says it knows it now, the others hear it later. */
  announce(announcement: Announcement): void {
    this.truth.learn(announcement);
    for (const node of this.#nodes) {
      if (node.index === announcement.node) node.hear(announcement);
      else this.#later(node, () => node.hear(announcement));
    }
  }

  /** A node answers no longer: after the node timeout the others call it failed, and a primary is replaced. */
  lost(node: SimulatedNode): void {
    const absence = (this.#absences.get(node) ?? 0) + 1;
    this.#absences.set(node, absence);
    const isStill = (): boolean => this.#absences.get(node) === absence;
    this.runtime.setTimer(() => {
      if (!isStill()) return;
      this.#setFailed(node, true);
      if (node.role === 'replica') return;
      const electionMs = ELECTION_MS * (1 + 2 * this.random());
      this.runtime.setTimer(() => isStill() && this.#onFailed(node), electionMs);
    }, this.#options.nodeTimeoutMs);
  }

  /** A node is back: it hears what it missed, and the others hear that it is there. */
  returned(node: SimulatedNode): void {
    this.#absences.set(node, (this.#absences.get(node) ?? 0) + 1);
    this.#setFailed(node, false);
    for (const other of this.#nodes) {
      if (other !== node && other.isAlive) this.#later(node, () => node.hear(other.announcement()));
      this.#later(node, () => node.view.setFailed(other.index, this.truth.failed.has(other.index)));
    }
  }

  #setFailed(node: SimulatedNode, hasFailed: boolean): void {
    this.truth.setFailed(node.index, hasFailed);
    for (const other of this.#nodes) {
      if (other !== node) this.#later(other, () => other.view.setFailed(node.index, this.truth.failed.has(node.index)));
    }
  }

  #later(node: SimulatedNode, hear: () => void): void {
    this.#unheard++;
    this.runtime.setTimer(() => {
      this.#unheard--;
      if (node.isReachable) hear();
    }, this.random() * this.#options.gossipMs);
  }
}
