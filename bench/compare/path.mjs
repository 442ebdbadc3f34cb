/**
 * The whole path, from `send` to the value, on a real cluster with a password, against the released peers:
 *
 *     npm run bench:compare -- path [--rounds N] [--seconds S] [--json FILE] [--html FILE] [PART OF A LOAD'S NAME ...]
 *
 * Every contestant has a process of its own; within a round each runs the load in its turn, so that what the machine does
 * besides hits all alike. Printed are medians over the rounds. Server and client share the machine: the client's CPU per
 * command is the figure that travels.
 */
import { isPeer } from '../../build/bench/report/drivers.js';
import { environment } from '../../build/bench/report/environment.js';
import { HALF_OF_OURS, HALF_OF_PEER } from '../../build/bench/report/goals.js';
import { pathRows } from '../../build/bench/report/path-rows.js';
import { Progress } from '../../build/bench/support/progress.js';
import { runBenchmark } from './path/c-benchmark.mjs';
import { CLUSTER_CLIENTS } from './path/clients.mjs';
import { Contestant } from './path/contestant.mjs';
import { LOADS, OPEN_LOADS, openLoad } from './path/loads.mjs';
import { finish, isWanted, options, printLoad } from './path/output.mjs';
import { runLoad } from './path/rounds.mjs';
import { clusterScene } from './path/scene.mjs';
import { peerVersions } from './peer-versions.mjs';

const PRIMARIES = 3;
const DRIVERS = [...Object.keys(CLUSTER_CLIENTS), 'bare sockets'];
const PEERS = ['ioredis', '@redis/client', '@valkey/valkey-glide'];
/** What the rates of two open loads come from. */
const PEAK = 'GET, 1000 callers';
const HALVES = [HALF_OF_PEER, HALF_OF_OURS];

const closed = LOADS.filter(isWanted);
const open = OPEN_LOADS.filter(isWanted);
const halves = closed.some(({ name }) => name === PEAK) ? HALVES.filter((name) => isWanted({ name })) : [];
const progress = new Progress('path', closed.length + open.length + halves.length + 1);
const where = environment();
const measurements = [];
let server;

/** Runs loads on one cluster. `benchmark` asks for the server's own as well. */
async function onCluster(primaries, loads, then = () => undefined) {
  progress.note(`starting ${primaries} primaries`);
  const scene = await clusterScene(
    primaries,
    loads.map(({ valueBytes }) => valueBytes),
  );
  const contestants = new Map();
  server = scene.server;
  try {
    for (const name of DRIVERS) contestants.set(name, new Contestant(name, scene.told));
    const run = async (load) => {
      progress.step(load.name);
      const found = await runLoad(load, contestants, {
        ...options,
        cpuOf: scene.cpu,
        told: (text) => progress.detail(text),
      });
      measurements.push(...found);
      progress.clear();
      printLoad(pathRows(found));
    };
    for (const load of loads) await run(load);
    await then(run, scene);
  } finally {
    for (const contestant of contestants.values()) contestant.stop();
    await scene.stop();
  }
}

/** At half of the best peer's peak, and at half of our own; more than a peer can do would only fill its queues. */
function halfLoads() {
  const peak = pathRows(measurements.filter(({ load }) => load.name === PEAK));
  const rateOf = ({ perSecond }) => perSecond?.[0] ?? 0;
  const ours = peak.find(({ driver }) => driver === 'slotwire');
  const [best] = peak.filter(({ driver }) => isPeer(driver)).sort((a, b) => rateOf(b) - rateOf(a));
  return [
    openLoad(rateOf(best) / 2, { name: HALF_OF_PEER, drivers: ['slotwire', best.driver] }),
    openLoad(rateOf(ours) / 2, { name: HALF_OF_OURS, drivers: ['slotwire'] }),
  ].filter(({ name }) => halves.includes(name));
}

async function rest(run, scene) {
  for (const load of open) await run(load);
  if (halves.length > 0) for (const load of halfLoads()) await run(load);
  progress.step('redis-benchmark');
  const found = await runBenchmark(scene, {
    loads: closed,
    rounds: options.rounds,
    say: (text) => progress.detail(text),
  });
  measurements.push(...found);
  progress.clear();
  printLoad(pathRows(found));
}

const sizes = [...new Set(closed.map(({ primaries }) => primaries))];
for (const primaries of new Set([PRIMARIES, ...sizes])) {
  const loads = closed.filter((load) => load.primaries === primaries);
  await onCluster(primaries, loads, primaries === PRIMARIES ? rest : undefined);
}
const [name, version] = server;
finish({
  kind: 'path',
  environment: { ...where, versions: { [name]: version, ...peerVersions(PEERS) } },
  seconds: options.seconds,
  rounds: options.rounds,
  loads: [...new Map(measurements.map(({ load }) => [load.name, load])).values()],
  rows: pathRows(measurements),
});
process.exit();
