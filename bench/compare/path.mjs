/**
 * The whole path, from `send` to the value, on a real cluster of three primaries with a password, against the released peers:
 *
 *     npm run bench:compare -- path [--rounds N] [--seconds S] [--json FILE] [--html FILE] [PART OF A LOAD'S NAME ...]
 *
 * Every contestant has a process of its own; within a round each runs the load in its turn, so that what the machine does
 * besides hits all alike. Printed are medians over the rounds. Server and client share the machine: the client's CPU per
 * command is the figure that travels.
 */
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { connectCluster, hashSlot } from '../../dist/index.js';
import { startCluster } from '../../dist/testing/index.js';
import { NAMES } from './path/clients.mjs';
import { keysFor, LOADS, openLoad } from './path/loads.mjs';
import { page } from './path/report.mjs';
import { goals, rowsOf } from './path/summary.mjs';

const WORKER = fileURLToPath(new URL('path/worker.mjs', import.meta.url));
const PASSWORD = 'CATAPI';
const BENCHMARK_COMMANDS = 1_000_000;

const { values: options, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '1' },
    json: { type: 'string' },
    html: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);

async function main() {
  const servers = await startCluster({ replicasPerPrimary: 0, password: PASSWORD });
  const workers = new Map();
  try {
    const scene = { seeds: servers.nodes.map(({ host, port }) => ({ host, port })), password: PASSWORD };
    const loads = LOADS.filter(isWanted);
    scene.floorLanes = await fill(scene, servers, loads);
    for (const name of [...NAMES, 'bare sockets']) workers.set(name, new Contestant(name, scene));
    const measurements = [];
    const run = async (load) => measurements.push(...(await runLoad(load, workers, servers)));
    for (const load of loads) await run(load);
    for (const load of openLoads(measurements).filter(isWanted)) await run(load);
    await redisBenchmark(servers, measurements);
    report(measurements);
  } finally {
    for (const worker of workers.values()) worker.stop();
    await servers.stop();
  }
}

