import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runConform } from '../../src/cli/conform/conform.ts';
import { runVectorsCommand } from '../../src/cli/vectors/vectors.ts';
import { junitViolations } from '../support/junit-schema.ts';
import { quietly } from '../support/quietly.ts';
import { type Faults, SmallServer } from '../support/small-server.ts';

const test = suite('slotwire conform and vectors');

const BROKEN: Faults = { reply: (reply, args) => (args[0] === 'ECHO' ? reply + reply : reply) };
const FEW = ['--only', 'framing/ping', '--only', 'framing/two-in-one-write', '--only', 'framing/payload-like-resp'];
const folder = mkdtempSync(join(tmpdir(), 'slotwire-cli-'));

function file(name: string): string {
  return join(folder, name);
}

async function conform(...args: string[]): Promise<{ code: number; output: string }> {
  const { result, output } = await quietly(() => runConform(args));
  return { code: result, output };
}

async function vectors(...args: string[]): Promise<{ code: number; output: string }> {
  const { result, output } = await quietly(() => runVectorsCommand(args));
  return { code: result, output };
}

/** Runs the few cases against a small server with these faults. */
async function against(faults: Faults, ...args: string[]): Promise<{ code: number; output: string }> {
  const server = await SmallServer.listen(faults);
  try {
    return await conform(`127.0.0.1:${server.port}`, ...FEW, ...args);
  } finally {
    server.close();
  }
}

test('what conforms is 0, what fails 1, and the last line counts', async () => {
  const good = await against({});
  assert.is(good.code, 0, good.output);
  assert.match(good.output, /\n3 passed, 0 failed, 0 skipped\n$/);
  const bad = await against(BROKEN);
  assert.is(bad.code, 1);
  assert.match(bad.output, /\n1 passed, 2 failed, 0 skipped\n$/);
});

test('a mistake is 2, before anything is connected to', async () => {
  const nobody = '127.0.0.1:1';
  const mistakes = [
    [nobody, '--only', 'no/such'],
    [nobody, '--no-such-flag'],
    [nobody, '--reporter', 'xml'],
    [nobody, '--reporter', 'json=/no/such/folder/report.json'],
    [nobody, '--strict-baseline'],
    [nobody, '--update-baseline'],
    ['replay', 'FRM-02'],
    ['replay'],
    [nobody, '--level', 'high'],
    [nobody, '--resp', '4'],
    [nobody, '--as', 'redis'],
    [nobody, '--timeout', 'soon'],
    [nobody, '--wire', 'some'],
    [nobody, '--baseline', file('none')],
    [nobody, '--tls', '--ca', file('none')],
    [nobody, 'and-another'],
    ['nowhere'],
    ['diff', file('none'), file('none')],
    ['merge'],
    ['explain', 'no/such'],
    [],
  ];
  for (const args of mistakes) assert.is((await conform(...args)).code, 2, args.join(' '));
});

test('an option that would do nothing is a mistake', async () => {
  const nobody = '127.0.0.1:1';
  const mistakes = [
    [nobody, '--json'],
    [nobody, '--html', file('none')],
    [nobody, '--sni', 'name'],
    [nobody, '--insecure'],
    [nobody, '--user', 'somebody'],
    [`cluster:${nobody}`, '--unsafe'],
    [`cluster:${nobody}`, '--yes-i-may'],
    [`cluster:${nobody}`, '--replica', nobody],
    ['/no/such/server', '--start', '--tls'],
    ['replay', 'FRM-02', nobody, '--wire', 'none'],
    ['list', '--unsafe'],
    ['explain', 'FRM-02', '--level', 'must'],
    ['diff', file('none'), file('none'), '--html', file('none')],
  ];
  for (const args of mistakes) assert.is((await conform(...args)).code, 2, args.join(' '));
  const ofVectors = [
    ['run', '--only', 'simple/ok', '--tls'],
    ['run', '--only', 'simple/ok', '--timeout', '100'],
    ['run', '--only', 'simple/ok', '--update-baseline'],
    ['list', '--baseline', file('none')],
    ['explain', 'simple/ok', '--resp', '2'],
    ['export', file('unwritten'), '--unsafe'],
  ];
  for (const args of ofVectors) {
    const { code, output } = await vectors(...args);
    assert.is(code, 2, args.join(' '));
    assert.match(output, /^slotwire vectors: --/);
  }
});

