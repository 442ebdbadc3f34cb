import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  applyBaseline,
  CASES,
  compareReports,
  findCase,
  formatBaseline,
  formatReport,
  heatStrip,
  makeReport,
  ownParser,
  parseBaseline,
  REPLY_VECTORS,
  type Report,
  readerInProcess,
  runCases,
  runVectors,
  selectCases,
  summaryLine,
  toHtml,
  toJUnit,
  toMarkdown,
  toTap,
  toTerminal,
} from '../../src/conformance/index.ts';
import { violations } from '../support/json-schema.ts';
import { junitViolations } from '../support/junit-schema.ts';
import { type Faults, smallTarget } from '../support/small-server.ts';

const test = suite('server reports');

const NAMES = [
  'framing/ping',
  'framing/two-in-one-write',
  'errors/crlf-in-name',
  'hello/three',
  'environment/hello-fields',
  'monitor/format',
];
const SCHEMA = new URL('../../../src/conformance/report/report.schema.json', import.meta.url);

// The error carries what XML and HTML cannot hold.
const EVIL: Faults = {
  answer: ([name = '']) => (name.startsWith('FOO') ? '-ERR ]]></script><b>\x01&"\u00e9\r\n' : undefined),
};

async function reportOf(faults: Faults = {}): Promise<Report> {
  const { target, close } = await smallTarget(faults);
  const run = await runCases(
    NAMES.map((name) => findCase(name)!),
    target,
    { timeoutMs: 150, quietMs: 20 },
  );
  close();
  return makeReport(run, { version: '1.2.3', options: { seed: 'x', only: NAMES, unsafe: true } });
}

const good = await reportOf();
const parsed = await runVectors(REPLY_VECTORS.slice(0, 20), readerInProcess(ownParser('1.2.3')), { version: '1.2.3' });
const bad = await reportOf({ ...EVIL, reply: (reply, args) => (args[0] === 'ECHO' ? reply + reply : reply) });

test('the JSON follows its schema', () => {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as unknown;
  for (const report of [good, bad, parsed]) assert.equal(violations(JSON.parse(formatReport(report)), schema), []);
});

test('the summary counts all', () => {
  assert.is(summaryLine(good), '4 passed, 1 failed, 1 skipped');
  assert.is(summaryLine(bad), '3 passed, 2 failed, 1 skipped');
});

test('only the bytes of failures are kept', () => {
  for (const { verdict, wire } of bad.cases) assert.is(wire !== undefined, verdict === 'fail');
});

test('JUnit follows its schema, whatever a server says, a parser’s report too', async () => {
  for (const report of [good, bad, parsed]) assert.equal(await junitViolations(toJUnit(report)), []);
  assert.not.match(toJUnit(bad), /<error/);
});

test('JUnit counts what the baseline has as skipped, and says what it is', async () => {
  const known = new Set(bad.cases.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id));
  const xml = toJUnit(bad, known);
  assert.equal(await junitViolations(xml), []);
  assert.not.match(xml, /<failure|failures="[1-9]/);
  assert.is(xml.match(/<skipped message="in the baseline: fail"\/>/g)?.length, known.size);
});

test('TAP has a plan, a line per case, and SKIP and TODO', () => {
  const tap = toTap(bad, new Set(['framing/two-in-one-write']));
  assert.match(tap, new RegExp(`^TAP version 14\n1\\.\\.${NAMES.length}\n`));
  assert.is(tap.match(/^(not )?ok \d+ - /gm)?.length, NAMES.length);
  assert.match(tap, /^not ok \d+ - framing\/two-in-one-write.* # TODO/m);
  assert.match(tap, /^ok \d+ - monitor\/format.* # SKIP needs --unsafe/m);
  assert.match(tap, /^ {2}---\n( {2}.*\n)+? {2}\.\.\.\n/m);
  assert.match(toTap({ ...bad, killedBy: 'framing/ping' }), /\nBail out! the server was gone after framing\/ping\n$/);
});

test('Markdown lists what failed, whatever it contains', () => {
  assert.match(toMarkdown(bad), /\*\*fail\*\* `framing\/two-in-one-write`/);
});

test('the page holds everything, asks the network for nothing, and no reply can end its script', () => {
  const html = toHtml([good, bad]);
  assert.is(html.match(/<\/script>/g)?.length, 2);
  assert.match(html, /Content-Security-Policy" content="default-src 'none'/);
  assert.not.match(html, /src=|@import|url\(|<link/);
  const data = JSON.parse(/id="data">(.*?)<\/script>/s.exec(html)![1]!) as { servers: unknown[]; cells: unknown[] };
  assert.is(data.servers.length, 2);
  assert.is(data.cells.length, NAMES.length);
});

test('the strip has a row for every server', () => {
  const svg = heatStrip([good, bad]);
  assert.ok(isWellFormed(svg), svg);
  assert.is(svg.match(/>small</g)?.length, 2);
});

test('the last line of the terminal is the summary, and it is plain without a terminal', () => {
  const text = toTerminal(bad, { color: false, width: 100 });
  assert.ok(text.endsWith(`${summaryLine(bad)}\n`));
  assert.not.ok(text.includes('\x1b'));
  assert.ok(text.includes('\x1b') !== toTerminal(bad, { color: true, width: 100 }).includes('\x1b'));
});

test('two reports are compared by case, and what fails anew is worse', () => {
  const changes = compareReports(good, bad);
  assert.ok(changes.some(({ id, isRegression }) => id === 'framing/two-in-one-write' && isRegression));
  assert.equal(compareReports(good, good), []);
  assert.not.ok(compareReports(bad, good).some(({ isRegression }) => isRegression));
  const fewer = { ...good, cases: good.cases.slice(1) };
  assert.equal(compareReports(good, fewer), [{ id: NAMES[0], before: 'pass', after: 'absent', isRegression: false }]);
});

test('a baseline excuses what it lists, and tells what is mended', () => {
  const baseline = parseBaseline(formatBaseline(bad));
  assert.equal(applyBaseline(bad, baseline), { news: [], mended: [] });
  assert.ok(applyBaseline(good, baseline).mended.includes('framing/two-in-one-write'));
  assert.ok(applyBaseline(bad, new Set()).news.length > 0);
});

test('cases are chosen by id, alias, section and pattern; what matches nothing is an error', () => {
  const chosen = selectCases(CASES, { only: ['FRM-02', 'nulls/blpop-*'] }).map(({ alias }) => alias);
  assert.equal(chosen, ['FRM-02', 'NUL-03', 'NUL-04']);
  assert.ok(selectCases(CASES, { only: ['framing'], skip: ['*split*'] }).every(({ id }) => !id.includes('split')));
  assert.ok(selectCases(CASES, { level: 'must' }).every(({ level }) => level === 'must'));
  assert.throws(() => selectCases(CASES, { only: ['framming'] }), /no case is called/);
});

/** Every element closed, in order. */
function isWellFormed(xml: string): boolean {
  const open: string[] = [];
  for (const [tag, closing, name, , selfClosing] of xml.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (tag.startsWith('<?')) continue;
    if (closing === '/') {
      if (open.pop() !== name) return false;
    } else if (selfClosing !== '/') open.push(name!);
  }
  const rest = xml.replace(/<\/?[a-zA-Z]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/g, '').replace(/^<\?xml[^>]*\?>/, '');
  return open.length === 0 && !/[<>]/.test(rest) && !/&(?!(amp|lt|gt|quot);)/.test(rest);
}

test.run();
