/** Bytes allocated for each command, in a process whose young generation is not collected meanwhile (`garbage`). */
import { GCProfiler } from 'node:v8';
import type { Argument } from '../../src/resp/index.ts';
import { connectMemory, nobody } from './memory-load.ts';
import { progress, publish, summary } from './report.ts';

const COMMANDS = 100_000;
const WARM_UPS = 3;
const ROUNDS = 7;
const CALLERS = 1000;
const BATCH = 100;
const KEY_COUNT = 9000;
const LOAD = { callers: CALLERS, nodes: 3, keyCount: KEY_COUNT };

const keys = Array.from({ length: KEY_COUNT }, (_, n) => `key:${1000 + n}`);
let next = 0;
const command = (): readonly Argument[] => ['GET', keys[next++ % KEY_COUNT]!];

const client = await connectMemory(LOAD);
const alone = nobody(LOAD);

/** A thousand callers, each of which sends its next command when it has its reply. */
function awaited(send: (args: readonly Argument[]) => Promise<unknown>): () => Promise<unknown> {
  const caller = async (): Promise<void> => {
    for (let i = 0; i < COMMANDS / CALLERS; i++) await send(command());
  };
  return () => Promise.all(Array.from({ length: CALLERS }, caller));
}

async function batches(): Promise<void> {
  for (let i = 0; i < COMMANDS / BATCH; i++) await client.sendAll(Array.from({ length: BATCH }, command));
}

async function noBatches(): Promise<void> {
  for (let i = 0; i < COMMANDS / BATCH; i++) {
    const commands = Array.from({ length: BATCH }, command);
    await new Promise((resolve) => setImmediate(resolve, commands));
  }
}

const LOADS: { readonly [name: string]: () => Promise<unknown> } = {
  'send, a GET of 32 B': awaited((args) => client.send(args)),
  'send, a GET of 32 B as bytes': awaited((args) => client.send(args, { reply: 'bytes' })),
  'the same callers without a client: the command, a promise, the awaiting': awaited(alone.send),
  'sendAll of 100, a GET of 32 B': batches,
  'the same callers without a client: the commands': noBatches,
};

function allocatedNow(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function bytesPerCommand(run: () => Promise<unknown>): Promise<number> {
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  const before = allocatedNow();
  await run();
  const bytes = allocatedNow() - before;
  const collections = profiler.stop()?.statistics.length ?? 0;
  if (collections > 0) throw new Error(`${collections} collections while bytes were counted`);
  return bytes / COMMANDS;
}

const rows = [];
for (const [name, run] of Object.entries(LOADS)) {
  progress(`bytes allocated: ${name}`);
  for (let round = 0; round < WARM_UPS; round++) await run();
  const samples: number[] = [];
  for (let round = 0; round < ROUNDS; round++) samples.push(await bytesPerCommand(run));
  rows.push({ name, ...summary(samples) });
}
publish({
  title: 'bytes allocated',
  unit: 'B',
  note: 'for each command, over a cluster in memory; what its caller allocates is in it, and is given below it',
  rows,
});
process.exit();
