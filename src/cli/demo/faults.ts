import { SLOT_COUNT } from '../../cluster/index.ts';
import type { ClusterNode, TestCluster } from '../../testing/index.ts';

/** Says what is being done to the cluster. */
export type Announce = (text: string) => void;

/** Moves slots with their keys between primaries, one after the other. */
export async function moveSlots(
  cluster: TestCluster,
  count: number,
  tools: { random: () => number; announce: Announce },
): Promise<void> {
  const { random, announce } = tools;
  announce(`moving ${count} slots with their keys between primaries`);
  for (let i = 0; i < count; i++) {
    const slot = Math.floor(random() * SLOT_COUNT);
    const primaries = cluster.liveNodes.filter(({ role }) => role === 'primary');
    const source = await cluster.nodeOf(slot);
    const targets = primaries.filter((node) => node !== source);
    await cluster.moveSlot(slot, targets[Math.floor(random() * targets.length)]!, { keysPerStep: 1 });
  }
  announce(`${count} slots moved`);
}

const PAUSE_MS = 500;
const POLL_MS = 20;
/** Offsets that stay the same so often belong to a replica that has everything. */
const QUIET_POLLS = 3;
/** On a machine that stalls the pause may be over before it is seen: so it is not waited for longer than this. */
const QUIET_LIMIT_MS = 5000;

/**
 * Kills a primary and waits until its replica has taken its place.
 *
 * Replication is asynchronous: what a primary acknowledged in its last instant may be lost with it, which no client can
 * prevent. So that the verification measures the client, the server stops accepting commands a moment before
 * (CLIENT PAUSE), and is killed when its replica has all that was acknowledged. What it had not executed is in doubt.
 */
export async function killPrimary(cluster: TestCluster, victim: ClusterNode, announce: Announce): Promise<void> {
  const replica = await replicaOf(cluster, victim);
  announce(`killing the primary ${victim.address} under load (its replica is ${replica.address})`);
  await victim.send(['CLIENT', 'PAUSE', PAUSE_MS]);
  const waitedFrom = performance.now();
  let quiet = 0;
  for (let last = ''; quiet < QUIET_POLLS && performance.now() - waitedFrom < QUIET_LIMIT_MS; ) {
    const offset = /slave_repl_offset:(\d+)/.exec(String(await replica.send(['INFO', 'replication'])))?.[1] ?? '';
    quiet = offset === last ? quiet + 1 : 0;
    last = offset;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  if (quiet < QUIET_POLLS) announce(`${replica.address} has not come to rest: what was acknowledged last may be lost`);
  await cluster.kill(victim);
  const killedAt = performance.now();
  await cluster.settled();
  announce(
    `${replica.address} is primary now; the cluster is whole ${((performance.now() - killedAt) / 1000).toFixed(1)} s later`,
  );
}

async function replicaOf(cluster: TestCluster, primary: ClusterNode): Promise<ClusterNode> {
  for (const view of await cluster.refresh()) {
    if (view.primaryId === primary.id) return cluster.nodes.find(({ id }) => id === view.id)!;
  }
  throw new Error(`${primary.address} has no replica`);
}
