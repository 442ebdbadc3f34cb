import { resolve } from 'node:path';
import { connectCluster } from '../../src/cluster/index.ts';
import { RedisError } from '../../src/errors.ts';
import type { Credentials } from '../../src/net/index.ts';
import {
  CredentialFeed,
  DEFAULT_WORKLOAD,
  FlakyProxy,
  type HistoryClient,
  judgeWorkload,
  seededRandom,
  type TestCluster,
  type Witness,
  Workload,
} from '../../src/testing/index.ts';
import { MODES, type Mode } from './modes.ts';
import { RefusedAppends } from './refused-appends.ts';
import { broken, slowness, summarize } from './summary.ts';

export interface Run {
  readonly mode: Mode;
  readonly seconds: number;
  readonly seed: number;
  /** A fifth of the lists: for a test that has little time. */
  readonly isQuick: boolean;
  /** A released peer instead of this package. */
  readonly driver?: string | undefined;
}

/** What is driven. */
interface Driver extends HistoryClient {
  close(): Promise<void>;
  stats?(): object;
  readonly witness?: Witness;
}

export interface Scene {
  readonly servers: TestCluster;
  readonly password: string;
  readonly nodeTimeoutMs: number;
  readonly log: (text: string) => void;
}

/** A command may wait out a failover and then some. */
const TIMEOUT_MS = 20_000;
const LIVENESS_MS = 4000;
const QUICK = { ...DEFAULT_WORKLOAD, shallowLists: 24, deepLists: 3, counters: 12, pairs: 4 };

/** What a run came to. */
export interface RunResult {
  readonly result: object;
  /** Contracts that were broken. */
  readonly broken: string[];
  /** What took longer than it should. */
  readonly slow: string | undefined;
}

/** Drives a workload through one kind of trouble, heals the cluster, and judges. */
export async function runMode(run: Run, scene: Scene): Promise<RunResult> {
  const { servers, log } = scene;
  const rules = MODES[run.mode];
  const passwords = new CredentialFeed(scene.password);
  const proxies = await Promise.all(servers.nodes.map((node) => FlakyProxy.listen(node)));
  const client =
    run.driver === undefined
      ? await connectOurs(servers, proxies, passwords)
      : await connectPeer(run.driver, servers, scene.password);
  const workload = new Workload(client, {
    ...(run.isQuick ? QUICK : DEFAULT_WORKLOAD),
    now: () => performance.now(),
  });
  const end = performance.now() + run.seconds * 1000;
  const running = workload.run();
  let serverOutageMs = 0;
  try {
    await rules.faults({
      servers,
      proxies,
      nodeTimeoutMs: scene.nodeTimeoutMs,
      slots: workload.slots,
      random: seededRandom(run.seed),
      isOver: () => performance.now() >= end,
      setPassword: (password) => passwords.push(password),
      noteOutage: (milliseconds) => (serverOutageMs = Math.max(serverOutageMs, milliseconds)),
      log,
    });
  } finally {
    workload.stop();
  }
  await running;
  await servers.settled();
  const verdict = await judgeWorkload(workload, client, client.witness);
  const stats = client.stats?.() ?? {};
  await client.close();
  await Promise.all(proxies.map((proxy) => proxy.close()));
  const result = {
    driver: run.driver ?? 'slotwire',
    mode: run.mode,
    seed: run.seed,
    ...summarize(workload, verdict),
    serverOutageMs: Math.round(serverOutageMs),
    ...stats,
  };
  const slow = slowness(run.mode, workload.counts.longestStallMs, serverOutageMs);
  return { result, broken: broken(rules, workload, verdict), slow };
}

/** Connects through the proxies: announced addresses are mapped to theirs. */
async function connectOurs(
  servers: TestCluster,
  proxies: readonly FlakyProxy[],
  credentials: AsyncIterable<Credentials>,
): Promise<Driver> {
  const before = new Map(servers.nodes.map((node, i) => [node.port, proxies[i]!.port]));
  const cluster = await connectCluster({
    seeds: proxies.map(({ port }) => ({ host: '127.0.0.1', port })),
    addressMap: ({ host, port }) => ({ host, port: before.get(port) ?? port }),
    credentials,
    timeoutMs: TIMEOUT_MS,
    livenessMs: LIVENESS_MS,
  });
  const witness = new RefusedAppends();
  return {
    witness,
    send: (args) => witness.sending(args, () => cluster.send(args)),
    mayHaveRun: (error) => !(error instanceof RedisError) || error.wasSent,
    stats: () => ({ refusedAppends: witness.count, ...cluster.stats().totals }),
    close: () => {
      witness.stop();
      return cluster.close();
    },
  };
}

/** The peers live in bench/compare, with a package.json of their own. */
async function connectPeer(name: string, servers: TestCluster, password: string): Promise<Driver> {
  const path: string = resolve('bench/compare/drivers.mjs');
  const { connectDriver } = (await import(path)) as {
    connectDriver(name: string, options: object): Promise<Driver>;
  };
  return connectDriver(name, { seeds: servers.nodes.map(({ host, port }) => ({ host, port })), password });
}
