#!/usr/bin/env node
/** The `slotwire` command. */
import { parseArgs } from 'node:util';
import { runConform } from './conform/conform.ts';
import { runDemo } from './demo/demo.ts';
import { runSimulatedDemo } from './demo/simulated.ts';
import { ownVersion } from './own-version.ts';
import { runServe } from './serve/serve.ts';
import { runVectorsCommand } from './vectors/vectors.ts';

const USAGE = `usage: slotwire <command> [options]

commands:
  demo        start a real cluster, drive it while slots move and a primary dies, and verify the data
    --server PATH   the redis-server or valkey-server to start, or the name of a known one (redis-7.0)
    --commands N    commands at the least (default 400000)
    --callers N     concurrent callers (default 400)
    --simulated     no server: the same load on simulated nodes, in this process
    --seed N        of keys and faults (default: the time)

  conform     tests a server against the RESP protocol, byte by byte; see slotwire conform --help
  vectors     tests a parser, in any language; see slotwire vectors --help
  serve       plays a vector or a script to a client; see slotwire serve --help

  --version   print the version
  --help      print this
`;

/** Commands with options of their own. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  conform: runConform,
  vectors: runVectorsCommand,
  serve: runServe,
};

async function main(): Promise<number> {
  const command = COMMANDS[process.argv[2] ?? ''];
  if (command !== undefined) return command(process.argv.slice(3));
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      server: { type: 'string' },
      simulated: { type: 'boolean', default: false },
      commands: { type: 'string', default: '400000' },
      callers: { type: 'string', default: '400' },
      seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
      help: { type: 'boolean', default: false },
      version: { type: 'boolean', default: false },
    },
  });
  if (values.version) {
    console.log(ownVersion());
    return 0;
  }
  if (values.help || positionals.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  if (positionals[0] !== 'demo' || positionals.length > 1) {
    throw new Error(`no command ${JSON.stringify(positionals.join(' '))}; see slotwire --help`);
  }
  const { server } = values;
  if (values.simulated && server !== undefined) throw new Error('--simulated has no server: not with --server');
  const options = {
    commands: positiveInteger('--commands', values.commands),
    callers: positiveInteger('--callers', values.callers),
    seed: positiveInteger('--seed', values.seed),
  };
  const isRight = values.simulated ? await runSimulatedDemo(options) : await runDemo({ ...options, server });
  return isRight ? 0 : 1;
}

function positiveInteger(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a positive integer, not ${text}`);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`slotwire: ${(error as Error).message}`);
  process.exitCode = 2;
}
