/**
 * The history checker on real nodes:
 *
 *     npm run chaos -- --mode MODE --seconds N --seed S [--server NAME] [--quick]
 *
 * Prints what it does to stderr, and one JSON line with the verdict to stdout; exit code 1 when a contract was broken.
 */
import { parseArgs } from 'node:util';
import { connectCluster } from '../../src/cluster/index.ts';
import { RedisError } from '../../src/errors.ts';
import {
  DEFAULT_WORKLOAD,
  type HistoryClient,
  judgeWorkload,
  seededRandom,
  startCluster,
  Workload,
} from '../../src/testing/index.ts';

import { MODES, type Mode } from './modes.ts';
import { broken, summarize } from './summary.ts';

const PASSWORD = 'CATAPI';
const NODE_TIMEOUT_MS = 1500;
/** A command may wait out a failover and then some. */
const TIMEOUT_MS = 20_000;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      mode: { type: 'string', default: 'reshard' },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      server: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const mode = MODES[values.mode as Mode];
  if (mode === undefined) throw new Error(`no mode ${values.mode}: one of ${Object.keys(MODES).join(', ')}`);
  const log = (text: string): void => console.error(`${new Date().toISOString().slice(11, 23)} ${text}`);
  const servers = await startCluster({ server: values.server, password: PASSWORD, nodeTimeoutMs: NODE_TIMEOUT_MS });
  try {
    const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
    const cluster = await connectCluster({ seeds, password: PASSWORD, timeoutMs: TIMEOUT_MS, livenessMs: 4000 });
    const client: HistoryClient = {
      send: (args) => cluster.send(args),
      mayHaveRun: (error) => !(error instanceof RedisError) || error.wasSent,
    };
    const sizes = values.quick ? { ...DEFAULT_WORKLOAD, shallowLists: 24, deepLists: 3 } : DEFAULT_WORKLOAD;
    const workload = new Workload(client, { ...sizes, now: () => performance.now() });
    const end = performance.now() + Number(values.seconds) * 1000;
    const running = workload.run();
    await mode.faults({
      servers,
      nodeTimeoutMs: NODE_TIMEOUT_MS,
      slots: workload.slots,
      random: seededRandom(Number(values.seed)),
      isOver: () => performance.now() >= end,
      log,
    });
    workload.stop();
    await running;
    await servers.settled();
    const verdict = await judgeWorkload(workload, client);
    const result = {
      mode: values.mode,
      seed: Number(values.seed),
      ...summarize(workload, verdict),
      stats: cluster.stats().totals,
    };
    console.log(JSON.stringify(result));
    const faults = broken(mode, workload, verdict);
    for (const fault of faults) log(`BROKEN: ${fault}`);
    await cluster.close();
    return faults.length === 0;
  } finally {
    await servers.stop();
  }
}

process.exitCode = (await main()) ? 0 : 1;
