import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES, type CaseResult, FAILURES, type Run, runCases, startTarget } from '../../src/conformance/index.ts';
import { startCluster, startServer } from '../../src/testing/index.ts';

const test = suite('conformance of a real server');

const COMMAND = new URL('../../src/cli/main.js', import.meta.url);

let first: Run;

test('a real server fails nothing, and the suite has no error', async () => {
  const { target, stop } = await startTarget();
  try {
    first = await runCases(CASES, target);
  } finally {
    await stop();
  }
  const wrong = first.results.filter(({ verdict }) => FAILURES.includes(verdict) || verdict === 'error');
  assert.equal(wrong.map(outcome), []);
  assert.is(first.killedBy, undefined);
});

test('what is recorded was foreseen', () => {
  assert.equal(first.results.filter(({ alternative }) => alternative === 'other').map(outcome), []);
});

test('a second run gives the same verdicts, in another order and with other keys', async () => {
  const { target, stop } = await startTarget();
  try {
    const second = await runCases(CASES, target, { jobs: 12, seed: 'again' });
    const before = new Map(first.results.map((result) => [result.case.id, outcome(result)]));
    const changed = second.results.filter((result) => outcome(result) !== before.get(result.case.id));
    assert.equal(
      changed.map((result) => `${before.get(result.case.id)} -> ${outcome(result)}`),
      [],
    );
  } finally {
    await stop();
  }
});

test('the server alone is done in less than a minute', () => {
  assert.ok(first.ms < 60_000, `${first.ms} ms`);
});

test("somebody else's server keeps its keys and settings, and no key of the suite", async () => {
  const server = await startServer();
  const { code, output } = await conform([
    `${server.host}:${server.port}`,
    '--skip',
    'framing/s*',
    '--skip',
    'blocking',
  ]);
  const left = await ask(server.port, ['DBSIZE']);
  await server.stop();
  assert.is(code, 0, output);
  assert.match(output, / 0 failed, \d+ skipped\n$/);
  assert.is(left, ':0\r\n');
});

test('a Unix socket is a target like any other', async () => {
  const server = await startServer({ config: { unixsocket: 'server.sock' } });
  const { code, output } = await conform([
    `unix:${join(server.folder, 'server.sock')}`,
    '--only',
    'multibulk',
    '--only',
    'closing',
  ]);
  await server.stop();
  assert.is(code, 0, output);
  assert.match(output, / 0 failed, \d+ skipped\n$/);
});

test('with the password of a server the cases of AUTH run, and the others behind it', async () => {
  const server = await startServer({ config: { requirepass: 'sesame' } });
  const args = [`${server.host}:${server.port}`, '--only', 'auth', '--only', 'nulls', '--pass', 'sesame'];
  const { code, output } = await conform(args);
  const refused = await conform([`${server.host}:${server.port}`, '--only', 'nulls', '--pass', 'wrong']);
  await server.stop();
  assert.is(code, 0, output);
  assert.match(output, / 0 failed, \d+ skipped\n$/);
  assert.is(refused.code, 3, refused.output);
});

test("somebody's cluster is asked what it is, and left as it was", async () => {
  const cluster = await startCluster({ primaries: 3, replicasPerPrimary: 0 });
  const { code, output } = await conform([`cluster:127.0.0.1:1,${cluster.nodes[2]!.address}`]);
  const left = await Promise.all(cluster.nodes.map((node) => node.send(['DBSIZE'])));
  await cluster.stop();
  assert.is(code, 0, output);
  assert.match(output, /[2-9]\d passed, 0 failed, /);
  assert.equal(left, [0, 0, 0]);
});

test('the exit code says what went wrong', async () => {
  assert.is((await conform(['127.0.0.1:1'])).code, 3);
  assert.is((await conform(['127.0.0.1:1', '--only', 'no-such-case'])).code, 2);
  assert.is((await conform(['--no-such-flag'])).code, 2);
  assert.is((await conform(['explain', 'FRM-02'])).code, 0);
});

test('reports go to files, and are merged and compared', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-conform-'));
  const server = await startServer();
  const report = join(folder, 'report.json');
  const html = join(folder, 'matrix.html');
  const run = await conform([
    `${server.host}:${server.port}`,
    '--only',
    'nulls',
    '--reporter',
    `json=${report}`,
    '--reporter',
    'tap',
  ]);
  const merged = await conform(['merge', report, report, '--html', html]);
  const compared = await conform(['diff', report, report]);
  await server.stop();
  const page = readFileSync(html, 'utf8');
  rmSync(folder, { recursive: true });
  assert.match(run.output, /^TAP version 14\n/);
  assert.is(merged.code, 0, merged.output);
  assert.match(page, /nulls\/get-resp2/);
  assert.is(compared.code, 0, compared.output);
});

function outcome({ case: one, verdict, alternative = '', note = '' }: CaseResult): string {
  const why = FAILURES.includes(verdict) || verdict === 'error' ? note : '';
  return `${one.id} ${verdict} ${alternative} ${why}`.trim();
}

function conform(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [COMMAND.pathname, 'conform', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}

function ask(port: number, command: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${command.join(' ')}\r\n`));
    socket.once('data', (reply) => {
      resolve(reply.toString());
      socket.destroy();
    });
  });
}

test.run();
