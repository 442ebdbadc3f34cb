import { type Cluster, connectCluster, SLOT_COUNT } from '../../cluster/index.ts';
import { type ClusterNode, findServer, seededRandom, startCluster, type TestCluster } from '../../testing/index.ts';
import { killPrimary, moveSlots } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { type LoadOptions, PASSWORD, SLOTS_MOVED_AFTER, SLOTS_MOVED_BEFORE } from './plan.ts';
import { Progress } from './progress.ts';
import { runScenario } from './scenario.ts';
import { summarize } from './summary.ts';
import { verify } from './verify.ts';

export interface DemoOptions extends LoadOptions {
  /** Path or known name; default: the one on the PATH, else the distribution's package. */
  readonly server: string | undefined;
}

/** Load before, between and after the faults, so that a line or two show the quiet state. */
const QUIET_MS = 1500;

/** The main job: a real cluster under load and faults, verified. @returns whether all is as it must be. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const server = await findServer(options.server);
  console.log(`server: ${server.name} ${server.version.join('.')}; seed ${options.seed}`);
  console.log('starting six nodes, forming the cluster, setting the password node by node ...');
  const servers = await startCluster({ server, password: PASSWORD });
  const cluster = await connectTo(servers);
  try {
    console.log(`cluster: ${servers.nodes.map(({ address, role }) => `${address} ${role}`).join(', ')}`);
    await runScenario(cluster);
    return await loadAndVerify(cluster, servers, options);
  } finally {
    cluster.destroy();
    await servers.stop();
  }
}

async function connectTo(servers: TestCluster): Promise<Cluster> {
  try {
    const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
    return await connectCluster({ seeds, password: PASSWORD, clientName: 'slotwire-demo' });
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

async function loadAndVerify(cluster: Cluster, servers: TestCluster, options: DemoOptions): Promise<boolean> {
  const random = seededRandom(options.seed);
  const ledger = new Ledger();
  const load = new Load(cluster, ledger, random);
  const progress = new Progress(cluster, load.counts);
  const startedAt = performance.now();
  console.log(`load: ${options.callers} callers, 40 % SET, 30 % INCRBY, 30 % GET over all ${SLOT_COUNT} slots`);
  progress.start();
  const running = load.run(options.callers);
  try {
    await injectFaults(servers, { random, progress });
    while (load.counts.done < options.commands) await pause();
  } finally {
    load.stop();
    await running;
    progress.stop();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  progress.announce(`load ended; reading ${SLOT_COUNT} values and ${SLOT_COUNT} counters back`);
  const problems = await verify(cluster, ledger);
  const { totals } = cluster.stats();
  const { text, isRight } = summarize({
    totals,
    counts: load.counts,
    ledger,
    problems,
    took: `${seconds.toFixed(1)} s`,
  });
  console.log(text);
  return isRight;
}

async function injectFaults(servers: TestCluster, tools: { random: () => number; progress: Progress }): Promise<void> {
  const { random, progress } = tools;
  const { announce } = progress;
  await pause();
  await moveSlots(servers, SLOTS_MOVED_BEFORE, { random, announce });
  await pause();
  const primaries = servers.liveNodes.filter(({ role }) => role === 'primary');
  const victim: ClusterNode = primaries[Math.floor(random() * primaries.length)]!;
  await killPrimary(servers, victim, announce);
  await moveSlots(servers, SLOTS_MOVED_AFTER, { random, announce });
  await pause();
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}
