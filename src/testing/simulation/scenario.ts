import { type Cluster, type ClusterOptions, connectCluster } from '../../cluster/index.ts';
import { RedisError } from '../../errors.ts';
import { CredentialFeed } from '../credential-feed.ts';
import {
  type HistoryClient,
  judgeWorkload,
  NO_FAULTS,
  type Verdict,
  type Witness,
  Workload,
  type WorkloadCounts,
} from '../history/index.ts';
import { drawPlan, type Fault } from './fault-plan.ts';
import { FaultRunner } from './fault-runner.ts';
import { nameOf, type ServerRecord } from './server-record.ts';
import { SimulatedCluster } from './simulated-cluster.ts';

/** What one simulated run consists of: the seed draws everything that is not given. */
export interface Scenario {
  readonly seed: number;
  /** Commands of the load, 500 by default. */
  readonly commands?: number | undefined;
  readonly plan?: readonly Fault[] | undefined;
  /** Options of the client under test, instead of those that suit the simulation, and of those that are drawn. */
  readonly client?: Partial<ClusterOptions> | undefined;
  /** Is told line by line what happens. */
  readonly trace?: ((timeMs: number, text: string) => void) | undefined;
}

/** What a simulated run came to. */
export interface ScenarioResult {
  readonly seed: number;
  /** Contracts that were broken, in words; empty when all were kept. */
  readonly broken: readonly string[];
  readonly plan: readonly Fault[];
  /** Options of the client that were drawn: how many connections it may have, and for how long. */
  readonly connections: ConnectionLimits;
  readonly verdict: Verdict;
  readonly counts: WorkloadCounts;
  /** Writes that ran outside the order contract, by why. */
  readonly exceptions: ServerRecord['exceptions'];
  readonly events: number;
  readonly virtualMs: number;
}

/** Of a client under test. */
export type ConnectionLimits = Pick<ClusterOptions, 'connectionsPerNode' | 'maxConnections' | 'maxConnectionAgeMs'>;

export const DEFAULT_COMMANDS = 500;
/** What every command has, and more than any fault of a plan takes. */
const BUDGET_MS = 15_000;
/** Longer than any budget, and than any plan takes. */
const LIMIT_MS = 3 * BUDGET_MS;
const NODE_TIMEOUT_MS = 400;
const PASSWORD = 'first';
const DURATION_MS = 1200;
const PLAN_DRAWS = 10;
const LOAD_DRAWS = 11;
const WORLD_DRAWS = 12;
const CLIENT_DRAWS = 13;

const CLIENT: Partial<ClusterOptions> = {
  timeoutMs: BUDGET_MS,
  livenessMs: 300,
  connectTimeoutMs: 250,
  handoverMs: 350,
  idleProbeMs: 500,
  maxReconnectDelayMs: 100,
};

/** The load of one scenario: 71 callers on 17 lists, counters and pairs, in 12 slots. */
const LOAD = { shallowLists: 8, deepLists: 2, shallowWindow: 4, deepWindow: 16, counters: 4, pairs: 3, tags: 12 };

/**
 * Runs one scenario: the real client under load on a simulated cluster of three primaries and three replicas, while slots
 * move, primaries fail over, die and stop, and connections break; then compares what the callers were told with the data.
 *
 * The same scenario gives the same result, event by event.
 */
export async function runScenario(scenario: Scenario | number): Promise<ScenarioResult> {
  const {
    seed,
    trace,
    client,
    commands = DEFAULT_COMMANDS,
    ...given
  } = typeof scenario === 'number' ? ({ seed: scenario } as Scenario) : scenario;
  const simulation = makeCluster(seed);
  const { runtime } = simulation;
  if (trace !== undefined) runtime.trace = trace;
  const plan = given.plan ?? drawPlanOf(simulation);
  const connections = drawConnections(runtime.randomFor(CLIENT_DRAWS));
  const credentials = new CredentialFeed(PASSWORD);
  const cluster = await simulation.run(
    connectCluster({ seeds: simulation.seeds.slice(0, 1), runtime, credentials, ...CLIENT, ...connections, ...client }),
  );
  const workload = new Workload(historyClient(cluster), {
    ...LOAD,
    commands,
    rest: restOf(simulation),
    now: () => runtime.now(),
  });
  const running = workload.run();
  const faults = new FaultRunner({
    cluster: simulation,
    slots: workload.slots,
    nodeTimeoutMs: NODE_TIMEOUT_MS,
    givePassword: (password) => credentials.push(password),
  });
  const isWhole = await endsWithin(faults.run(plan), simulation);
  const hasEnded = await endsWithin(running, simulation);
  const judged = judgeWorkload(workload, historyClient(cluster), witnessOf(simulation));
  const verdict = await runtime.settle(judged, LIMIT_MS).catch(unreadable);
  cluster.destroy();
  const { counts } = workload;
  const broken = brokenContracts({ verdict, counts, hasEnded, isWhole });
  const { maxConnections = Number.POSITIVE_INFINITY } = { ...connections, ...client };
  const { mostOpen } = simulation.network;
  if (mostOpen > maxConnections)
    broken.push(`${mostOpen} connections at once, and maxConnections is ${maxConnections}`);
  const { exceptions } = simulation.record;
  const { events } = runtime;
  return { seed, broken, plan, connections, verdict, counts, exceptions, events, virtualMs: runtime.now() };
}

