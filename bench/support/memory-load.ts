/** Runs a load on a cluster in memory, and says what it costs. */
import { Buffer } from 'node:buffer';
import { connectCluster } from '../../src/cluster/index.ts';
import { memoryRuntime, SEED } from './memory-cluster.ts';

export interface Load {
  /** Each sends a GET, awaits it, and sends the next. */
  readonly callers: number;
  readonly nodes: number;
  /** All of one length. */
  readonly keys: readonly string[];
}

export interface Cost {
  /** Of the processor, for one command; the median of the rounds. */
  readonly microseconds: number;
  /** Half the distance between the least and the most, as a part of the median. */
  readonly spread: number;
}

const ROUNDS = 5;
const WARM_UP_MS = 400;
const ROUND_MS = 400;
/** A prime: neighbours are far apart. */
const STRIDE = 7919;

const VALUE = Buffer.from(`$32\r\n${'v'.repeat(32)}\r\n`);

export async function medianCost(load: Load): Promise<Cost> {
  const client = await connectMemory(load);
  await run(client, load, WARM_UP_MS);
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) samples.push(await run(client, load, ROUND_MS));
  client.destroy();
  samples.sort((a, b) => a - b);
  const microseconds = samples[Math.floor(ROUNDS / 2)]!;
  return { microseconds, spread: (samples.at(-1)! - samples[0]!) / 2 / microseconds };
}

/** What is measured of a client: that it sends. */
export interface MeasuredClient {
  send(args: readonly string[]): Promise<unknown>;
  destroy(): void;
}

export async function connectMemory({ nodes, keys }: Load): Promise<MeasuredClient> {
  const key = keys[0]!;
  const commandBytes = `*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`.length;
  return connectCluster({ seeds: [SEED], runtime: memoryRuntime(commandBytes, VALUE, nodes) });
}

/** Microseconds of processor a command. */
export async function run(client: MeasuredClient, { callers, keys }: Load, milliseconds: number): Promise<number> {
  let isOver = false;
  let count = 0;
  let next = 0;
  const caller = async (): Promise<void> => {
    while (!isOver) {
      next = (next + STRIDE) % keys.length;
      await client.send(['GET', keys[next]!]);
      count++;
    }
  };
  const before = process.cpuUsage();
  setTimeout(() => {
    isOver = true;
  }, milliseconds);
  await Promise.all(Array.from({ length: callers }, caller));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
