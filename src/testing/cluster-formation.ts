/** How single servers become a cluster, with nothing but CLUSTER commands that Redis 4.0 knows already. */

import { SLOT_COUNT } from '../cluster/index.ts';
import type { ClusterNode } from './cluster-node.ts';
import { describeOwners, type NodeView } from './cluster-view.ts';
import { waitUntil } from './wait-until.ts';

/**
 * Forms a cluster of nodes that know nothing of each other: the first `primaryCount` share the slots evenly, the others
 * become their replicas in turn. Returns before replicas are synchronised: see {@link findUnsettled}.
 */
export async function formCluster(
  nodes: readonly ClusterNode[],
  primaryCount: number,
  timeoutMs: number,
): Promise<void> {
  const primaries = nodes.slice(0, primaryCount);
  const replicas = nodes.slice(primaryCount);
  await Promise.all(primaries.map((node, index) => takeSlots(node, index, primaryCount)));
  await introduceAll(nodes);
  await waitUntil(timeoutMs, () => findStrangers(nodes));
  await Promise.all(replicas.map((replica, index) => replicate(replica, primaries[index % primaryCount]!)));
}

async function takeSlots(node: ClusterNode, index: number, primaryCount: number): Promise<void> {
  const first = Math.ceil((index * SLOT_COUNT) / primaryCount);
  const end = Math.ceil(((index + 1) * SLOT_COUNT) / primaryCount);
  const slots = Array.from({ length: end - first }, (_, offset) => first + offset);
  await node.send(['CLUSTER', 'ADDSLOTS', ...slots]);
  // Equal epochs would have to be settled by the nodes among themselves.
  await node.send(['CLUSTER', 'SET-CONFIG-EPOCH', index + 1]);
}

// Everybody meets everybody: to hear of the others by gossip would take seconds.
async function introduceAll(nodes: readonly ClusterNode[]): Promise<void> {
  await Promise.all(nodes.map((node, index) => introduce(node, nodes.slice(index + 1))));
}

type Address = Pick<ClusterNode, 'host' | 'port'>;

/** Makes a node known to others, and them to it; those who know it already learn what it owns. */
export async function introduce(node: Pick<ClusterNode, 'send'>, others: readonly Address[]): Promise<void> {
  await Promise.all(others.map(({ host, port }) => node.send(['CLUSTER', 'MEET', host, port])));
}

/** Makes a node without slots the replica of a primary that it knows. */
export async function replicate(replica: ClusterNode, primary: ClusterNode): Promise<void> {
  await replica.send(['CLUSTER', 'REPLICATE', primary.id]);
  replica.role = 'replica';
}

/** Names a node that some node does not know yet; undefined when all are acquainted. */
export async function findStrangers(nodes: readonly ClusterNode[]): Promise<string | undefined> {
  const views = await Promise.all(nodes.map((node) => node.view()));
  for (const [index, view] of views.entries()) {
    const known = new Set(view.filter(({ isHealthy }) => isHealthy).map(({ id }) => id));
    const stranger = nodes.find(({ id }) => !known.has(id));
    if (stranger !== undefined) return `${nodes[index]!.address} does not know ${stranger.address}`;
  }
  return undefined;
}

/**
 * Says which two nodes differ on who owns which slot, or since which epoch; undefined when all agree. A node that does
 * not answer agrees with nobody: it may have ended while we wait.
 */
export async function findDisagreement(
  nodes: readonly Pick<ClusterNode, 'address' | 'view'>[],
): Promise<string | undefined> {
  const views = await Promise.allSettled(nodes.map((node) => node.view()));
  const owners = views.map((view) => (view.status === 'fulfilled' ? describeOwners(view.value) : undefined));
  const other = owners.findIndex((each) => each === undefined || each !== owners[0]);
  return other < 0 ? undefined : `${nodes[other]!.address} does not agree with ${nodes[0]!.address} on the slots`;
}

/**
 * Says in what a cluster is not ready for use; undefined when it is: every live node finds the cluster well, all agree
 * on who owns which slot, every owner is alive, and every replica is synchronised (before that none can be promoted).
 *
 * @param nodes the live nodes; their `role` is brought up to date.
 */
export async function findUnsettled(nodes: readonly ClusterNode[]): Promise<string | undefined> {
  const alive = new Set(nodes.map(({ id }) => id));
  for (const examination of await Promise.all(nodes.map(examine))) {
    if (typeof examination === 'string') return examination;
    const { node, view, info, replication } = examination;
    const deadOwner = view.find(({ id, slots }) => slots.length > 0 && !alive.has(id));
    if (deadOwner !== undefined) return `${deadOwner.host}:${deadOwner.port} is not running and owns slots`;
    if (!info.includes('cluster_state:ok')) return `${node.address} finds the cluster down`;
    if (replication.includes('role:slave') && !replication.includes('master_link_status:up')) {
      return `${node.address} is not synchronised with its primary`;
    }
    // Before 7.0 a primary streams to a replica only from its first acknowledgement on, up to a second after the link is up.
    if (/^slave\d+:.*offset=0,/m.test(replication))
      return `${node.address} has a replica that acknowledged nothing yet`;
  }
  return findDisagreement(nodes);
}

interface Examination {
  readonly node: ClusterNode;
  readonly view: readonly NodeView[];
  readonly info: string;
  readonly replication: string;
}

/** What a node says, or why it says nothing: a node may end while we wait. */
async function examine(node: ClusterNode): Promise<Examination | string> {
  try {
    const commands = [node.send(['CLUSTER', 'INFO']), node.send(['INFO', 'replication'])];
    const [view, info, replication] = await Promise.all([node.view(), ...commands]);
    return { node, view, info: String(info), replication: String(replication) };
  } catch (error) {
    return `${node.address} does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}
