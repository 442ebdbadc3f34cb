import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('integration/demo');
// As it is published.
const MAIN = resolve('dist/cli/main.js');

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

function slotwire(...args: string[]): Run {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const exitCode = new Promise<number | null>((settle) => child.on('close', settle));
  return { child, output: () => output, exitCode };
}

/** How many of the nodes that a demo said it started accept connections. */
async function listening(output: string): Promise<number> {
  const ports = [...output.matchAll(/127\.0\.0\.1:(\d+) (?:primary|replica)/g)].map(([, port]) => Number(port));
  const attempts = ports.map(
    (port) =>
      new Promise<number>((settle) => {
        const socket = connect(port, '127.0.0.1');
        socket.once('connect', () => settle(1)).once('error', () => settle(0));
        socket.once('connect', () => socket.destroy());
      }),
  );
  return (await Promise.all(attempts)).reduce((sum, one) => sum + one, 0);
}

test('the demo verifies its data under migration and a killed primary', async () => {
  const run = slotwire('demo', '--commands', '20000', '--callers', '100', '--seed', '1');
  const exitCode = await run.exitCode;
  const output = run.output();
  assert.is(exitCode, 0, output);
  assert.match(output, /GET testkey -> 25/);
  assert.match(output, /60 slots moved/);
  assert.match(output, /is primary now/);
  assert.match(output, /verification {2}exact/);
});

test('Ctrl-C stops what the demo started', async () => {
  const run = slotwire('demo');
  while (!run.output().includes('commands/s')) {
    assert.is(run.child.exitCode, null, run.output());
    await new Promise((settle) => run.child.stdout!.once('data', settle));
  }
  assert.is(await listening(run.output()), 6);
  run.child.kill('SIGINT');
  assert.is.not(await run.exitCode, 0);
  assert.is(await listening(run.output()), 0);
});

test('the command line explains itself, and refuses what it does not know', async () => {
  const help = slotwire('--help');
  assert.is(await help.exitCode, 0);
  assert.match(help.output(), /usage: slotwire/);
  const version = slotwire('--version');
  assert.is(await version.exitCode, 0);
  assert.match(version.output(), /^\d+\.\d+\.\d+\n$/);
  for (const args of [
    ['nothing'],
    ['demo', '--commands', 'x'],
    ['demo', '--server', '/nowhere/redis-server'],
    ['--what'],
  ]) {
    const run = slotwire(...args);
    assert.is(await run.exitCode, 2, args.join(' '));
    assert.match(run.output(), /^slotwire: /);
  }
  assert.is(await slotwire().exitCode, 2);
});

test.run();
