import { connectCluster, SLOT_COUNT } from '../../cluster/index.ts';
import { SimulatedCluster, seededRandom } from '../../testing/index.ts';
import { Ledger } from './ledger.ts';
import { Load } from './load.ts';
import { type LoadOptions, PASSWORD, SLOTS_MOVED_AFTER, SLOTS_MOVED_BEFORE } from './plan.ts';
import { Progress } from './progress.ts';
import { runScenario } from './scenario.ts';
import { summarize } from './summary.ts';
import { verify } from './verify.ts';

/** Virtual milliseconds of load before, between and after the faults. */
const QUIET_MS = 500;
/** Longer than any replica lags behind. */
const DRAIN_MS = 100;

/**
 * The demo's load on simulated nodes, for a machine that can have no server: the real client, codec and router; clock,
 * network and servers are simulated in this process. Says so. @returns whether all is as it must be.
 */
export async function runSimulatedDemo(options: LoadOptions): Promise<boolean> {
  const { seed } = options;
  console.log(`SIMULATION: no server runs and no socket is opened. Six simulated nodes, a simulated network and a virtual
clock live in this process; the client is the real one. Rates are of this simulation, not of a network. Seed ${seed}`);
  const simulation = new SimulatedCluster({ seed, password: PASSWORD });
  return simulation.run(demonstrate(simulation, options));
}

async function demonstrate(simulation: SimulatedCluster, options: LoadOptions): Promise<boolean> {
  const { seeds, runtime } = simulation;
  const cluster = await connectCluster({ seeds, runtime, password: PASSWORD, livenessMs: 2000 });
  console.log(`cluster: ${simulation.nodes.map(({ address, role }) => `${address} ${role}`).join(', ')}`);
  await runScenario(cluster);
  const ledger = new Ledger();
  const load = new Load(cluster, ledger, seededRandom(options.seed));
  const progress = new Progress(cluster, load.counts);
  console.log(`load: ${options.callers} callers, 40 % SET, 30 % INCRBY, 30 % GET over all ${SLOT_COUNT} slots`);
  progress.start();
  const running = load.run(options.callers);
  try {
    await injectFaults(simulation, { random: seededRandom(options.seed + 1), announce: progress.announce });
    while (load.counts.done < options.commands) await runtime.sleep(QUIET_MS);
  } finally {
    load.stop();
    await running;
    progress.stop();
  }
  progress.announce(`load ended; reading ${SLOT_COUNT} values and ${SLOT_COUNT} counters back`);
  const problems = await verify(cluster, ledger);
  const { totals } = cluster.stats();
  cluster.destroy();
  const took = `${(runtime.now() / 1000).toFixed(1)} virtual seconds`;
  const { text, isRight } = summarize({ totals, counts: load.counts, ledger, problems, took });
  console.log(`\nSIMULATION${text} (simulated nodes)`);
  return isRight;
}

interface Tools {
  readonly random: () => number;
  readonly announce: (text: string) => void;
}

async function injectFaults(simulation: SimulatedCluster, tools: Tools): Promise<void> {
  const { runtime } = simulation;
  await runtime.sleep(QUIET_MS);
  await moveSlots(simulation, SLOTS_MOVED_BEFORE, tools);
  await runtime.sleep(QUIET_MS);
  await killPrimary(simulation, tools);
  await moveSlots(simulation, SLOTS_MOVED_AFTER, tools);
  await runtime.sleep(QUIET_MS);
}

async function moveSlots(simulation: SimulatedCluster, count: number, { random, announce }: Tools): Promise<void> {
  announce(`moving ${count} slots with their keys between primaries`);
  for (let i = 0; i < count; i++) {
    const slot = Math.floor(random() * SLOT_COUNT);
    const targets = primaries(simulation).filter((node) => node !== simulation.nodeOf(slot));
    await simulation.moveSlot(slot, targets[Math.floor(random() * targets.length)]!);
  }
  await simulation.settled();
  announce(`${count} slots moved`);
}

/** Replication is asynchronous: so that the verification measures the client, the primary dies when its replica has all. */
async function killPrimary(simulation: SimulatedCluster, { random, announce }: Tools): Promise<void> {
  const candidates = primaries(simulation);
  const victim = candidates[Math.floor(random() * candidates.length)]!;
  announce(`killing the primary ${victim.address} under load`);
  const slot = victim.view.spansOf(victim.index)[0]![0];
  victim.holdsWrites = true;
  await simulation.runtime.sleep(DRAIN_MS);
  const killedAt = simulation.runtime.now();
  simulation.kill(victim);
  do await simulation.runtime.sleep(DRAIN_MS);
  while (simulation.nodeOf(slot) === victim || !simulation.isSettled);
  const seconds = (simulation.runtime.now() - killedAt) / 1000;
  announce(`its replica is primary now; the cluster is whole ${seconds.toFixed(1)} virtual seconds later`);
}

function primaries(simulation: SimulatedCluster): SimulatedCluster['nodes'] {
  return simulation.liveNodes.filter((node) => simulation.isPrimary(node));
}
