import { Buffer, isAscii, isUtf8 } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Decoder, type DecoderOptions, NEED_DATA } from '../../src/resp/index.ts';
import { isAsciiRange } from '../../src/resp/text.ts';
import { type Work, workOf } from '../support/work.ts';

const test = suite('linear work');

const BYTES = 60_000;
const DEPTH = 15_000;
const BULK = '$4\r\nabcd\r\n';
const BULKS = BULK.repeat(BYTES / 10);
const SHAPES: { readonly [shape: string]: string } = {
  'one bulk string': `$${BYTES}\r\n${'x'.repeat(BYTES)}\r\n`,
  'one bulk error': `!${BYTES}\r\n${'é'.repeat(BYTES / 2)}\r\n`,
  'one simple string': `+${'x'.repeat(BYTES)}\r\n`,
  'an array of integers': `*${BYTES / 4}\r\n${':1\r\n'.repeat(BYTES / 4)}`,
  'an array of short bulk strings': `*${BYTES / 10}\r\n${BULKS}`,
  'an array of long bulk strings': `*31\r\n${`$1900\r\n${'é'.repeat(950)}\r\n`.repeat(31)}`,
  'a map': `%${BYTES / 15}\r\n${'+key\r\n$3\r\nvé\r\n'.repeat(BYTES / 15)}`,
  'a push': `>${BYTES / 10 + 1}\r\n+message\r\n${BULKS}`,
  'a streamed string': `$?\r\n${';1\r\nx\r\n'.repeat(BYTES / 7)};0\r\n`,
  'a streamed set': `~?\r\n${BULKS}.\r\n`,
  'a streamed map': `%?\r\n${'+key\r\n,1.5\r\n'.repeat(BYTES / 12)}.\r\n`,
  'arrays in arrays, very deep': `${'*1\r\n'.repeat(DEPTH)}:1\r\n`,
  'arrays in arrays, with elements behind them': `${'*2\r\n'.repeat(DEPTH)}:1\r\n${':1\r\n'.repeat(DEPTH)}`,
  'an array of deep arrays': `*600\r\n${`${'*1\r\n'.repeat(25)}:1\r\n`.repeat(600)}`,
  'an attribute in every element': `*3000\r\n${'|1\r\n+a\r\n:1\r\n:1\r\n'.repeat(3000)}`,
};
const PIPELINES: { readonly [shape: string]: string } = {
  'short replies': `+OK\r\n:12\r\n$-1\r\n${BULK}*2\r\n${BULK}${BULK}`.repeat(BYTES / 50),
  'an array with pushes inside it': `*3000\r\n${'>2\r\n+message\r\n:1\r\n:1\r\n'.repeat(3000)}`,
};

const READERS: { readonly [name: string]: DecoderOptions } = {
  ...{ string: { reply: 'string' }, bytes: { reply: 'bytes' }, view: { reply: 'view' } },
  ...{ raw: { reply: 'raw' }, skip: { reply: 'skip' }, visitor: {} },
};

for (const [shape, wire] of Object.entries({ ...SHAPES, ...PIPELINES })) {
  for (const pieceBytes of [1, 7, 1460]) {
    test(`${shape} in pieces of ${pieceBytes}: no byte is read or moved again and again`, () => {
      for (const reader of Object.keys(READERS)) {
        const { delivered, work } = decode(Buffer.from(wire), pieceBytes, reader);
        if (shape in SHAPES) assert.is(delivered, 1);
        assertLinear(work, { bytes: Buffer.byteLength(wire), pieceBytes, reader });
      }
    });
  }
}

test('what the engine moves, searches and takes memory for is counted, however it is called', () => {
  const bytes = Buffer.alloc(100, 'é');
  const moves: (() => unknown)[] = [
    () => Buffer.alloc(100),
    () => Buffer.allocUnsafeSlow(100),
    () => Buffer.from(bytes),
    () => new Uint8Array(100).set(bytes),
    () => bytes.copyWithin(0, 0, 100),
    () => bytes.copy(bytes),
    () => bytes.indexOf(0),
    () => bytes.toString(),
    () => bytes.toString('latin1'),
    () => isAscii(bytes),
    () => isUtf8(bytes),
  ];
  for (const move of moves) assert.is(workOf(move).bytes, 100, String(move));
  assert.is(workOf(() => Buffer.from(bytes.buffer, 0, 10).subarray(5)).bytes, 0);
});

test('every turn of a loop of the codec is counted', () => {
  const [short, long] = [100, 200].map((length) => {
    const bytes = Buffer.alloc(length, 'a');
    return workOf(() => isAsciiRange(bytes, 0, length)).steps;
  });
  assert.is(long! - short!, 100);
});

/**
 * A byte may cost something, and so may a chunk; nothing may cost something for each byte of what came before. What is
 * measured lies at two thirds of this at the most; what reads or moves a cut frame again with every chunk lies far beyond
 * it, even where that frame is one of the few kilobytes that the inbox holds.
 */
function assertLinear({ bytes, steps }: Work, of: { bytes: number; pieceBytes: number; reader: string }): void {
  const pieces = of.bytes / of.pieceBytes;
  assert.ok(bytes < 24 * of.bytes, `${of.reader}: ${bytes / of.bytes} bytes moved or searched for a byte`);
  const allowed = 24 * of.bytes + 96 * pieces;
  assert.ok(steps >= Math.floor(pieces), `${of.reader}: steps are counted`);
  assert.ok(steps < allowed, `${of.reader}: ${steps / of.bytes} steps for a byte, ${steps / pieces} for a piece`);
}

function decode(bytes: Buffer, pieceBytes: number, reader: string): { delivered: number; work: Work } {
  let delivered = 0;
  const work = workOf(() => {
    const decoder = new Decoder({ ...READERS[reader], maxDepth: DEPTH });
    const next = reader === 'visitor' ? () => decoder.visit({}) : () => decoder.next();
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      decoder.feed(bytes.subarray(at, at + pieceBytes));
      while (next() !== NEED_DATA) delivered++;
    }
  });
  return { delivered, work };
}

test.run();
