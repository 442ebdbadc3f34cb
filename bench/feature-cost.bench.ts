/**
 * What deadlines, lanes, tracing channels and statistics cost a command, each and together: client CPU over a cluster in
 * memory, with each of them cut out, and with a subscriber that does nothing. One process for each client, measured in
 * turns, so that what else the machine does meets all of them alike.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { FEATURES, without } from './support/ablation.ts';
import type { Load, Order } from './support/feature-load.ts';

const LOADS: readonly Load[] = ['send', 'sendAll'];
const WARM_UP_ROUNDS = 5;
const ROUNDS = Number(process.env['ROUNDS'] ?? 40);
const COMMANDS = 50_000;

const names = Object.keys(FEATURES);
const ALL_ON = 'all on, a subscriber listens';
const SHIPPED = 'all on, nobody listens';
const NONE = 'none of them';
const clients = new Map<string, ChildProcess>([
  [ALL_ON, start([], '--listen')],
  [SHIPPED, start([])],
  ...names.map((name): [string, ChildProcess] => [`without ${name}`, start([name])]),
  [NONE, start(names)],
]);

function start(features: readonly string[], ...args: string[]): ChildProcess {
  const client = fork('build/bench/support/feature-load.js', [without(features), ...args]);
  client.once('exit', (code) => {
    if (code === 0) return;
    console.error(`the client without ${features.join(', ') || 'nothing'} has ended with code ${code}`);
    process.exit(1);
  });
  return client;
}

async function cpuOf(client: ChildProcess, order: Order): Promise<number> {
  client.send(order);
  const [nanoseconds] = (await once(client, 'message')) as [number];
  return nanoseconds;
}

/** Nanoseconds of CPU a command, by client, a figure for each round. */
async function measure(load: Load, rounds: number): Promise<Map<string, number[]>> {
  const figures = new Map([...clients.keys()].map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, client] of clients) figures.get(name)!.push(await cpuOf(client, { load, commands: COMMANDS }));
  }
  return figures;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}

/** The median over the rounds of how much more one client took than another, in per cent. */
function excess(more: readonly number[], less: readonly number[]): string {
  const percent = median(more.map((value, round) => (value / less[round]! - 1) * 100));
  return `${percent >= 0 ? '+' : ''}${percent.toFixed(1)} %`;
}

await Promise.all([...clients.values()].map((client) => once(client, 'message')));
for (const load of LOADS) {
  await measure(load, WARM_UP_ROUNDS);
  const figures = await measure(load, ROUNDS);
  const none = figures.get(NONE)!;
  const shipped = figures.get(SHIPPED)!;
  console.log(
    `\n${load === 'send' ? 'send, 1000 callers' : 'sendAll of 100, 10 callers'}: CPU of the client a command`,
  );
  console.table(
    [...figures].map(([name, values]) => ({
      client: name,
      'ns (median)': Math.round(median(values)),
      'more than with none': excess(values, none),
      'all on is more than this by': excess(shipped, values),
    })),
  );
}
for (const client of clients.values()) client.disconnect();
