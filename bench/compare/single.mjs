/**
 * One server, where clients that know no clusters can take part, and other runtimes: slotwire under Node.js, Bun and Deno,
 * ioredis and node-redis, and Bun's own client.
 *
 *     npm run bench:compare -- single [--rounds N] [--seconds S] [--json FILE] [--html FILE] [PART OF A LOAD'S NAME ...]
 */
import { environment } from '../../build/bench/report/environment.js';
import { pathRows } from '../../build/bench/report/path-rows.js';
import { Progress } from '../../build/bench/support/progress.js';
import { installedRuntimes } from '../../build/tools/runtimes/known-runtimes.js';
import { Contestant } from './path/contestant.mjs';
import { SINGLE_LOADS } from './path/loads.mjs';
import { finish, isWanted, options, printLoad } from './path/output.mjs';
import { runLoad } from './path/rounds.mjs';
import { singleScene } from './path/scene.mjs';
import { peerVersions } from './peer-versions.mjs';

/** By the name that is shown: the client, and the runtime unless it is this one. */
const CONTESTANTS = [
  ['slotwire', 'slotwire'],
  ['slotwire on Bun', 'slotwire', 'bun'],
  ['slotwire on Deno', 'slotwire', 'deno'],
  ['ioredis auto', 'ioredis'],
  ['node-redis', 'node-redis'],
  ['Bun’s own client', 'bun', 'bun'],
  ['bare sockets', 'bare sockets'],
];

const runtimes = new Map(installedRuntimes().map((runtime) => [runtime.name, runtime]));
const loads = SINGLE_LOADS.filter(isWanted);
const progress = new Progress('single', loads.length);
const where = environment();
const measurements = [];
const contestants = new Map();
const scene = await singleScene(loads.map(({ valueBytes }) => valueBytes));
try {
  for (const [shown, client, runtime] of CONTESTANTS) {
    if (runtime !== undefined && !runtimes.has(runtime)) {
      console.error(`${shown} takes no part: ${runtime} is not for this machine`);
      continue;
    }
    contestants.set(shown, new Contestant(client, scene.told, runtimes.get(runtime)));
  }
  for (const load of loads) {
    progress.step(load.name);
    const found = await runLoad(load, contestants, {
      ...options,
      cpuOf: scene.cpu,
      told: (text) => progress.detail(text),
    });
    measurements.push(...found);
    progress.clear();
    printLoad(pathRows(found));
  }
} finally {
  for (const contestant of contestants.values()) contestant.stop();
  await scene.stop();
}

const [server, version] = scene.server;
const others = Object.fromEntries([...runtimes.values()].filter(isUsed).map(({ name, version }) => [name, version]));
finish({
  kind: 'single',
  environment: { ...where, versions: { [server]: version, ...others, ...peerVersions(['ioredis', '@redis/client']) } },
  seconds: options.seconds,
  rounds: options.rounds,
  loads: [...new Map(measurements.map(({ load }) => [load.name, load])).values()],
  rows: pathRows(measurements),
});
process.exit();

function isUsed({ name }) {
  return CONTESTANTS.some(([, , runtime]) => runtime === name);
}