function makeCluster(seed: number): SimulatedCluster {
  const simulation = new SimulatedCluster({
    seed,
    password: PASSWORD,
    nodeTimeoutMs: NODE_TIMEOUT_MS,
    replicationLagMs: 8,
  });
  const random = simulation.runtime.randomFor(WORLD_DRAWS);
  for (const { address } of simulation.nodes) {
    const weather = simulation.network.weatherAt(address);
    weather.maxLatencyMs = weather.minLatencyMs + random() ** 3 * 20;
  }
  return simulation;
}

function drawPlanOf({ runtime }: SimulatedCluster): Fault[] {
  const random = runtime.randomFor(PLAN_DRAWS);
  const faults = 2 + Math.floor(random() * 7);
  return drawPlan(random, { durationMs: DURATION_MS, nodeTimeoutMs: NODE_TIMEOUT_MS, faults });
}

/** Two scenarios of five have one connection a node for as long as it holds; the others several, few in all, young ones. */
function drawConnections(random: () => number): ConnectionLimits {
  if (random() < 0.4) return {};
  const connectionsPerNode = 1 + Math.floor(random() * 4);
  const maxConnections = random() < 0.5 ? 1 + Math.floor(random() * 6) : Number.POSITIVE_INFINITY;
  const maxConnectionAgeMs = random() < 0.5 ? 50 + random() ** 2 * 2000 : Number.POSITIVE_INFINITY;
  return { connectionsPerNode, maxConnections, maxConnectionAgeMs };
}

/** Callers send in bursts, with rests between them, so that the load lasts as long as the faults. */
function restOf({ runtime }: SimulatedCluster): () => Promise<void> | undefined {
  const random = runtime.randomFor(LOAD_DRAWS);
  return () => (random() < 0.5 ? undefined : runtime.sleep(random() * 600));
}

function historyClient(cluster: Cluster): HistoryClient {
  return {
    send: (args) => cluster.send(args),
    mayHaveRun: (error) => !(error instanceof RedisError) || error.wasSent,
  };
}

function witnessOf({ record }: SimulatedCluster): Witness {
  const { appends, increments } = record.losses();
  return {
    wasLost: (key, value) => appends.has(nameOf(key, String(value))),
    cameLate: (key, value) => record.isLate(key, value),
    hasOvertaken: (key, value) => record.hasOvertaken(key, value),
    lostIncrements: (key) => increments.get(key) ?? 0,
  };
}

/** The verdict where even reading fails. */
function unreadable(error: Error): Verdict & { unreadable: string } {
  return { ...NO_FAULTS, countersLow: 0, countersHigh: 0, unreadable: error.message };
}

/** Whether something ends before every budget is exhausted. */
async function endsWithin(promise: Promise<void>, { runtime }: SimulatedCluster): Promise<boolean> {
  try {
    await runtime.settle(promise, LIMIT_MS);
    return true;
  } catch {
    return false;
  }
}

interface Evidence {
  verdict: Verdict;
  counts: WorkloadCounts;
  hasEnded: boolean;
  isWhole: boolean;
}

function brokenContracts({ verdict, counts, hasEnded, isWhole }: Evidence): string[] {
  const { lostByServer, ...mustBeZero } = verdict;
  const { rejectedReads, refused } = counts;
  const broken = Object.entries({ ...mustBeZero, rejectedReads, refused })
    .filter(([, count]) => Number(count) > 0)
    .map(([name, count]) => `${name} ${count}`);
  if ('unreadable' in verdict) broken.push(`the data could not be read back: ${verdict.unreadable}`);
  if (!isWhole) broken.push('the simulated cluster did not recover');
  if (!hasEnded) broken.push('some callers were never told');
  return broken;
}