test('nobody there is 3, and so is a server that dies', async () => {
  assert.is((await conform('127.0.0.1:1')).code, 3);
  assert.is((await conform('cluster:127.0.0.1:1')).code, 3);
  assert.is((await conform('--start', '/no/such/server')).code, 3);
  const dying: Faults = {
    answer: (args, client) => {
      if (args[0] === 'ECHO') client.server.close();
      return undefined;
    },
  };
  const { code, output } = await against(dying, '--timeout', '300');
  assert.is(code, 3, output);
  assert.match(output, /the server was gone after framing\//);
});

test('a baseline is written, excuses what it lists, and tells what is new and what is mended', async () => {
  const baseline = file('baseline.txt');
  assert.is((await against(BROKEN, '--baseline', baseline, '--update-baseline')).code, 0);
  assert.match(readFileSync(baseline, 'utf8'), /^framing\/two-in-one-write {2}# fail$/m);
  assert.is((await against(BROKEN, '--baseline', baseline)).code, 0);
  const mended = await against({}, '--baseline', baseline);
  assert.is(mended.code, 0);
  assert.match(mended.output, /in the baseline, but mended: framing\/two-in-one-write/);
  assert.is((await against({}, '--baseline', baseline, '--strict-baseline')).code, 1);
  writeFileSync(baseline, 'framing/ping\n');
  const fresh = await against(BROKEN, '--baseline', baseline);
  assert.is(fresh.code, 1);
  assert.match(fresh.output, /not in the baseline: framing\/two-in-one-write/);
});

test('one run writes any number of reports, each to its file', async () => {
  const reports = ['json', 'junit', 'tap', 'md', 'html'].map((name) => `${name}=${file(`report.${name}`)}`);
  const given = ['--reporter', reports.slice(0, 3).join(','), '--reporter', reports[3]!, '--reporter', reports[4]!];
  const { code, output } = await against(BROKEN, ...given, '--seed', 'x', '--level', 'must', '--resp', 'both');
  assert.is(code, 1);
  assert.is(output, '', 'nothing for people was asked for');
  const { options } = JSON.parse(readFileSync(file('report.json'), 'utf8')) as { options: Record<string, unknown> };
  assert.equal([options['seed'], options['level'], (options['only'] as string[]).length], ['x', 'must', 3]);
  assert.equal(await junitViolations(readFileSync(file('report.junit'), 'utf8')), []);
  assert.match(readFileSync(file('report.tap'), 'utf8'), /^TAP version 14\n1\.\.3\n/);
  assert.match(readFileSync(file('report.md'), 'utf8'), /^### 127\.0\.0\.1:\d+: 1 passed, 2 failed/);
  assert.match(readFileSync(file('report.html'), 'utf8'), /^<!doctype html>/);
});

test('a password is in no report', async () => {
  const server = await SmallServer.listen({}, 'sesame');
  const args = [`127.0.0.1:${server.port}`, ...FEW, '--pass', 'sesame', '--wire', 'all'];
  await conform(...args, '--reporter', `json=${file('secret.json')}`);
  server.close();
  const text = readFileSync(file('secret.json'), 'utf8');
  const sent = [...text.matchAll(/"direction":"sent","base64":"([^"]*)"/g)].map(([, bytes]) =>
    Buffer.from(bytes!, 'base64'),
  );
  assert.not.match(text, /sesame/);
  assert.ok(sent.length > 0 && sent.every((bytes) => !bytes.includes('sesame')));
});

test('reports are compared, and put side by side', async () => {
  await against({}, '--reporter', `json=${file('good.json')}`);
  await against(BROKEN, '--reporter', `json=${file('bad.json')}`);
  const worse = await conform('diff', file('good.json'), file('bad.json'));
  assert.is(worse.code, 1);
  assert.match(worse.output, /^worse {2}framing\/two-in-one-write: pass -> fail$/m);
  assert.is((await conform('diff', file('bad.json'), file('good.json'))).code, 0);
  const html = file('matrix.html');
  const merged = await conform(
    'merge',
    file('good.json'),
    file('bad.json'),
    '--html',
    html,
    '--svg',
    file('strip.svg'),
  );
  assert.is(merged.code, 0);
  assert.ok(existsSync(html) && readFileSync(file('strip.svg'), 'utf8').startsWith('<svg'));
});

test('cases are listed and explained, and one is replayed byte by byte', async () => {
  const must = await conform('list', '--level', 'must');
  assert.not.match(must.output, /^\S+ +(should|info) /m);
  assert.is((JSON.parse((await conform('list', '--json', '--only', 'framing')).output) as unknown[]).length, 23);
  assert.is(
    (JSON.parse((await conform('list', '--json', '--only', 'nulls/get*', '--resp', '3')).output) as unknown[]).length,
    1,
  );
  const explained = await conform('explain', 'MBL-05');
  for (const part of ['multibulk/letter', 'should', 'see ', '*a', 'closed'])
    assert.ok(explained.output.includes(part), part);
  const server = await SmallServer.listen();
  const { code, output } = await conform('replay', 'FRM-01', `127.0.0.1:${server.port}`);
  server.close();
  assert.is(code, 0);
  assert.match(output, / ms {2}a > "\*1\\r\\n\$4\\r\\nPING\\r\\n"\n.* ms {2}a < "\+PONG\\r\\n"/);
});

test('vectors are listed, explained, exported, and run through the decoder of this package', async () => {
  assert.match((await vectors('list', '--only', 'integer', '--resp', '2')).output, /\n46 vectors\n$/);
  assert.match((await vectors('explain', 'integer/zero')).output, /"wire": ":0\\r\\n"/);
  assert.is((await vectors('export', file('vectors'), '--only', 'bulk')).code, 0);
  assert.is(readFileSync(file('vectors/bulk/hello.resp'), 'latin1'), '$5\r\nhello\r\n');
  assert.match(readFileSync(file('vectors/bulk/hello.json'), 'utf8'), /"id":"bulk\/hello"/);
  const { code, output } = await vectors('run', '--only', 'bulk', '--only', 'integer');
  assert.is(code, 0);
  assert.match(output, /\n61 passed, 0 failed, 0 skipped\n$/);
});

test('a parser that fails is 1, an adapter that does not start 3, a mistake 2', async () => {
  const silent = `process.stdout.write('["parser",{"name":"x"}]\\n'); process.stdin.on('data', (c) => {
    for (const _ of c.toString().matchAll(/^\\d+ [\\d ]+$/gm)) process.stdout.write('["end"]\\n'); });`;
  const wrong = await vectors('run', '--only', 'simple/ok', '--', process.execPath, '-e', silent);
  assert.is(wrong.code, 1, wrong.output);
  assert.is((await vectors('run', '--only', 'simple/ok', '--', '/no/such/adapter')).code, 3);
  assert.is((await vectors('run', '--only', 'no/such')).code, 2);
  assert.is((await vectors('export')).code, 2);
  assert.is((await vectors('explain', 'x')).code, 2);
  assert.is((await vectors()).code, 2);
  assert.is((await vectors('--help')).code, 0);
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
