/** The server's own benchmark in C, where its package brought it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const COMMANDS = 1_000_000;
const DRIVER = 'redis-benchmark';

/**
 * Batches of 100 from 50 connections, as `batches of 100` has it of every contestant.
 *
 * SET comes first: its keys are those that GET reads, and without them GET would be answered with null.
 */
export async function runBenchmark({ servers, told, cpu }, { loads, rounds, say }) {
  const { command, prefix } = servers.server;
  const program = [command, ...prefix].map((path) => path.replace(/server$/, 'benchmark'));
  const { host, port } = told.seeds[0];
  const where = ['-h', host, '-p', port, '-a', told.password, '--cluster'];
  const measurements = [];
  for (const name of ['SET', 'GET']) {
    const found = loads.find((load) => load.name === `batches of 100 ${name}s, 50 callers`);
    if (found === undefined) continue;
    const { moreRounds = 0, ...load } = found;
    const what = ['-P', 100, '-c', 50, '-d', load.valueBytes, '-n', COMMANDS, '-t', name.toLowerCase(), '--csv'];
    for (let round = 0; round < rounds + moreRounds; round++) {
      say(`${DRIVER}, ${load.name}, round ${round + 1}`);
      const before = await cpu();
      const perSecond = await run(program, [...where, ...what].map(String));
      if (perSecond === undefined) return measurements;
      measurements.push({ load, driver: DRIVER, perSecond, serverCpuMicros: ((await cpu()) - before) / COMMANDS });
    }
  }
  return measurements;
}

async function run([program, ...prefix], args) {
  try {
    const { stdout } = await promisify(execFile)(program, [...prefix, ...args]);
    return Number(/"[GS]ET[^"]*","([\d.]+)"/.exec(stdout)?.[1]);
  } catch (error) {
    console.error(`\n${DRIVER}: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}
