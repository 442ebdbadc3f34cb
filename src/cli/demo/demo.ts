import { type Cluster, connectCluster, SLOT_COUNT } from '../../cluster/index.ts';
import { type ClusterNode, findServer, seededRandom, startCluster, type TestCluster } from '../../testing/index.ts';
import { killPrimary, moveSlots } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Load, type LoadCounts } from './load.ts';
import { describeRejections, Progress } from './progress.ts';

import { runScenario } from './scenario.ts';
import { verify } from './verify.ts';

export interface DemoOptions {
  /** Path or known name; default: the one on the PATH, else the distribution's package. */
  readonly server: string | undefined;
  /** Commands at the least; the load goes on until the faults are over. */
  readonly commands: number;
  readonly callers: number;
  readonly seed: number;
}

const PASSWORD = 'CATAPI';
const SLOTS_MOVED_BEFORE = 60;
const SLOTS_MOVED_AFTER = 20;
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
  summarize({ cluster, counts: load.counts, ledger, problems, seconds });
  return problems.length === 0 && load.counts.wrong.length === 0;
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

interface Result {
  cluster: Cluster;
  counts: LoadCounts;
  ledger: Ledger;
  problems: readonly string[];
  seconds: number;
}

function summarize({ cluster, counts, ledger, problems, seconds }: Result): void {
  const stats = cluster.stats();
  console.log(`
commands      ${counts.done.toLocaleString('en')} in ${seconds.toFixed(1)} s
redirects     ${stats.totals.redirects} followed
refusals      ${stats.totals.refusals} retried
reconnects    ${stats.totals.losses}
rejected      ${describeRejections(counts.rejected)}
in doubt      ${ledger.doubts.length} writes, rejected with wasSent: true`);
  for (const [message, writes] of ledger.doubtsByMessage()) console.log(`  ${message}\n${inColumns(writes)}`);
  for (const line of counts.wrong) console.log(`WRONG REPLY   ${line}`);
  for (const line of problems) console.log(`WRONG DATA    ${line}`);
  const isRight = problems.length === 0 && counts.wrong.length === 0;
  console.log(
    `verification  ${isRight ? 'exact: every value and every counter is what the callers were told' : 'FAILED'}`,
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}

const COLUMNS = 5;

/** Several on a line, so that hundreds can be listed. */
function inColumns(texts: readonly string[]): string {
  const lines: string[] = [];
  for (let i = 0; i < texts.length; i += COLUMNS) lines.push(`    ${texts.slice(i, i + COLUMNS).join('  ')}`);
  return lines.join('\n');
}
