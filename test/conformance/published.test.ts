/** The reports that the repository publishes. */
import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { REPLY_VECTORS, type Report, selectCases } from '../../src/conformance/index.ts';
import { type Disagreement, explanation, readDisagreements, unexplained } from '../../tools/corpus/explain.ts';
import { violations } from '../support/json-schema.ts';

const test = suite('published reports');

const SCHEMA = JSON.parse(readFileSync('src/conformance/report/report.schema.json', 'utf8')) as unknown;

const servers = read('conformance').filter((name) => name !== 'conformance/disagreements.json');
const parsers = read('conformance/parsers');

function read(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}/${name}`);
}

function report(file: string): Report {
  return JSON.parse(readFileSync(file, 'utf8')) as Report;
}

test('every report follows the schema', () => {
  for (const file of [...servers, ...parsers]) assert.equal(violations(report(file), SCHEMA).slice(0, 3), [], file);
});

test('the published pages have less than a megabyte each', () => {
  for (const folder of ['conformance', 'conformance/parsers']) {
    const { length } = readFileSync(`${folder}/matrix.html`);
    assert.ok(length < 1_000_000, `${folder}: ${length}`);
  }
});

test('every parser was given every vector of today', () => {
  const ids = REPLY_VECTORS.map(({ id }) => id);
  for (const file of parsers) {
    assert.equal(
      report(file).cases.map(({ id }) => id),
      ids,
      file,
    );
  }
});

test('every disagreement of a parser is explained, and every explanation is about one', () => {
  const reports = parsers.map(report);
  const disagreements = readDisagreements();
  assert.equal(unexplained(reports, disagreements), []);
  assert.not.match(explanation(reports, disagreements), /^- vectors: $/m);
  const vectors = REPLY_VECTORS.map(({ id }) => ({ id, section: id.split('/')[0]!, level: 'must' as const }));
  for (const { vectors: only, title } of disagreements) {
    assert.not.throws(() => selectCases(vectors, { only }), title);
  }
});

test('a failure that nobody explains is told', () => {
  const none: Disagreement[] = [];
  assert.ok(unexplained(parsers.map(report), none).length > 500);
});

test('no published server fails a case, and no run had a fault of its own', () => {
  for (const file of servers) {
    const wrong = report(file).cases.filter(({ verdict }) => ['fail', 'hang', 'crash', 'error'].includes(verdict));
    assert.equal(
      wrong.map(({ id }) => id),
      [],
      file,
    );
  }
});

test.run();
