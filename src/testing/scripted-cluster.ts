/** A cluster of scripted nodes: it behaves, except where the test wants otherwise. */
import { SLOT_COUNT } from '../cluster/index.ts';
import type { Runtime } from '../net/index.ts';
import type { SlotRange } from './cluster-view.ts';
import type { WireBytes } from './script.ts';
import { type AnsweringCluster, type AnsweringNode, ScriptedAnswers } from './scripted-answers.ts';
import type { Handler, ReceivedCommand } from './scripted-connection.ts';
import { ScriptedLayout } from './scripted-layout.ts';
import { ScriptedNode, type ScriptedNodeOptions } from './scripted-node.ts';

/** Everything has a default. */
export interface ScriptedClusterOptions {
  /** The slots of each primary; the default is three that share all evenly. */
  readonly layout?: readonly (readonly SlotRange[])[] | undefined;
  /** 0. */
  readonly replicasPerPrimary?: number | undefined;
  /** What clients must give to AUTH or HELLO. */
  readonly password?: string | undefined;
  /** 2 for servers without HELLO, as before 6.0; 3. */
  readonly protocol?: 2 | 3 | undefined;
  /** Is asked first for every command at every node; `undefined` leaves it to the rest. */
  readonly handler?: ClusterHandler | undefined;
  readonly clock?: Pick<Runtime, 'setTimer'> | undefined;
}

/** Answers a command at a node, or leaves it to what comes after with `undefined`. */
export type ClusterHandler = (
  args: readonly Buffer[],
  node: ScriptedClusterNode,
  command: ReceivedCommand,
) => WireBytes | undefined;

const EVEN_LAYOUT: readonly (readonly SlotRange[])[] = [[[0, 5460]], [[5461, 10_922]], [[10_923, SLOT_COUNT - 1]]];

/**
 * A node of a {@link ScriptedCluster}. For every command are asked, until one answers: its single answers
 * ({@link answerOnce}), its own {@link handler}, the cluster's, and what nodes say by themselves.
 */
export class ScriptedClusterNode extends ScriptedNode implements AnsweringNode {
  /** 40 hexadecimal digits. */
  readonly id: string;
  readonly replicaOf: ScriptedClusterNode | undefined;
  /** What this node believes. */
  readonly layout: ScriptedLayout = new ScriptedLayout();

  /** Nodes are made by {@link ScriptedCluster.start}. */
  constructor(options: ScriptedNodeOptions, id: string, replicaOf: ScriptedClusterNode | undefined) {
    super(options);
    this.id = id;
    this.replicaOf = replicaOf;
  }
}

/** Scripted nodes with a slot layout. They listen until {@link close}. */
export class ScriptedCluster implements AnsweringCluster {
  /** The primaries in the order of the layout, then the replicas of each. */
  readonly nodes: ScriptedClusterNode[] = [];
  readonly password: string | undefined;
  readonly protocol: 2 | 3;
  readonly #options: ScriptedClusterOptions;
  #epoch = 0;

  private constructor(options: ScriptedClusterOptions) {
    const { layout = EVEN_LAYOUT, replicasPerPrimary = 0, password, protocol = 3 } = options;
    this.#options = options;
    this.password = password;
    this.protocol = protocol;
    const primaries = layout.map(() => this.#addNode(undefined));
    for (const primary of primaries) {
      for (let i = 0; i < replicasPerPrimary; i++) this.#addNode(primary);
    }
    for (const [index, ranges] of layout.entries()) {
      for (const range of ranges) this.assign(range, primaries[index]);
    }
  }

  /** Starts a cluster and resolves when all nodes listen. */
  static async start(options: ScriptedClusterOptions = {}): Promise<ScriptedCluster> {
    const cluster = new ScriptedCluster(options);
    await Promise.all(cluster.nodes.map((node) => node.open()));
    return cluster;
  }

  /** Where clients may begin: every node. */
  get seeds(): { readonly host: string; readonly port: number }[] {
    return this.nodes.map(({ host, port }) => ({ host, port }));
  }

  /**
   * Gives slots to another node, or to nobody.
   *
   * @param believers the nodes that know of it; all of them by default.
   */
  assign(
    range: SlotRange,
    owner: ScriptedClusterNode | undefined,
    believers: readonly ScriptedClusterNode[] = this.nodes,
  ): void {
    const index = owner === undefined ? undefined : this.nodes.indexOf(owner);
    this.#epoch++;
    for (const { layout } of believers) layout.assign(range, index, this.#epoch);
  }

  /** The owner of a slot, as the first node believes. */
  nodeOf(slot: number): ScriptedClusterNode {
    const index = this.nodes[0]!.layout.ownerOf(slot);
    if (index === undefined) throw new Error(`no node owns slot ${slot}`);
    return this.nodes[index]!;
  }

  /** @throws {Error} when single answers of some node were not asked for. */
  verify(): void {
    for (const node of this.nodes) node.verify();
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }

  #addNode(replicaOf: ScriptedClusterNode | undefined): ScriptedClusterNode {
    const id = (this.nodes.length + 1).toString(16).padStart(40, '0');
    const fallback: Handler = (args, _connection, command) =>
      this.#options.handler?.(args, node, command) ?? answers.answer(command);
    const node = new ScriptedClusterNode({ fallback, clock: this.#options.clock }, id, replicaOf);
    const answers = new ScriptedAnswers(this, node);
    this.nodes.push(node);
    return node;
  }
}
