/**
 * Runs a load on a cluster in memory, and says what it costs. As a process of its own:
 *
 *     node build/bench/support/memory-load.js slotwire|nothing '{ "callers": 100, "nodes": 1, "keyCount": 9000 }'
 *
 * which runs for as many milliseconds as it is told, each time it is told. `nothing` has no client: what the callers themselves
 * cost, their promises and what the engine's garbage collector does about them.
 */
import { Buffer } from 'node:buffer';
import { type Cluster, connectCluster } from '../../src/cluster/index.ts';
import type { Argument } from '../../src/resp/index.ts';
import { memoryRuntime, SEED } from './memory-cluster.ts';

export interface Load {
  /** Each sends a GET, awaits it, and sends the next. */
  readonly callers: number;
  readonly nodes: number;
  /** All of one length. */
  readonly keyCount: number;
}

/** What is measured of a client: that it sends. */
export interface MeasuredClient {
  send(args: readonly Argument[]): Promise<unknown>;
  destroy(): void;
}

/** A prime: neighbours are far apart. */
const STRIDE = 7919;
const FIRST_KEY = 1000;
const VALUE_TEXT = 'v'.repeat(32);
const VALUE = Buffer.from(`$32\r\n${VALUE_TEXT}\r\n`);

export async function connectMemory({ nodes }: Load): Promise<Cluster> {
  const key = `key:${FIRST_KEY}`;
  const commandBytes = `*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`.length;
  return connectCluster({ seeds: [SEED], runtime: memoryRuntime(commandBytes, VALUE, nodes) });
}

/** Answers as the cluster in memory does, a turn later and as many at once, without a client in between. */
export function nobody({ nodes }: Load): MeasuredClient {
  const waiting = Array.from({ length: nodes }, (): ((value: string) => void)[] => []);
  let next = 0;
  const answer = (node: number): void => {
    const told = waiting[node]!;
    waiting[node] = [];
    for (const tell of told) tell(VALUE_TEXT);
  };
  return {
    send: () =>
      new Promise((resolve) => {
        next = (next + 1) % nodes;
        if (waiting[next]!.push(resolve) === 1) setImmediate(answer, next);
      }),
    destroy: () => undefined,
  };
}

/** Microseconds of processor a command. */
export async function run(client: MeasuredClient, { callers, keyCount }: Load, milliseconds: number): Promise<number> {
  const keys = Array.from({ length: keyCount }, (_, n) => `key:${FIRST_KEY + n}`);
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

/** What a process of this file is told to do, as one that was started for it. */
async function serve(who: string, load: Load): Promise<void> {
  const client = who === 'nothing' ? nobody(load) : await connectMemory(load);
  process.on('message', (milliseconds: number) => {
    void run(client, load, milliseconds).then((microseconds) => process.send!(microseconds));
  });
  process.on('disconnect', () => process.exit());
  process.send!('ready');
}

const [, file, who, load] = process.argv;
if (file?.endsWith('memory-load.js') && who !== undefined && load !== undefined) await serve(who, JSON.parse(load));
