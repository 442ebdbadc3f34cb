import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Decoder, NEED_DATA, type Reply } from '../../src/resp/index.ts';

const test = suite('kept values');

const CHUNK_BYTES = 64 * 1024;
const KEPT = 500;
const MAX_PINNED_BYTES = 1.5 * 1024;

for (const reply of ['string', 'bytes'] as const) {
  for (const valueBytes of [5, 20, 60, 300, 5000]) {
    test(`a kept ${reply} of ${valueBytes} bytes keeps at most 1.5 KiB beyond its own size`, () => {
      const kept: Reply[] = [];
      keepOneOfEachChunk([], { reply, valueBytes });
      const before = memory();
      keepOneOfEachChunk(kept, { reply, valueBytes });
      const pinned = (memory() - before) / KEPT - valueBytes;
      assert.is(kept.length, KEPT);
      assert.ok(pinned < MAX_PINNED_BYTES, `${pinned} bytes`);
    });
  }
}

/** Decodes chunk after chunk of many values, and keeps one value of each. */
function keepOneOfEachChunk(kept: Reply[], options: { reply: 'string' | 'bytes'; valueBytes: number }): void {
  const decoder = new Decoder({ reply: options.reply });
  const frame = `$${options.valueBytes}\r\n${'v'.repeat(options.valueBytes)}\r\n`;
  const wire = frame.repeat(Math.ceil(CHUNK_BYTES / frame.length));
  for (let chunk = 0; chunk < KEPT; chunk++) {
    decoder.feed(Buffer.from(wire));
    decoder.reply = options.reply;
    kept.push(decoder.next() as Reply);
    decoder.reply = 'skip';
    while (decoder.next() !== NEED_DATA);
  }
}

function memory(): number {
  assert.ok(globalThis.gc, 'run with --expose-gc');
  // Twice, because blocks of memory are freed after the objects that held them.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test.run();
