/**
 * One process of the feature-cost bench: a client of a cluster in memory, which runs the loads that it is told to and says
 * what CPU time a command took, all threads of the process together.
 *
 *     node build/bench/support/feature-load.js FOLDER [--listen]
 *
 * FOLDER has the compiled client, perhaps one with a feature cut out of it. With `--listen` somebody subscribes to all of
 * `slotwire:command` and does nothing.
 */
import { Buffer } from 'node:buffer';
import { tracingChannel } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';
import type { Cluster } from '../../src/cluster/index.ts';
import { memoryRuntime, SEED } from './memory-cluster.ts';

export type Load = 'send' | 'sendAll';

/** What the bench asks for. */
export interface Order {
  readonly load: Load;
  readonly commands: number;
}

const CALLERS = 1000;
const BATCH = 100;
/** Commands between two looks at the statistics. */
const LOOK_EVERY = 50_000;

const [folder, listen] = process.argv.slice(2);
const client = (await import(
  pathToFileURL(`${folder}/cluster/index.js`).href
)) as typeof import('../../src/cluster/index.ts');
const nothing = (): void => undefined;
if (listen === '--listen') {
  const handlers = { start: nothing, end: nothing, asyncStart: nothing, asyncEnd: nothing, error: nothing };
  tracingChannel('slotwire:command').subscribe(handlers);
}

const keys = Array.from({ length: 10_000 }, (_, n) => ['GET', `key:${String(n).padStart(12, '0')}`]);
const commandBytes = Buffer.byteLength(`*2\r\n$3\r\nGET\r\n$16\r\n${keys[0]![1]}\r\n`);
const runtime = memoryRuntime(commandBytes, Buffer.from(`$16\r\n${'v'.repeat(16)}\r\n`));
const cluster: Cluster = await client.connectCluster({ seeds: [SEED], runtime });
let next = 0;
let sinceLook = 0;

function command(): string[] {
  if (++next === keys.length) next = 0;
  return keys[next]!;
}

/** A thousand callers, each of which sends its next command when it has its reply. */
async function sendAwaited(commands: number): Promise<void> {
  const caller = async (): Promise<void> => {
    for (let i = 0; i < commands / CALLERS; i++) await cluster.send(command());
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

/** Ten callers with batches of a hundred. */
async function sendBatches(commands: number): Promise<void> {
  const callers = CALLERS / BATCH;
  const caller = async (): Promise<void> => {
    for (let i = 0; i < commands / CALLERS; i++) await cluster.sendAll(Array.from({ length: BATCH }, command));
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** @returns nanoseconds of CPU for a command. */
async function run({ load, commands }: Order): Promise<number> {
  const before = process.cpuUsage();
  await (load === 'send' ? sendAwaited(commands) : sendBatches(commands));
  sinceLook += commands;
  if (sinceLook >= LOOK_EVERY) {
    sinceLook = 0;
    if (listen === '--listen') cluster.stats();
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / commands;
}

process.on('message', (order: Order) => {
  void run(order).then((nanoseconds) => process.send!(nanoseconds));
});
process.on('disconnect', () => process.exit());
process.send!('ready');
