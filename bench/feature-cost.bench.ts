/**
 * What deadlines, lanes, tracing channels and statistics cost a command, each and together: client CPU over a cluster in
 * memory, with each of them cut out, and with a subscriber that does nothing.
 *
 * One process for each client, measured in turns, so that what else the machine does meets all of them alike; and several
 * generations of processes, for the engine does not optimize the same code the same way twice.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { FEATURES, without } from './support/ablation.ts';
import type { Load, Order } from './support/feature-load.ts';
import { progress, publish, summary } from './support/report.ts';

const LOADS: { readonly [L in Load]: string } = { send: 'send, 1000 callers', sendAll: 'sendAll of 100, 10 callers' };
const GENERATIONS = Number(process.env['GENERATIONS'] ?? 4);
const WARM_UP_ROUNDS = 5;
const ROUNDS = 12;
const COMMANDS = 50_000;

const names = Object.keys(FEATURES);
const NONE = 'none of them';
/** What is cut out of each client, and whether somebody listens. */
const CLIENTS: readonly [name: string, cut: readonly string[], listen?: '--listen'][] = [
  ['all on, a subscriber listens', [], '--listen'],
  ['all on, nobody listens', []],
  ...names.map((name): [string, string[]] => [`without ${name}`, [name]]),
  [NONE, names],
];
const folders = new Map(CLIENTS.map(([name, cut]) => [name, without(cut)]));

async function start(name: string, listen: string | undefined): Promise<ChildProcess> {
  const client = fork('build/bench/support/feature-load.js', [folders.get(name)!, ...(listen ? [listen] : [])]);
  client.once('exit', (code) => {
    if (code === 0) return;
    console.error(`${name}: the client has ended with code ${code}`);
    process.exit(1);
  });
  await once(client, 'message');
  return client;
}

async function cpuOf(client: ChildProcess, order: Order): Promise<number> {
  client.send(order);
  const [nanoseconds] = (await once(client, 'message')) as [number];
  return nanoseconds;
}

/** Adds the figures of one generation: nanoseconds of CPU a command, by client, one for each round. */
async function measure(load: Load, figures: Map<string, number[]>): Promise<void> {
  const clients: [string, ChildProcess][] = [];
  for (const [name, , listen] of CLIENTS) clients.push([name, await start(name, listen)]);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (const [name, client] of clients) {
      const nanoseconds = await cpuOf(client, { load, commands: COMMANDS });
      if (round >= 0) figures.get(name)!.push(nanoseconds);
    }
  }
  for (const [, client] of clients) client.disconnect();
}

/** How much a client took to the one without anything: the median of the rounds, each with the same machine. */
function ratioTo(less: readonly number[], more: readonly number[]): number {
  return summary(more.map((value, round) => value / less[round]!)).median;
}

for (const load of Object.keys(LOADS) as Load[]) {
  const figures = new Map(CLIENTS.map(([name]): [string, number[]] => [name, []]));
  for (let generation = 0; generation < GENERATIONS; generation++) {
    progress(`${LOADS[load]}, generation ${generation + 1} of ${GENERATIONS}`);
    await measure(load, figures);
  }
  const none = figures.get(NONE)!;
  publish({
    title: `feature cost, ${LOADS[load]}`,
    unit: 'ns',
    note: 'CPU of the client a command; the ratio is to the client without any of them',
    rows: [...figures].map(([name, values]) => ({ name, ...summary(values), ratio: ratioTo(none, values) })),
  });
}
