/** Faults that h2spec, Autobahn, JSONTestSuite, toml-test and resp-compatibility are known for: here they are absent. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runConform } from '../../src/cli/conform/conform.ts';
import {
  applyBaseline,
  CASES,
  findCase,
  formatReport,
  makeReport,
  parseBaseline,
  REPLY_VECTORS,
  type Report,
  runCases,
  type Target,
  toHtml,
  toJUnit,
  toTerminal,
} from '../../src/conformance/index.ts';
import { compareVersions } from '../../src/conformance/server-version.ts';
import { junitViolations } from '../support/junit-schema.ts';
import { quietly } from '../support/quietly.ts';
import { type Faults, SmallServer, smallTarget } from '../support/small-server.ts';

const test = suite('faults of prior tools');

const EVIL: Faults = {
  answer: (args) => (String(args) === 'GET' ? '-OOPS ]]></failure><x>\x01\x00&"\u00e9\x9b\r\n' : undefined),
  reply: (reply, args) => (args[0] === 'ECHO' ? reply + reply : reply),
};

async function reportOf(names: readonly string[], faults: Faults = {}, name = 'small'): Promise<Report> {
  const { target, close } = await smallTarget(faults);
  const cases = names.map((each) => findCase(each)!);
  const run = await runCases(cases, { ...target, name }, { timeoutMs: 1000, quietMs: 20 });
  close();
  return makeReport(run, { version: '1.2.3' });
}

const NAMES = ['framing/ping', 'framing/two-in-one-write', 'errors/arity', 'monitor/format'];

/** The exit code of the command. */
async function exitCode(args: readonly string[]): Promise<number> {
  return (await quietly(() => runConform(args))).result;
}

test('h2spec: ids are positions. Here an id is a name, the same wherever its case stands', () => {
  for (const { id, alias, section } of CASES) {
    assert.match(id, /^[a-z0-9-]+\/[a-z][a-z0-9-]*$/, id);
    assert.is(findCase(id)?.alias, alias);
    assert.is(id.split('/')[0], section);
  }
});

test('h2spec: a mistyped id is a green build. Here it is exit code 2', async () => {
  assert.is(await exitCode(['127.0.0.1:1', '--only', 'framing/pign']), 2);
  assert.is(await exitCode(['127.0.0.1:1', '--skip', 'framming']), 2);
  assert.is(await exitCode(['list', '--only', 'no/such']), 2);
  assert.is(await exitCode(['explain', 'no/such']), 2);
});

test('h2spec: a failed dial ends everything. Here one refused connection is one case, tried twice', async () => {
  const server = await SmallServer.listen();
  const plain = { host: '127.0.0.1', port: server.port };
  const nobody = { host: '127.0.0.1', port: 1 };
  const secured = { endpoint: nobody, password: 'x' };
  const target: Target = { name: 'half', plain, secured, gives: new Set() };
  const cases = ['auth/subscribe-first', 'framing/ping'].map((name) => findCase(name)!);
  const { results, killedBy } = await runCases(cases, target);
  server.close();
  assert.equal(
    results.map(({ verdict, attempts }) => [verdict, attempts]),
    [
      ['error', 2],
      ['pass', 1],
    ],
  );
  assert.is(killedBy, undefined);
});

test('h2spec: JUnit without names, failures as errors, texts unescaped. Here the XML is valid, whatever was said', async () => {
  const report = await reportOf(NAMES, EVIL);
  const xml = toJUnit(report);
  assert.equal(await junitViolations(xml), []);
  assert.is(xml.match(/<testcase name="[a-z0-9/-]+" classname="[a-z-]+"/g)?.length, NAMES.length);
  assert.is(xml.match(/<failure /g)?.length, 2);
  assert.is(xml.match(/<skipped /g)?.length, 1);
  assert.not.match(xml, /<error/);
});

test('h2spec: suites filled with empty entries. Here there is one for each case that ran or was skipped', async () => {
  const { cases } = await reportOf(NAMES, EVIL);
  assert.is(cases.length, NAMES.length);
  assert.is(toJUnit({ ...(await reportOf(NAMES)), cases }).match(/<testcase /g)?.length, NAMES.length);
});

