import { Buffer } from 'node:buffer';
import { PassThrough } from 'node:stream';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  AdapterReader,
  ownParser,
  REPLY_VECTORS,
  runVectors,
  serveParser,
  Unreachable,
} from '../../src/conformance/index.ts';
import { parseProfile } from '../../src/conformance/parsers/adapter-process.ts';
import { chunkPlans, chunksOf } from '../../src/conformance/parsers/chunk-plan.ts';
import { isOutcome, isValue } from '../../src/conformance/parsers/reading.ts';
import { StreamReader } from '../../src/conformance/parsers/serve-parser.ts';

const test = suite('adapters');

const HELLO = `process.stdout.write('["parser",{"name":"script","version":"1"}]\\n');`;
const PATIENT = { silenceMs: 60_000, startMs: 60_000 };
const OK = REPLY_VECTORS.filter(({ id }) => id === 'simple/ok');

function script(source: string): string[] {
  return [process.execPath, '-e', source];
}

async function verdictOf(source: string, vectors = OK, limits = PATIENT): Promise<string[]> {
  const reader = await AdapterReader.start(script(HELLO + source), limits);
  try {
    const { cases } = await runVectors(vectors, reader, { version: '1.2.3' });
    return cases.map(({ verdict, note = '' }) => `${verdict} ${note}`.trim());
  } finally {
    await reader.stop();
  }
}

test('a parser that says what it should passes, in any process', async () => {
  // It knows one reply, and how often it is asked for it.
  const source = `let n = 0; process.stdin.on('data', (c) => { for (const m of c.toString().matchAll(/^(\\d+) [\\d ]+$/gm))
    process.stdout.write('["+","OK"]\\n' + (m[1] > 5 ? '["+","next"]\\n' : '') + '["end"]\\n'); });`;
  assert.equal(await verdictOf(source), ['pass']);
});

test('a parser that never comes to an end hangs, and the next vector finds a new one', async () => {
  const vectors = REPLY_VECTORS.filter(({ id }) => id === 'simple/ok' || id === 'simple/empty');
  const verdicts = await verdictOf(`process.stdin.on('data', () => { for (;;); });`, vectors, {
    ...PATIENT,
    silenceMs: 200,
  });
  assert.equal(verdicts.length, 2);
  for (const verdict of verdicts) assert.match(verdict, /^hang does not come to an end/);
});

test('a parser that takes its process down crashes, whatever the exit code', async () => {
  assert.match((await verdictOf(`process.stdin.on('data', () => process.exit(0));`))[0]!, /^crash .*exit code 0/);
  const words = (await verdictOf(`process.stdin.on('data', () => { throw new Error('its last words'); });`))[0]!;
  assert.match(words, /^crash .*exit code 1/);
  assert.match(
    (await verdictOf(`process.stdin.on('data', () => process.kill(process.pid, 'SIGKILL'));`))[0]!,
    /SIGKILL/,
  );
});

test('a parser that says something else is wrong, and one that refuses refuses', async () => {
  assert.match((await verdictOf(answer('["+","KO"]')))[0]!, /^fail delivers another value/);
  assert.match((await verdictOf(answer('["fail","no"]')))[0]!, /^fail ends with an error where there is none: no/);
  assert.match((await verdictOf(answer('')))[0]!, /^fail waits for more/);
});

function answer(line: string): string {
  const said = line === '' ? '' : `${line}\\n`;
  return `process.stdin.on('data', (c) => { for (const m of c.toString().matchAll(/^\\d+ [\\d ]+$/gm))
    process.stdout.write('${said}["end"]\\n'); });`;
}

test('what does not start, or does not say who it is, is unreachable', async () => {
  for (const command of [['/no/such/program'], script(''), script(`console.log('hello')`)]) {
    const [result] = await Promise.allSettled([AdapterReader.start(command, PATIENT)]);
    assert.ok(result!.status === 'rejected' && result!.reason instanceof Unreachable, command.join(' '));
  }
});

test('the first line says name, version and protocols', () => {
  assert.equal(parseProfile('["parser",{"name":"x","version":"1","protocols":[2]}]'), {
    name: 'x',
    version: '1',
    protocols: [2],
  });
  assert.equal(parseProfile('["parser",{"name":"x"}]'), { name: 'x', version: '', protocols: [2, 3] });
  for (const line of ['', 'x', '[]', '{}', '["parser"]', '["parser",{}]', '["+","OK"]']) {
    assert.is(parseProfile(line), undefined);
  }
});