function isWanted({ name }) {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

/** Sets every key that will be read. @returns for each size a key of each primary, for the bare sockets. */
async function fill({ seeds, password }, servers, loads) {
  const cluster = await connectCluster({ seeds, password, maxBytesPerNode: 1 << 30, maxBytes: 1 << 30 });
  const lanes = {};
  for (const valueBytes of new Set([32, ...loads.map((load) => load.valueBytes)])) {
    const keys = keysFor(valueBytes);
    const value = 'v'.repeat(valueBytes);
    for (let at = 0; at < keys.length; at += 50) {
      await cluster.sendAll(keys.slice(at, at + 50).map((key) => ['SET', key, value]));
    }
    lanes[valueBytes] = servers.nodes.map(({ host, port, address }) => ({
      host,
      port,
      key: keys.find((key) => cluster.primaryOf(hashSlot(key)) === address),
    }));
  }
  await cluster.close();
  return lanes;
}

/** A process that runs loads when it is told to. */
class Contestant {
  #child;

  constructor(name, scene) {
    this.#child = fork(WORKER, [name, JSON.stringify(scene)]);
  }

  async run(load, forSeconds) {
    this.#child.send({ load, seconds: forSeconds });
    const ended = once(this.#child, 'exit').then(() => [{ error: 'the process ended' }]);
    const [{ result, error }] = await Promise.race([once(this.#child, 'message'), ended]);
    if (error !== undefined) console.error(`  ${load.name}: ${error}`);
    return result;
  }

  stop() {
    this.#child.kill();
  }
}

async function runLoad(load, workers, servers) {
  console.error(load.name);
  const measurements = [];
  // Warm: connections, keys, compiled code.
  const taking = [...workers].filter(([driver]) => load.drivers?.includes(driver) ?? true);
  for (const [, worker] of taking) await worker.run(load, Math.min(0.3, seconds));
  for (let round = 0; round < rounds; round++) {
    for (const [driver, worker] of taking) {
      const before = await serverCpu(servers);
      const result = await worker.run(load, seconds);
      if (result === undefined) continue;
      const serverCpuMicros = ((await serverCpu(servers)) - before) / result.count;
      measurements.push({ load, driver, round, ...result, serverCpuMicros });
    }
  }
  for (const row of rowsOf(measurements)) console.log(line(row));
  return measurements;
}

/** What the servers have used of the processor, in microseconds. */
async function serverCpu(servers) {
  const infos = await Promise.all(servers.nodes.map((node) => node.send(['INFO', 'cpu'])));
  const used = infos.flatMap((info) => [...String(info).matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)]);
  return used.reduce((sum, [, text]) => sum + Number(text) * 1e6, 0);
}

/** At half of our own peak, and at half of the best peer's. */
function openLoads(measurements) {
  const peak = rowsOf(measurements.filter(({ load }) => load.name === 'GET, 1000 callers'));
  const ours = peak.find(({ driver }) => driver === 'slotwire');
  const peers = peak.filter(({ driver }) => !['slotwire', 'bare sockets'].includes(driver));
  if (ours === undefined || peers.length === 0) return [];
  const best = peers.toSorted((a, b) => b.perSecond - a.perSecond)[0];
  // More than a peer can do would only fill its queues.
  return [openLoad(best.perSecond / 2, ['slotwire', best.driver]), openLoad(ours.perSecond / 2, ['slotwire'])];
}

/** The server's own benchmark in C, where its package brought it. */
async function redisBenchmark(servers, measurements) {
  const name = 'batches of 100';
  if (parts.length > 0 && !parts.some((part) => name.includes(part))) return;
  const { command, prefix } = servers.server;
  const beside = (path) => path.replace(/server$/, 'benchmark');
  const { port } = servers.nodes[0];
  const args = ['-p', port, '-a', PASSWORD, '--cluster', '-P', 100, '-c', 50, '-d', 32, '-n', BENCHMARK_COMMANDS];
  for (const test of ['get', 'set']) {
    for (let round = 0; round < rounds; round++) {
      try {
        const all = [...prefix.map(beside), ...args, '-t', test, '--csv'].map(String);
        const { stdout } = await promisify(execFile)(beside(command), all);
        const perSecond = Number(/"[GS]ET[^"]*","([\d.]+)"/.exec(stdout)?.[1]);
        const load = LOADS.find((each) => each.name === `batches of 100 ${test.toUpperCase()}s, 50 callers`);
        measurements.push({ load, driver: 'redis-benchmark', round, perSecond });
      } catch (error) {
        console.error(`redis-benchmark: ${error.message.split('\n')[0]}`);
        return;
      }
    }
  }
  const rows = rowsOf(measurements.filter(({ driver }) => driver === 'redis-benchmark'));
  for (const row of rows) console.log(`${row.load.name}\n${line(row)}`);
}

function line({ driver, perSecond, spread, cpuMicros, serverCpuMicros, p50, p99, p999, loopDelayP99 }) {
  const number = (value, digits = 3) =>
    value === undefined ? '-' : Number(value.toPrecision(digits)).toLocaleString('en');
  const cells = [number(perSecond), `±${Math.round(spread * 100)} %`, number(cpuMicros), number(serverCpuMicros)];
  const latency = [p50, p99, p999].map((value) => number(value)).join(' / ');
  return `  ${driver.padEnd(16)} ${cells.map((cell) => cell.padStart(10)).join('')}   ${latency} ms, loop ${number(loopDelayP99)} ms`;
}

function report(measurements) {
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node.js ${process.version}`;
  const rows = rowsOf(measurements);
  const judged = goals(rows);
  console.log(`\n${machine}`);
  for (const { goal, value, limit, isMet } of judged) {
    console.log(`${isMet ? 'met   ' : 'missed'}  ${goal}: ${value.toFixed(2)} (${limit})`);
  }
  const document = { machine, seconds, rounds, rows, goals: judged };
  if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(document, null, 1));
  if (options.html !== undefined) writeFileSync(options.html, page(document));
}

await main();
process.exit();
