import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ServerBinary } from '../../src/testing/server-binary.ts';
import { type ServerOptions, type ServerProcess, startServer } from '../../src/testing/server-process.ts';
import { waitUntil } from '../../src/testing/wait-until.ts';
import { errorOf, runModule } from './support.ts';

const test = suite('testing/server-process');

// A server that only answers, so that no real one is needed; the directive `behave` says how it misbehaves.
const FAKE_SERVER = `
const { createServer } = require('node:net');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const config = readFileSync(process.argv[2], 'utf8');
const directive = (name) => new RegExp('^' + name + ' (.*)$', 'm').exec(config)?.[1];
const behave = directive('behave');
console.log('starting on', directive('port'));
let answers = 0;
if (behave === 'exit') { console.error('FATAL: bad directive'); process.exit(1); }
if (behave?.startsWith('taken') && !existsSync(behave.slice(6))) {
  writeFileSync(behave.slice(6), '');
  console.error('bind: Address already in use');
  process.exit(1);
}
createServer((socket) => socket.on('error', () => {}).on('data', () => {
  if (behave === 'mute') return;
  console.log('answered');
  socket.write(behave === 'load' && ++answers < 3 ? '-LOADING\\r\\n' : '+PONG\\r\\n');
})).listen(Number(directive('port')), directive('bind'));
`;

let folder: string;
let binary: ServerBinary;
const started: ServerProcess[] = [];

test.before(() => {
  folder = mkdtempSync(join(tmpdir(), 'slotwire-test-'));
  writeFileSync(join(folder, 'fake-server.cjs'), FAKE_SERVER);
  const prefix = [join(folder, 'fake-server.cjs')];
  binary = { command: process.execPath, prefix, name: 'redis', version: [7, 0, 0] };
});

test.after(async () => {
  await Promise.all(started.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

async function start(options: ServerOptions = {}): Promise<ServerProcess> {
  const server = await startServer({ server: binary, ...options });
  started.push(server);
  return server;
}

/** `T` for a stopped process, `Z` for a dead one that nobody asked about, empty when there is none. */
function processState(pid: number | undefined): string {
  return spawnSync('ps', ['-o', 'state=', '-p', String(pid)])
    .stdout.toString()
    .trim();
}

test('a server is configured in a folder of its own, and given directives replace the default ones', async () => {
  const server = await start({ config: { appendonly: 'yes', user: ['a on', 'b off'] } });
  const config = readFileSync(join(server.folder, 'server.conf'), 'utf8').trim().split('\n');
  assert.ok(config.includes(`port ${server.port}`));
  assert.ok(config.includes('bind 127.0.0.1'));
  assert.ok(config.includes('appendonly yes'));
  assert.not(config.includes('appendonly no'));
  assert.equal(config.slice(-2), ['user a on', 'user b off']);
  await server.stop();
});

test('a server is ready when it answers something else than that it is loading', async () => {
  const server = await start({ config: { behave: 'load' } });
  assert.is(server.log.match(/answered/g)?.length, 3);
  assert.is(server.state, 'running');
  await server.stop();
});

test('a killed server comes back on its port and in its folder', async () => {
  const server = await start();
  const { folder: own, pid, port } = server;
  await server.kill();
  assert.is(server.state, 'stopped');
  assert.is(server.pid, undefined);
  assert.ok(existsSync(own));
  await server.restart();
  assert.is(server.port, port);
  assert.is.not(server.pid, pid);
  assert.is(server.log.match(/starting on/g)?.length, 2);
  await server.stop();
});

test('a paused server is frozen, not gone, until it is resumed', async () => {
  const server = await start();
  const stateOf = () =>
    spawnSync('ps', ['-o', 'state=', '-p', String(server.pid)])
      .stdout.toString()
      .trim();
  server.pause();
  assert.is(server.state, 'paused');
  await waitUntil(2000, async () => (stateOf().startsWith('T') ? undefined : `state ${stateOf()}`));
  server.resume();
  assert.is(server.state, 'running');
  await waitUntil(2000, async () => (stateOf().startsWith('T') ? 'it is still stopped' : undefined));
  await server.stop();
});

test('a stopped server leaves nothing behind, and can be stopped again', async () => {
  const server = await start();
  await server.stop();
  assert.not(existsSync(server.folder));
  assert.is(server.log, '');
  await server.stop();
  server.pause();
  assert.is(server.state, 'stopped');
});

test('a server that ends while it starts is an error with the end of its log', async () => {
  const { message } = await errorOf(start({ config: { behave: 'exit' } }));
  assert.match(message, /ended while it was starting.*\n[\s\S]*FATAL: bad directive/);
});

test('a program that cannot be started at all is an error too', async () => {
  const nothing = { ...binary, command: join(folder, 'nothing') };
  assert.match((await errorOf(start({ server: nothing }))).message, 'ended while it was starting');
});

test('a server that does not answer in time is an error, and is stopped', async () => {
  const { message } = await errorOf(start({ config: { behave: 'mute' }, readyTimeoutMs: 1 }));
  assert.match(message, 'did not answer within 1 ms');
});

test('another port is taken when somebody was faster', async () => {
  const server = await start({ config: { behave: `taken ${join(folder, 'once')}` } });
  assert.is(server.state, 'running');
  await server.stop();
});

test('but not when the port was asked for: whoever listens there is not taken for ours', async () => {
  const first = await start();
  const { message } = await errorOf(start({ port: first.port }));
  assert.is(message, `127.0.0.1:${first.port}: address already in use`);
  await first.stop();
});

const MODULE = JSON.stringify(new URL('../../src/testing/server-process.js', import.meta.url).href);

/** Runs a process that starts a server and then does something else; what remains of the server is returned. */
async function serverOfProcess(then: string, kill?: NodeJS.Signals): Promise<{ pid: number; folder: string }> {
  const text = `import { startServer } from ${MODULE};
    const server = await startServer({ server: ${JSON.stringify(binary)} });
    console.log(server.pid, server.folder);
    ${then}`;
  const { output } = await runModule(text, kill);
  const [pid, own = ''] = output.trim().split(' ');
  return { pid: Number(pid), folder: own };
}

// Who adopts orphans may take a while to bury them.
async function findSurvivor(pid: number): Promise<string | undefined> {
  return /^Z?$/.test(processState(pid)) ? undefined : `process ${pid} still runs`;
}

const STAY = 'setInterval(() => {}, 1000);';

for (const [how, then, kill] of [
  ['comes to its end', '', undefined],
  ['throws', 'throw new Error();', undefined],
  ['is interrupted', STAY, 'SIGINT'],
] as const) {
  test(`a server and its folder are gone when its process ${how}`, async () => {
    const { pid, folder: own } = await serverOfProcess(then, kill);
    assert.ok(pid > 0);
    await waitUntil(2000, () => findSurvivor(pid));
    assert.not(existsSync(own));
  });
}

const testWithSetpriv = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0 ? test : test.skip;

testWithSetpriv('a server is gone even when its process is killed', async () => {
  const { pid, folder: own } = await serverOfProcess(STAY, 'SIGKILL');
  assert.ok(pid > 0);
  await waitUntil(2000, () => findSurvivor(pid));
  rmSync(own, { recursive: true, force: true });
});

test.run();
