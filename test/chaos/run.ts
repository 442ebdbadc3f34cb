/**
 * The history checker on real nodes:
 *
 *     npm run chaos -- --mode MODE --seconds N --seed S [--server NAME] [--quick] [--driver PEER]
 *
 * With --driver a released peer is driven in the same way (bench/compare has them: ioredis, ioredis-auto, node-redis,
 * glide); it is connected without proxies, so that `partition`, `slow` and `passwd` do not harm it.
 *
 * Prints what it does and a table to stderr, and one JSON line with the verdict to stdout; exit code 1 when a contract was
 * broken. A stall that is longer than it should be is said, but a busy machine may be its reason.
 */
import { parseArgs } from 'node:util';
import { startCluster } from '../../src/testing/index.ts';
import { MODES, type Mode } from './modes.ts';
import { runMode } from './run-mode.ts';
import { table } from './summary.ts';

const PASSWORD = 'CATAPI';
const NODE_TIMEOUT_MS = 1500;

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      mode: { type: 'string', default: 'reshard' },
      seconds: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      server: { type: 'string' },
      quick: { type: 'boolean', default: false },
      driver: { type: 'string' },
    },
  });
  if (!Object.hasOwn(MODES, values.mode)) {
    throw new Error(`no mode ${values.mode}: one of ${Object.keys(MODES).join(', ')}`);
  }
  const log = (text: string): void => console.error(`${new Date().toISOString().slice(11, 23)} ${text}`);
  const servers = await startCluster({ server: values.server, password: PASSWORD, nodeTimeoutMs: NODE_TIMEOUT_MS });
  try {
    const run = { mode: values.mode as Mode, seconds: Number(values.seconds), seed: Number(values.seed) };
    const scene = { servers, password: PASSWORD, nodeTimeoutMs: NODE_TIMEOUT_MS, log };
    const { result, broken, slow } = await runMode({ ...run, isQuick: values.quick, driver: values.driver }, scene);
    console.log(JSON.stringify(result));
    for (const line of table(result)) console.error(line);
    for (const fault of broken) log(`BROKEN: ${fault}`);
    if (slow !== undefined) log(`SLOW: ${slow}`);
    return broken.length === 0;
  } finally {
    await servers.stop();
  }
}

process.exitCode = (await main()) ? 0 : 1;