test('an adapter in JavaScript is one call: streams in, lines out', async () => {
  const input = new PassThrough();
  const said: string[] = [];
  serveParser(ownParser('9.9.9'), { input, write: (text) => said.push(text) });
  // In pieces that are not those of the streams.
  for (const piece of ['5', ' 2 3\n+OK', '\r\n7 1\n:1\r\n:2', '\r', '6 6\n:x\r\n+a', '0 1\n']) input.write(piece);
  await new Promise((resolve) => setImmediate(resolve));
  const lines = said.join('').trim().split('\n');
  assert.equal(lines.slice(0, 5), [
    '["parser",{"name":"slotwire","version":"9.9.9","protocols":[2,3]}]',
    '["text","OK"]',
    '["end"]',
    '["number","1"]',
    '["end"]',
  ]);
  assert.match(lines[5]!, /^\["fail","ProtocolError/);
  assert.equal(lines.slice(6), ['["end"]', '["end"]']);
});

test('every stream is given whole, byte by byte and cut in two', () => {
  const plans = chunkPlans(4);
  assert.equal(
    plans.map(({ how }) => how),
    ['whole', 'byte by byte', 'cut at 1', 'cut at 2', 'cut at 3'],
  );
  for (const plan of plans) assert.is(Buffer.concat([...chunksOf(Buffer.from('abcd'), plan)]).toString(), 'abcd');
  assert.equal(chunkPlans(0).length, 1);
  assert.ok(chunkPlans(100_000).length < 50);
});

test('a chunk plan crosses the pipe unchanged', () => {
  const streams = new StreamReader();
  streams.feed(Buffer.from('4 1 2\nabcd'));
  const { wire, plan } = streams.next()!;
  assert.equal([...chunksOf(wire, plan)].map(String), ['a', 'bc', 'd']);
  assert.is(streams.next(), undefined);
});

test('a value is what was said in its own tag, or in one that stands for several', () => {
  const same: [Parameters<typeof isValue>[0], unknown][] = [
    [
      ['+', 'a'],
      ['+', 'a'],
    ],
    [
      ['+', 'a'],
      ['text', 'a'],
    ],
    [
      ['$', { base64: '/w==' }],
      ['text', { hex: 'ff' }],
    ],
    [
      ['$', { base64: '/w==' }],
      ['text', '\ufffd'],
    ],
    [
      ['!', 'x'],
      ['error', 'x'],
    ],
    [
      [':', '5'],
      ['number', '5'],
    ],
    [
      [',', '0.1'],
      ['number', '0.10000000000000001'],
    ],
    [
      [',', 'inf'],
      ['number', 'Infinity'],
    ],
    [
      [
        '~',
        [
          [':', '1'],
          [':', '2'],
        ],
      ],
      [
        'set',
        [
          ['number', '2'],
          ['number', '1'],
        ],
      ],
    ],
    [
      [
        '%',
        [
          [
            ['+', 'a'],
            [':', '1'],
          ],
          [[':', '2'], ['_']],
        ],
      ],
      [
        'map',
        [
          [['text', '2'], ['_']],
          [
            ['text', 'a'],
            ['number', '1'],
          ],
        ],
      ],
    ],
    [
      [
        '|',
        [
          [
            ['+', 'k'],
            ['+', 'v'],
          ],
        ],
        ['+', 'x'],
      ],
      ['+', 'x'],
    ],
    [
      ['=', 'txt', 'a'],
      ['text', 'a'],
    ],
  ];
  for (const [wanted, said] of same) assert.ok(isValue(wanted, said), JSON.stringify([wanted, said]));
});

test('a value is not what was said otherwise', () => {
  const different: [Parameters<typeof isValue>[0], unknown][] = [
    [
      ['+', 'a'],
      ['$', 'a'],
    ],
    [
      ['+', 'a'],
      ['error', 'a'],
    ],
    [
      [':', '5'],
      [',', '5'],
    ],
    [
      [':', '9007199254740993'],
      ['number', '9007199254740992'],
    ],
    [
      [',', '-0'],
      ['number', '0'],
    ],
    [
      ['*', []],
      ['set', []],
    ],
    [
      ['>', [['+', 'a']]],
      ['list', [['text', 'a']]],
    ],
    [
      [
        '%',
        [
          [
            ['+', 'a'],
            [':', '1'],
          ],
          [
            ['+', 'a'],
            [':', '2'],
          ],
        ],
      ],
      [
        'map',
        [
          [
            ['text', 'a'],
            ['number', '2'],
          ],
        ],
      ],
    ],
    [
      ['=', 'txt', 'a'],
      ['=', 'mkd', 'a'],
    ],
    [
      ['#', true],
      ['#', false],
    ],
    [['_'], 'null'],
    [['_'], null],
  ];
  for (const [wanted, said] of different) assert.not(isValue(wanted, said), JSON.stringify([wanted, said]));
});

test('what is nested too deep for JavaScript is compared all the same', () => {
  const values = [`${'["*",['.repeat(50_000)}[":","1"]${']]'.repeat(50_000)}`];
  assert.ok(isOutcome({ replies: [{ nest: 50_000, value: [':', '1'] }] }, { values }));
  assert.not(isOutcome({ replies: [{ nest: 49_999, value: [':', '1'] }] }, { values }));
});

test.run();
