import { setTimeout as sleep } from 'node:timers/promises';
import type { FlakyProxy } from '../../src/testing/index.ts';
import {
  drop,
  type FaultContext,
  type FaultLoop,
  failover,
  kill,
  pause,
  pick,
  reshard,
  rest,
  restart,
  scale,
} from './faults.ts';

/** Connections go silent, are cut in the middle of a frame, or carry their bytes late. */
export async function partition(context: FaultContext): Promise<void> {
  const { random, log } = context;
  while (!context.isOver()) {
    const proxy = pick(inUse(context), random);
    const dice = random();
    if (dice < 0.3) {
      log(`blackhole before ${proxy.port}`);
      proxy.blackhole();
      await rest(context, 5000);
    } else if (dice < 0.7) {
      proxy.cutAfter(Math.floor(random() * 300));
      await rest(context, 300);
    } else {
      await during(proxy, 'delay', 1000);
    }
  }
}

/** A server stops reading for a while: shorter than the liveness limit. */
export async function slow(context: FaultContext): Promise<void> {
  while (!context.isOver()) {
    await during(pick(inUse(context), context.random), 'stall', 1500);
    await rest(context, 500);
  }
}

/** Where the client is connected: before the primaries. */
function inUse({ proxies }: FaultContext): FlakyProxy[] {
  return proxies.filter(({ connections }) => connections > 0);
}

async function during(proxy: FlakyProxy, kind: 'delay' | 'stall', milliseconds: number): Promise<void> {
  proxy.setMode(kind === 'delay' ? { kind, delayMs: 50 } : { kind });
  await sleep(milliseconds);
  proxy.setMode({ kind: 'pass' });
}

/** The password changes on every node, one after the other, and only then at the client. */
export async function passwd(context: FaultContext): Promise<void> {
  for (let round = 1; !context.isOver(); round++) {
    const password = `CATAPI-${round}`;
    for (const node of context.servers.liveNodes) await node.setPassword(password);
    context.setPassword(password);
    await rest(context, 1000);
    if (round % 3 === 0) {
      // The name that every version knows.
      for (const node of context.servers.liveNodes) await node.send(['CLIENT', 'KILL', 'TYPE', 'slave']);
    }
  }
}

const MIXED: readonly FaultLoop[] = [reshard, failover, drop, kill, pause, partition, slow, restart, scale, passwd];
const MIXED_ROUND_MS = 6000;

/** All of it, one after the other at random. */
export async function mixed(context: FaultContext): Promise<void> {
  while (!context.isOver()) {
    const end = performance.now() + MIXED_ROUND_MS;
    const fault = pick(MIXED, context.random);
    context.log(`-- ${fault.name}`);
    await fault({ ...context, isOver: () => context.isOver() || performance.now() >= end });
    await context.servers.settled();
  }
}
