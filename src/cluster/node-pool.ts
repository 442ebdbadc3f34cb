import { callUser, type Endpoint, formatAddress, type LinkOwner } from '../net/index.ts';
import { ClusterNode, type NodeContext } from './cluster-node.ts';
import type { ResolvedEndpoint } from './endpoints.ts';
import { Seeds } from './seeds.ts';

/** Makes the owner of a node's link; it is told which node it works for. */
export type OwnerOfNode = (node: () => ClusterNode) => LinkOwner;

/**
 * The nodes this client knows, by address, and which of them it may give its credentials to: the seeds, and those that a
 * view of the topology names.
 */
export class NodePool {
  readonly #context: NodeContext;
  readonly #ownerOf: OwnerOfNode;
  readonly #nodes = new Map<string, ClusterNode>();
  readonly seeds: Seeds;
  #topology: ReadonlySet<string> = new Set();

  constructor(context: NodeContext, ownerOf: OwnerOfNode) {
    this.#context = context;
    this.#ownerOf = ownerOf;
    const { seeds, runtime, connectTimeoutMs: timeoutMs } = context.settings;
    this.seeds = new Seeds(seeds, { runtime, timeoutMs });
  }

  get(address: string): ClusterNode | undefined {
    return this.#nodes.get(address);
  }

  /** The node with this address, or this id. */
  find(name: string): ClusterNode | undefined {
    return this.#nodes.get(name) ?? this.all().find(({ id, announced }) => id === name || announced === name);
  }

  /** Those that the last view named. */
  members(): ClusterNode[] {
    return this.all().filter((node) => this.isInTopology(node));
  }

  all(): ClusterNode[] {
    return [...this.#nodes.values()];
  }

  /** The node at an endpoint, made when it is not known yet. */
  at(resolved: ResolvedEndpoint): ClusterNode {
    const address = formatAddress(resolved.endpoint);
    const known = this.#nodes.get(address);
    if (known !== undefined) {
      known.announced = resolved.announced;
      known.id = resolved.id ?? known.id;
      return known;
    }
    const node: ClusterNode = new ClusterNode(
      resolved,
      this.#context,
      this.#ownerOf(() => node),
    );
    this.#nodes.set(address, node);
    return node;
  }

  /** A seed as a node; no view has named it yet, unless it is known already. */
  atSeed(endpoint: Endpoint): ClusterNode {
    const address = formatAddress(endpoint);
    return this.#nodes.get(address) ?? this.at({ endpoint, announced: address });
  }

  /** Whether a node that a redirection names may be connected to, and be given the credentials. */
  allows(endpoint: Endpoint): boolean {
    const address = formatAddress(endpoint);
    if (this.#topology.has(address) || this.seeds.has(address)) return true;
    const { allowNode } = this.#context.settings;
    return allowNode !== undefined && callUser(() => allowNode(address)) === true;
  }

  /** Whether the last view named it. */
  isInTopology(node: ClusterNode): boolean {
    return this.#topology.has(node.address);
  }

  /**
   * A view names these addresses, replicas included: they may be connected to.
   *
   * @returns nodes that no view names any more; they are out of the pool, and their links are the caller's to end.
   */
  keep(addresses: ReadonlySet<string>): ClusterNode[] {
    this.#topology = addresses;
    const gone = this.all().filter((node) => !addresses.has(node.address));
    for (const node of gone) this.#nodes.delete(node.address);
    return gone;
  }
}
