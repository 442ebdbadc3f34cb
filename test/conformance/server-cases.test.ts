import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CASES, findCase, Pattern, SECTIONS } from '../../src/conformance/index.ts';
import { violations } from '../support/json-schema.ts';

const test = suite('server cases');

// From build/test/conformance to src, where the cases lie for readers in any language.
const FOLDER = new URL('../../../src/conformance/cases/', import.meta.url);
const WORDS = { key: (name: string) => name, values: new Map<string, string>() };

test('every file follows the schema', () => {
  const schema = readJson('cases.schema.json');
  for (const file of files()) assert.equal(violations(readJson(file), schema), [], file);
});

test('every file is in the suite, and named after its section', () => {
  assert.equal(
    [...SECTIONS.keys()].sort(),
    files()
      .map((file) => file.replace('.json', ''))
      .sort(),
  );
});

test('there are five hundred cases at least', () => {
  assert.ok(CASES.length >= 500, String(CASES.length));
});

test('ids and aliases are unique, and either finds its case', () => {
  const names = CASES.flatMap(({ id, alias }) => [id, alias]);
  assert.is(new Set(names).size, names.length);
  assert.is(findCase('FRM-02')?.id, 'framing/split-every-byte');
  assert.is(findCase('framing/split-every-byte')?.alias, 'FRM-02');
});

test('every id begins with its section, every case has a source', () => {
  for (const { id, section, refs } of CASES) {
    assert.ok(id.startsWith(`${section}/`), id);
    assert.ok(refs.length > 0, id);
  }
});

test('every pattern can be read, and every answer has one for each step', () => {
  for (const { id, steps, expect, known = [] } of CASES) {
    for (const { replies } of [...expect, ...known]) {
      assert.is(replies.length, steps.length, id);
      for (const text of replies) assert.not.throws(() => new Pattern(text, WORDS), `${id}: ${text}`);
    }
  }
});

test('what is only recorded never fails, and what may fail has a way to pass', () => {
  for (const { id, level, expect } of CASES) {
    const verdicts = expect.map(({ verdict }) => verdict);
    assert.is(level === 'info', verdicts.includes('info'), id);
    assert.is(level !== 'info', verdicts.includes('pass'), id);
  }
});

test('commands that harm a server in use are marked', () => {
  const harmful = /"(FLUSHDB|FLUSHALL|SHUTDOWN|DEBUG|MONITOR|REPLICAOF)"|"CONFIG", ?"SET"|"SCRIPT", ?"KILL"/;
  for (const { id, steps, needs = [] } of CASES) {
    if (!harmful.test(JSON.stringify(steps))) continue;
    assert.ok(
      needs.some((need) => ['unsafe', 'users', 'own-cluster'].includes(need)),
      id,
    );
  }
});

test('every finding has a page, and every page a case, or a disagreement of parsers', () => {
  const folder = new URL('../../../docs/findings/', import.meta.url);
  const pages = readdirSync(folder).map((name) => name.replace('.md', ''));
  const disagreements = JSON.parse(
    readFileSync(new URL('../../../conformance/disagreements.json', import.meta.url), 'utf8'),
  );
  const sources: { finding?: string }[] = [...CASES, ...disagreements];
  const named = new Set(sources.flatMap(({ finding }) => (finding === undefined ? [] : [finding])));
  assert.equal([...named].sort(), pages.sort());
});

function files(): string[] {
  return readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'cases.schema.json');
}

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as unknown;
}

test.run();
