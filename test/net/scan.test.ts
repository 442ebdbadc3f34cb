import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionError } from '../../src/errors.ts';
import { checkScanOptions, parseScanPage, type ScanOptions, scanCommand, scanServer } from '../../src/net/index.ts';
import type { Argument, Reply } from '../../src/resp/index.ts';

const test = suite('net/scan');

/** A server with pages; before some of them its connection is another. */
function server(pages: readonly Reply[], lostBefore: readonly number[] = []) {
  const asked: string[] = [];
  const fake = {
    asked,
    generation: 1,
    pins: 0,
    pin: () => void fake.pins++,
    unpin: () => void fake.pins--,
    send: (args: readonly Argument[]): Promise<Reply> => {
      if (lostBefore.includes(asked.length)) fake.generation++;
      asked.push(args.join(' '));
      return Promise.resolve(pages[asked.length - 1]!);
    },
  };
  return fake;
}

async function collect(fake: ReturnType<typeof server>, options: ScanOptions = {}): Promise<Reply[]> {
  const seen: Reply[] = [];
  for await (const keys of scanServer(fake, options)) seen.push(...keys);
  return seen;
}

test('the command says what was asked for', () => {
  assert.equal(scanCommand('0', {}), ['SCAN', '0']);
  assert.equal(scanCommand('17', { match: 'a*', count: 5, type: 'hash' }), [
    'SCAN',
    '17',
    'MATCH',
    'a*',
    'COUNT',
    5,
    'TYPE',
    'hash',
  ]);
});

test('pages follow their cursors, past 2^53 too; empty ones are not given', async () => {
  const big = '18446744073709551615';
  const fake = server([
    [big, ['a', 'b']],
    ['7', []],
    ['0', ['c']],
  ]);
  assert.equal(await collect(fake), ['a', 'b', 'c']);
  assert.equal(fake.asked, ['SCAN 0', `SCAN ${big}`, 'SCAN 7']);
});

test('after the loss of a connection it starts again', async () => {
  const pages: Reply[] = [
    ['5', ['a']],
    ['0', ['from another process']],
    ['3', ['a']],
    ['0', ['b']],
  ];
  const fake = server(pages, [1]);
  assert.equal(await collect(fake), ['a', 'a', 'b']);
  assert.equal(fake.asked, ['SCAN 0', 'SCAN 5', 'SCAN 0', 'SCAN 3']);
});

test('a server that never keeps a connection long enough is given up', async () => {
  const pages = Array.from({ length: 100 }, (_, n) => ['5', [String(n)]]);
  const odd = pages.map((_, n) => n).filter((n) => n % 2 === 1);
  try {
    await collect(server(pages, odd));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ConnectionError);
    assert.match((error as Error).message, /lost in each of 10 scans/);
  }
});

test('what is no page is an error', () => {
  for (const reply of [null, 'OK', [], ['0'], [1, []], ['0', 'keys']] as Reply[]) {
    assert.throws(() => parseScanPage(reply), /something else/);
  }
  assert.equal(parseScanPage([Buffer.from('0'), [Buffer.from('k')]]), { cursor: '0', keys: [Buffer.from('k')] });
});

test('options that cannot be used throw', () => {
  for (const options of [{ count: 1.5 }, { count: 0 }, { match: 1 }, { type: 1 }, { reply: 'skip' }]) {
    assert.throws(() => checkScanOptions(options as ScanOptions), new RegExp(Object.keys(options)[0]!));
  }
  checkScanOptions({ count: 10, match: Buffer.from('*'), type: 'string', reply: 'bytes' });
});

test.run();
