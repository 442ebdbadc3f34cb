import { readdirSync, readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { placesOf } from '../bench/report/markdown.ts';
import { writtenTexts } from '../bench/report/write.ts';
import { DEFAULT_CONNECTIONS_PER_NODE, DEFAULT_HANDOVER_MS, DEFAULT_MAX_REDIRECTS } from '../src/cluster/options.ts';
import { TRANSITIONS } from '../src/net/connection-state.ts';
import { DEFAULTS, LEASE_DEFAULTS, SUBSCRIBE_DEFAULTS } from '../src/net/index.ts';
import { DEFAULT_LIMITS } from '../src/resp/index.ts';

const test = suite('documents');

function section(file: string, name: string): string {
  const text = readFileSync(file, 'utf8');
  const match = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(text);
  if (match === null) throw new Error(`${file} has no section ${name}`);
  return match[1]!;
}

/** The cells of a Markdown table's rows, without its head. */
function rows(table: string): string[][] {
  const lines = table.trim().split('\n').slice(2);
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

test('README’s error table is the taxonomy of errors.ts', () => {
  const source = readFileSync('src/errors.ts', 'utf8');
  const codes = new Set(source.match(/'ERR_[A-Z_]+'/g)!.map((code) => code.slice(1, -1)));
  codes.delete('ERR_INVALID_ARGUMENT');
  const classes = new Set([...source.matchAll(/^export class (\w+) /gm)].map(([, name]) => name));
  const table = rows(section('README.md', 'errors'));
  assert.equal(new Set(table.flatMap(([, cell]) => cell!.split(', '))), codes);
  assert.equal(new Set(table.map(([name]) => name)), classes);
});

test('README’s limits are the defaults', () => {
  const table = rows(section('README.md', 'limits'));
  const defaults = { ...DEFAULTS, ...LEASE_DEFAULTS, ...SUBSCRIBE_DEFAULTS };
  const numbers = Object.entries(defaults).filter(([, value]) => typeof value === 'number');
  const ofClusters = {
    connectionsPerNode: DEFAULT_CONNECTIONS_PER_NODE,
    maxRedirects: DEFAULT_MAX_REDIRECTS,
    handoverMs: DEFAULT_HANDOVER_MS,
  };
  const expected = [...numbers, ...Object.entries(ofClusters)];
  assert.equal(Object.fromEntries(table.map(([name, value]) => [name, Number(value)])), Object.fromEntries(expected));
});

test('README’s limits of the decoder are its defaults', () => {
  const [, listed] = /The decoder's own limits \(([^)]*)\)/.exec(readFileSync('README.md', 'utf8'))!;
  const entries = [...listed!.matchAll(/`(\w+)` (\d+)(?:\^(\d+)| (MiB|GiB))?/g)];
  const sizes = entries.map(([, name, number, power = 1, unit = '']) => {
    return [name, Number(number) ** Number(power) * ({ MiB: 2 ** 20, GiB: 2 ** 30 }[unit] ?? 1)];
  });
  assert.equal(Object.fromEntries(sizes), DEFAULT_LIMITS);
});

test('ARCHITECTURE’s diagram of a connection is the transition table', () => {
  const lines = Object.entries(TRANSITIONS).flatMap(([from, events]) =>
    Object.entries(events).map(([event, to]) => `  ${from} --> ${to}: ${event}`),
  );
  const diagram = ['```mermaid', 'stateDiagram-v2', '  [*] --> idle', ...lines, '  closed --> [*]', '```', ''].join(
    '\n',
  );
  assert.is(section('ARCHITECTURE.md', 'connection states'), diagram);
});

interface LinterRules {
  readonly overrides: readonly {
    readonly includes: readonly string[];
    readonly linter: {
      readonly rules: {
        readonly style?: {
          readonly noRestrictedImports?: { readonly options: { readonly patterns: readonly { group: string[] }[] } };
        };
      };
    };
  }[];
}

test('the linter refuses every import that ARCHITECTURE’s layers do not allow', () => {
  const [, ...layers] = /^ {4}(errors <- .*)$/m
    .exec(readFileSync('ARCHITECTURE.md', 'utf8'))![1]!
    .split(' <- ')
    .map((names) => names.match(/\w+/g)!);
  const { overrides }: LinterRules = JSON.parse(readFileSync('biome.json', 'utf8'));
  const refused = new Map(
    overrides.map(({ includes, linter: { rules } }) => {
      return [includes[0], rules.style?.noRestrictedImports?.options.patterns.flatMap(({ group }) => group)];
    }),
  );
  assert.equal(refused.get('src/errors.ts'), ['**']);
  assert.is(layers.flat().length, 8);
  for (const [position, names] of layers.entries()) {
    for (const name of names) {
      const left = layers.slice(0, position).flat();
      const others = layers.flat().filter((other) => other !== name);
      const wanted = others.map((other) => (left.includes(other) ? `!**/${other}/index.ts` : `**/${other}/**`));
      const missing = wanted.filter((glob) => !refused.get(`src/${name}/**`)!.includes(glob));
      assert.equal(missing, [], `src/${name}`);
    }
  }
});

// Thirty ways in which drivers have broken; the numbers are those of the project's list of incidents.
const FAILURE_MODES = 30;

test('every failure mode is named by a test', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const named = new Set<number>();
  for (const file of files) {
    const text = readFileSync(`test/${file}`, 'utf8');
    for (const [, numbers] of text.matchAll(/\[failure modes? ([\d, ]+)\]/g)) {
      for (const number of numbers!.split(', ')) named.add(Number(number));
    }
  }
  const all = Array.from({ length: FAILURE_MODES }, (_, n) => n + 1);
  assert.equal(
    all.filter((mode) => !named.has(mode)),
    [],
  );
});

test('the figures of the benchmarks in README.md and bench/README.md are those that are kept as JSON', () => {
  for (const [file, made] of writtenTexts()) {
    const text = readFileSync(file, 'utf8');
    assert.ok(placesOf(text).length > 0, `${file} has a place for figures`);
    assert.is(text, made, `${file}: npm run bench:readme`);
  }
});

test.run();
