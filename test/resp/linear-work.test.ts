import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Decoder, NEED_DATA } from '../../src/resp/index.ts';

const test = suite('linear work');

const BYTES = 200_000;
const SHAPES: { readonly [shape: string]: string } = {
  'one bulk string': `$${BYTES}\r\n${'x'.repeat(BYTES)}\r\n`,
  'one simple string': `+${'x'.repeat(BYTES)}\r\n`,
  'one array': `*${BYTES / 4}\r\n${':1\r\n'.repeat(BYTES / 4)}`,
  'a streamed string': `$?\r\n${';1\r\nx\r\n'.repeat(BYTES / 7)};0\r\n`,
  'an attribute in every element': `*1000\r\n${'|1\r\n+a\r\n:1\r\n:1\r\n'.repeat(1000)}`,
};

for (const [shape, wire] of Object.entries(SHAPES)) {
  for (const pieceBytes of [1, 7, 1460]) {
    for (const reply of ['string', 'bytes', 'view', 'raw'] as const) {
      test(`${shape} in pieces of ${pieceBytes} as ${reply}: no byte is searched or copied again and again`, () => {
        const bytes = Buffer.from(wire);
        const visits = countVisits(() => {
          const decoder = new Decoder({ reply });
          let delivered = 0;
          for (let at = 0; at < bytes.length; at += pieceBytes) {
            decoder.feed(bytes.subarray(at, at + pieceBytes));
            while (decoder.next() !== NEED_DATA) delivered++;
          }
          assert.is(delivered, 1);
        });
        assert.ok(visits < 12 * bytes.length, `${visits / bytes.length} visits a byte`);
      });
    }
  }
}

/** Counts the bytes that are searched and copied by the engine's own functions while `run` runs. */
function countVisits(run: () => void): number {
  const { indexOf, copy } = Buffer.prototype;
  let visits = 0;
  Buffer.prototype.indexOf = function (this: Buffer, value: number, start: number): number {
    const found = indexOf.call(this, value, start);
    visits += (found < 0 ? this.length : found + 1) - start;
    return found;
  } as typeof indexOf;
  Buffer.prototype.copy = function (this: Buffer, ...args: [Buffer, number, number, number]): number {
    visits += args[3] - args[2];
    return copy.apply(this, args);
  };
  try {
    run();
  } finally {
    Object.assign(Buffer.prototype, { indexOf, copy });
  }
  return visits;
}

test.run();
