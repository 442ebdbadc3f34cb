import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { summarize } from '../../bench/report/codec-ratios.ts';
import {
  type CodecDocument,
  type Environment,
  type Load,
  type PathDocument,
  readDocuments,
  writeDocument,
} from '../../bench/report/documents.ts';
import { goalsOf, isMet, limitOf } from '../../bench/report/goals.ts';
import { page } from '../../bench/report/html/page.ts';
import { fillPlaces, markdownTable, placesOf } from '../../bench/report/markdown.ts';
import { pathRows } from '../../bench/report/path-rows.ts';
import { PARTS, RESULTS } from '../../bench/report/write.ts';

const test = suite('bench/report');

const ENVIRONMENT: Environment = {
  machine: 'a machine',
  cores: 2,
  memoryGiB: 24,
  system: 'Linux',
  node: 'v20',
  versions: {},
  loadAverage: 0,
  date: '2026-11-28',
};
const timing = (leastNs: number): { ns: number; leastNs: number; spread: number } => ({
  ns: leastNs * 2,
  leastNs,
  spread: 0,
});

const CODEC: CodecDocument = {
  kind: 'codec',
  environment: ENVIRONMENT,
  rows: [
    {
      group: 'slot of a key',
      shape: 'a',
      chunk: '',
      results: { slotwire: timing(10), slow: timing(90), quick: timing(80) },
    },
    {
      group: 'slot of a key',
      shape: 'b',
      chunk: '',
      results: { slotwire: timing(10), slow: timing(20), quick: timing(30) },
    },
  ],
};

const THOUSAND: Load = {
  name: 'GET, 1000 callers',
  command: 'GET',
  valueBytes: 32,
  form: 'string',
  protocol: 3,
  batch: 1,
  keys: 1,
  callers: 1000,
  primaries: 3,
};

/** Three rounds in which we are 5, 8 and 6 times as fast as the better of two peers. */
const PATH: PathDocument = {
  kind: 'path',
  environment: ENVIRONMENT,
  seconds: 1,
  rounds: 3,
  loads: [THOUSAND],
  rows: pathRows(
    [500, 800, 600].flatMap((perSecond) => [
      { load: THOUSAND, driver: 'slotwire', perSecond },
      { load: THOUSAND, driver: 'ioredis', perSecond: 100 },
      { load: THOUSAND, driver: 'glide', perSecond: 40 },
      { load: THOUSAND, driver: 'bare sockets', perSecond: 9000 },
    ]),
  ),
};

test('ratios of the codec are to the fastest peer of each row, and are summed up by their geometric mean', () => {
  const [slots] = summarize(CODEC);
  assert.equal(
    slots!.rows.map(({ best, leastRatio }) => [best, leastRatio]),
    [
      ['quick', 8],
      ['slow', 2],
    ],
  );
  assert.is(slots!.leastMean, 4);
  assert.is(slots!.worst.shape, 'b');
});

test('a goal is judged by the medians, against the best client in JavaScript and nobody else', () => {
  const goal = goalsOf({ path: PATH }).find(({ text }) => text.startsWith('1000 callers, throughput'))!;
  assert.is(goal.value, 6);
  assert.is(isMet(goal), true);
  assert.is(limitOf(goal), 'at least 6');
  assert.is(isMet({ ...goal, value: 5.99 }), false);
  assert.is(isMet({ ...goal, atLeast: undefined } as never), undefined);
  assert.is(limitOf({ ...goal, atLeast: undefined, atMost: 1 / 7 } as never), 'at most 1/7');
});

test('what was not measured is no goal', () => {
  assert.equal(
    goalsOf({ path: PATH }).map(({ text }) => text),
    ['1000 callers, throughput to the best peer’s'],
  );
});

test('a document is read as it was written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slotwire-report-'));
  try {
    writeDocument(join(folder, 'codec.json'), CODEC);
    writeDocument(join(folder, 'path.json'), PATH);
    const read = readDocuments([join(folder, 'codec.json'), join(folder, 'path.json')]);
    assert.equal(read, { codec: CODEC, path: PATH });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('tables stand in their places, and a place of which nothing was made is an error', () => {
  const table = markdownTable([
    ['', 'n'],
    ['a', '1'],
  ]);
  const text = 'before\n<!-- bench:one -->\nold\n<!-- /bench:one -->\nafter\n';
  assert.equal(placesOf(text), ['one']);
  const filled = fillPlaces(text, { one: table });
  assert.is(filled, 'before\n<!-- bench:one -->\n|  | n |\n|---|---:|\n| a | 1 |\n<!-- /bench:one -->\nafter\n');
  assert.is(fillPlaces(filled, { one: table }), filled);
  assert.throws(() => fillPlaces(text, {}), /nothing was made for bench:one/);
});

test('the page needs nothing beside it: no script, no address to load from', () => {
  const html = page(readDocuments(PARTS.map((part) => `${RESULTS}/${part}.json`)));
  assert.match(html, /<svg/);
  assert.not.match(html, /<script|<link|<img|\ssrc=|url\(|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test.run();
