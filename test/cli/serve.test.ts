import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('slotwire serve');

const COMMAND = new URL('../../src/cli/main.js', import.meta.url).pathname;
const OWN_CLIENT = new URL('../../src/index.js', import.meta.url).pathname;

/** Runs the command to its end. */
function serve(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [COMMAND, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

/** A client that sends a line, and prints what comes until the connection ends or it has heard enough. */
function rawClient(line: string, until: string): string[] {
  const source = `const s = require('net').connect(+process.env.SLOTWIRE_PORT, process.env.SLOTWIRE_HOST, () => s.write(${JSON.stringify(line)}));
    let t = ''; s.on('data', (c) => { t += c; if (t.endsWith(${JSON.stringify(until)})) s.destroy(); });
    s.on('error', () => {}); s.on('close', () => console.log(JSON.stringify(t)));`;
  return ['--', process.execPath, '-e', source];
}

test('a vector is the answer to a command, in pieces if wanted', async () => {
  const { code, output } = await serve('bulk/hello', '--cut', '1', ...rawClient('GET k\r\n', 'hello\r\n'));
  assert.is(code, 0, output);
  assert.match(output, /\["\$","hello"\]/);
  assert.match(output, /"\$5\\r\\nhello\\r\\n"/);
  assert.match(output, /0 < GET k/);
});

test('a real client can be tested with a vector', async () => {
  const source = `import(${JSON.stringify(OWN_CLIENT)}).then(async ({ connect }) => {
    const client = await connect({ host: '127.0.0.1', port: Number('{port}') });
    console.log('it says', await client.send(['INCR', 'k']), await client.send(['PING']));
    await client.close(); });`;
  const args = ['integer/2-53-plus-1', '--on', 'INCR', '--', process.execPath, '-e', source];
  const { code, output } = await serve(...args);
  assert.is(code, 0, output);
  assert.match(output, /it says 9007199254740993n OK/);
});

test('a script is played, and a client that does otherwise fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-serve-'));
  const file = join(folder, 'script.txt');
  writeFileSync(file, 'expect GET k\nsend "+a" \nsend "b\\r\\n" each 1\nplay integer/zero\nclose\n');
  const right = await serve(file, ...rawClient('GET k\r\n', '-'));
  const wrong = await serve(file, ...rawClient('GET x\r\n', '-'));
  const idle = await serve(file, '--', process.execPath, '-e', '0');
  writeFileSync(file, 'expect GET k\nsend "+a\\r\\n"\nsilence\n');
  const silent = await serve(file, ...rawClient('GET k\r\n', '+a\r\n'));
  const unused = await serve(file, '--cut', '1', ...rawClient('GET k\r\n', '+a\r\n'));
  rmSync(folder, { recursive: true });
  assert.is(right.code, 0, right.output);
  assert.match(right.output, /"\+ab\\r\\n:0\\r\\n"/);
  assert.is(wrong.code, 1, wrong.output);
  assert.match(wrong.output, /expected GET k, got GET x/);
  assert.is(idle.code, 1, idle.output);
  assert.match(idle.output, /5 of 5 steps were not reached/);
  assert.is(silent.code, 0, silent.output);
  assert.is(unused.code, 2, 'a script says itself how it is cut');
});

test('a client that ends badly fails, and one that cannot be run is a mistake', async () => {
  const { code } = await serve('simple/ok', '--', process.execPath, '-e', 'process.exit(7)');
  assert.is(code, 1);
  assert.is((await serve('simple/ok', '--', '/no/such/client')).code, 2);
});

test('what is neither a vector nor a file is a mistake, and so are numbers that are none', async () => {
  assert.is((await serve('no/such')).code, 2);
  assert.is((await serve('simple/ok', '--cut', 'x')).code, 2);
  assert.is((await serve('simple/ok', '--ending', 'never')).code, 2);
  assert.is((await serve()).code, 2);
  assert.is((await serve('--help')).code, 0);
});

test('a Unix socket has a path for the client, and no port that is none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-serve-'));
  const path = join(folder, 'socket');
  const client = `const s = require('net').connect('{address}', () => s.write('GET k\\r\\n'));
    s.on('data', () => s.destroy()); console.log('{address}' === process.env.SLOTWIRE_PATH, process.env.SLOTWIRE_PORT);`;
  const { code, output } = await serve('simple/ok', '--unix', path, '--', process.execPath, '-e', client);
  const mistakes = [
    ['--unix', path, '--', process.execPath, '-e', '0', '{port}'],
    ['--unix', path, '--', process.execPath, '-e', '0', '{host}'],
    ['--unix', path, '--port', '7000'],
    ['--once', '--', process.execPath, '-e', '0'],
  ];
  for (const args of mistakes) assert.is((await serve('simple/ok', ...args)).code, 2, args.join(' '));
  rmSync(folder, { recursive: true });
  assert.is(code, 0, output);
  assert.match(output, /true undefined\n/);
});

test('without a client it serves until the first connection ends, when told so', async () => {
  const child = spawn(process.execPath, [COMMAND, 'serve', 'simple/ok', '--once', '--ending', 'close']);
  const address = await new Promise<string>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /listening on (\S+)/.exec(chunk.toString());
      if (found !== null) resolve(found[1]!);
    });
  });
  const [host, port] = address.split(':');
  const client = spawn(process.execPath, [
    '-e',
    `require('net').connect(${port}, '${host}').on('data', () => {}).write('PING\\r\\n')`,
  ]);
  const [code] = await Promise.all([
    new Promise<number | null>((resolve) => child.on('close', resolve)),
    new Promise((resolve) => client.on('close', resolve)),
  ]);
  assert.is(code, 0);
});

test.run();