test('the schema of JUnit is strict enough to find what h2spec got wrong', async () => {
  const xml = toJUnit(await reportOf(NAMES, EVIL));
  for (const [from, to] of [
    [' name="framing/ping"', ''],
    ['<testsuites>', '<testsuites tests="x">'],
    [' type="fail"', ''],
    ['timestamp="', 'timestamp="x'],
    ['    <properties>', '    <x>'],
  ] as const) {
    const broken = xml.replace(from, to);
    assert.is.not(broken, xml, from);
    assert.is.not((await junitViolations(broken)).length, 0, from);
  }
});

test('h2spec: no summary at the end. Here it is the last line', async () => {
  const text = toTerminal(await reportOf(NAMES, EVIL), { color: false, width: 120 });
  assert.match(text, /\n1 passed, 2 failed, 1 skipped\n$/);
});

test('h2spec and jetty: known failures had to be kept outside. Here a baseline excuses them, and tells what is mended', async () => {
  const bad = await reportOf(NAMES, EVIL);
  const baseline = parseBaseline('framing/two-in-one-write # is being worked at\nerrors/arity\n');
  assert.equal(applyBaseline(bad, baseline), { news: [], mended: [] });
  assert.equal(applyBaseline(await reportOf(NAMES), baseline).mended.length, 2);
});

test('Autobahn: no exit code. Here any failure is exit code 1, and none is 0', async () => {
  for (const [faults, code] of [
    [{}, 0],
    [EVIL, 1],
  ] as const) {
    const server = await SmallServer.listen(faults);
    const only = ['--only', 'framing/ping', '--only', 'framing/two-in-one-write'];
    assert.is(await exitCode([`127.0.0.1:${server.port}`, ...only]), code);
    server.close();
  }
});

test('Autobahn: it forgets earlier agents. Here reports are files, and any number of them is one matrix', async () => {
  const reports = await Promise.all(['one', 'two', 'three'].map((name) => reportOf(NAMES, {}, name)));
  const again = reports.map((report) => JSON.parse(formatReport(report)) as Report);
  assert.is(toHtml(again), toHtml(reports));
  for (const name of ['one', 'two', 'three']) assert.ok(toHtml(again).includes(`"target":"${name}"`));
});

test('Autobahn: the way a connection ends is a verdict of its own. Here it is expected and told for every case', async () => {
  const { cases } = await reportOf(['multibulk/letter', 'framing/ping']);
  assert.equal(
    cases.map(({ ending, expected }) => [ending, expected[0]?.ending ?? 'open']),
    [
      ['fin', 'closed'],
      ['open', 'open'],
    ],
  );
});

test('JSONTestSuite: duplicates. Here no two cases send and expect the same, and no two vectors say it of the same bytes', () => {
  const cases = CASES.map(({ steps, expect, protocol, server, stage }) =>
    JSON.stringify([steps, expect, protocol, server, stage]),
  );
  assert.equal(duplicates(cases), []);
  // What real servers were seen to send may be what a vector says as well.
  const made = REPLY_VECTORS.filter(({ id }) => !id.startsWith('server/'));
  assert.equal(duplicates(made.map(({ wire }) => JSON.stringify(wire))), []);
});

test('JSONTestSuite: no expected value. Here every vector has one, or says that it is free', () => {
  for (const { id, expect } of REPLY_VECTORS) {
    assert.ok('anyOf' in expect ? expect.anyOf.length > 1 : Array.isArray(expect.replies), id);
  }
});

test('resp-compatibility: versions as texts, FLUSHALL before each test. Here neither', () => {
  assert.ok(compareVersions('10.0.0', '7.0.0') > 0);
  for (const { id, steps, needs = [] } of CASES) {
    if (/FLUSH(ALL|DB)/.test(JSON.stringify(steps))) assert.ok(needs.includes('unsafe'), id);
  }
});

test('what stays open on purpose is said', () => {
  const readme = readFileSync(new URL('../../../src/conformance/cases/README.md', import.meta.url), 'utf8');
  assert.match(readme, /## What is left open on purpose/);
});

function duplicates(texts: readonly string[]): string[] {
  return texts.filter((text, at) => texts.indexOf(text) !== at);
}

test.run();
