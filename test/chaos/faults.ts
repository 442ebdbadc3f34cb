import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterNode, FlakyProxy, TestCluster } from '../../src/testing/index.ts';
import { tagInSlot } from '../support/key-in-slot.ts';

/** What a fault works with. */
export interface FaultContext {
  readonly servers: TestCluster;
  readonly nodeTimeoutMs: number;
  /** Slots that the workload uses. */
  readonly slots: readonly number[];
  readonly random: () => number;
  readonly isOver: () => boolean;
  /** One before each node, for modes that ask for them; the client connects through these. */
  readonly proxies: readonly FlakyProxy[];
  /** The client's password from now on. */
  readonly setPassword: (password: string) => void;
  /** For so long no server took writes for some slot. */
  readonly noteOutage: (milliseconds: number) => void;
  readonly log: (text: string) => void;
}

const PROBE_MS = 5;
const OUTAGE_LIMIT_MS = 30_000;

/** Does harm until it is over, and leaves a whole cluster behind. */
export type FaultLoop = (context: FaultContext) => Promise<void>;

/** Slots with their keys move all the time: to another primary and back, and from one to the next. */
export async function reshard(context: FaultContext): Promise<void> {
  const { servers, isOver } = context;
  while (!isOver()) {
    const slot = pick(context.slots, context.random);
    const home = await servers.nodeOf(slot);
    const others = primaries(servers).filter((node) => node !== home);
    const chain = context.random() < 0.5 ? [others[0]!, home] : [...others, home];
    for (const target of chain) {
      await servers.moveSlot(slot, target, { keysPerStep: 1 });
      if (isOver()) return;
    }
  }
}

/** A replica takes over as planned, again and again on the same shard. */
export async function failover(context: FaultContext): Promise<void> {
  const { servers, nodeTimeoutMs, log } = context;
  while (!context.isOver()) {
    const { replica } = await pickShard(context);
    log(`failover to ${replica.address}`);
    await servers.failover(replica);
    // A cluster that fails over faster than its nodes notice answers CLUSTERDOWN for a while.
    await rest(context, 2 * nodeTimeoutMs + 1000);
  }
}

/** All client connections are killed. */
export async function drop(context: FaultContext): Promise<void> {
  while (!context.isOver()) {
    for (const node of primaries(context.servers)) {
      await node.send(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
    }
    await rest(context, 300);
  }
}

/** A primary dies, its replica takes over, it comes back as a replica. */
export async function kill(context: FaultContext): Promise<void> {
  const { servers, log } = context;
  while (!context.isOver()) {
    const { victim, replica } = await pickShard(context);
    log(`kill ${victim.address}`);
    const { slots } = await victim.self();
    const killedAt = performance.now();
    await servers.kill(victim);
    await untilWritable(replica, slots[0]![0]);
    context.noteOutage(performance.now() - killedAt);
    await servers.settled();
    await servers.restart(victim);
    await servers.settled();
    await rest(context, 1000);
  }
}

/** A primary stops for a while: shorter than anybody notices, and so long that it is replaced. */
export async function pause(context: FaultContext): Promise<void> {
  const { servers, nodeTimeoutMs, log } = context;
  for (let round = 0; !context.isOver(); round++) {
    const { victim } = await pickShard(context);
    const pauseMs = round % 2 === 0 ? nodeTimeoutMs / 3 : nodeTimeoutMs * 3;
    log(`pause ${victim.address} for ${Math.round(pauseMs)} ms`);
    victim.process.pause();
    await sleep(pauseMs);
    victim.process.resume();
    await servers.settled();
    await rest(context, 1000);
  }
}

/** Every node is restarted without loss: its replica takes over, traffic goes, then it shuts down. */
export async function restart(context: FaultContext): Promise<void> {
  const { servers, nodeTimeoutMs, log } = context;
  while (!context.isOver()) {
    const { victim, replica } = await pickShard(context);
    log(`restart ${victim.address}`);
    await servers.failover(replica);
    await untilQuiet(victim);
    await servers.kill(victim);
    await servers.restart(victim);
    await servers.settled();
    await rest(context, 2 * nodeTimeoutMs + 1000);
  }
}

/** A primary joins, takes slots, gives them back, and leaves. Till then it keeps one: with its last, it becomes a replica. */
export async function scale(context: FaultContext): Promise<void> {
  const { servers, log } = context;
  const added = await servers.addNode();
  log(`added ${added.address}`);
  const [kept, ...others] = context.slots;
  const keptFrom = await servers.nodeOf(kept!);
  await servers.moveSlot(kept!, added, { keysPerStep: 1 });
  while (!context.isOver()) {
    const moved: { slot: number; home: ClusterNode }[] = [];
    for (let i = 0; i < 8 && !context.isOver(); i++) {
      const slot = pick(others, context.random);
      const home = await servers.nodeOf(slot);
      if (home === added) continue;
      await servers.moveSlot(slot, added, { keysPerStep: 1 });
      moved.push({ slot, home });
    }
    for (const { slot, home } of moved) await servers.moveSlot(slot, home, { keysPerStep: 1 });
  }
  await servers.moveSlot(kept!, keptFrom, { keysPerStep: 1 });
  await servers.removeNode(added);
  log(`removed ${added.address}`);
}

export function primaries(servers: TestCluster): ClusterNode[] {
  return servers.liveNodes.filter(({ role }) => role === 'primary');
}

export function pick<T>(choices: readonly T[], random: () => number): T {
  return choices[Math.floor(random() * choices.length)]!;
}

/** Waits, but not past the end. */
export async function rest(context: FaultContext, milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds;
  while (performance.now() < until && !context.isOver()) await sleep(50);
}

/** A primary that has a replica, and one of its replicas. */
async function pickShard({ servers, random }: FaultContext): Promise<{ victim: ClusterNode; replica: ClusterNode }> {
  const view = pick(
    (await servers.refresh()).filter(({ role }) => role === 'replica'),
    random,
  );
  const withId = (id: string | undefined): ClusterNode => servers.nodes.find((node) => node.id === id)!;
  return { victim: withId(view.primaryId), replica: withId(view.id) };
}

/** Asks a replica until it takes writes in its primary's place. */
async function untilWritable(replica: ClusterNode, slot: number): Promise<void> {
  const key = `{${tagInSlot(slot)}}probe`;
  const deadline = performance.now() + OUTAGE_LIMIT_MS;
  for (;;) {
    try {
      await replica.send(['SET', key, 1, 'EX', 1]);
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(PROBE_MS);
    }
  }
}

/** Waits until no client but us has said anything to a node for a second: they have gone elsewhere. */
async function untilQuiet(node: ClusterNode): Promise<void> {
  for (;;) {
    const clients = String(await node.send(['CLIENT', 'LIST']))
      .trim()
      .split('\n');
    // Replicas say something every second. That CLIENT LIST can leave them out, servers before 5.0 don't know.
    const others = clients.filter((line) => !/ flags=\w*[SM]| cmd=client/.test(line));
    if (others.every((line) => Number(/ idle=(\d+)/.exec(line)?.[1]) >= 1)) return;
    await sleep(100);
  }
}
