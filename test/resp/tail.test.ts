import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TAIL_BYTES, Tail } from '../../src/resp/tail.ts';
import { transcript } from '../support/resp-run.ts';

const test = suite('tail');

test('a tail goes before the next chunk, and what is left of both is the next tail', () => {
  const tail = new Tail();
  tail.keep(Buffer.from('OK$5\r\nhe'), 2, 8);
  const joined = tail.join(Buffer.from('llo\r\n:1'));
  assert.is(joined.toString(), '$5\r\nhello\r\n:1');
  assert.is(tail.length, 0);
  tail.keep(joined, 11, 13);
  assert.is(tail.join(Buffer.from('2\r\n+')).toString(), ':12\r\n+');
});

test('a chunk of any size that is joined is all there', () => {
  for (const length of [4, 63, 64, 65, 127, 128, 129, 1460, 2048]) {
    const tail = new Tail();
    const chunk = Buffer.alloc(length, 'abcdefg');
    assert.is(tail.joins(chunk), true);
    tail.keep(Buffer.alloc(TAIL_BYTES, 'x'), 0, TAIL_BYTES);
    assert.equal(tail.join(chunk), Buffer.concat([Buffer.alloc(TAIL_BYTES, 'x'), chunk]));
  }
});

test('the smallest chunks are not joined, so that no byte is read many times, nor the largest', () => {
  for (const length of [0, 1, 3, 2049, 65_536]) assert.is(new Tail().joins(Buffer.alloc(length)), false, `${length}`);
  const tail = new Tail();
  tail.keep(Buffer.from(':12'), 0, 3);
  assert.is(tail.take().toString(), ':12');
  assert.is(tail.length, 0);
});

test('frames just shorter and longer than a tail are read right, cut anywhere, with chunks of all sizes after', () => {
  for (const length of [1, TAIL_BYTES - 8, TAIL_BYTES - 7, TAIL_BYTES - 6, TAIL_BYTES, TAIL_BYTES + 1]) {
    const text = 'x'.repeat(length);
    const wire = Buffer.from(`$${length}\r\n${text}\r\n+${text}\r\n:5\r\n`);
    for (let at = 0; at <= wire.length; at++) {
      for (const next of [1, 3, 4, 30, 3000]) {
        const chunks = [wire.subarray(0, at), wire.subarray(at, at + next), wire.subarray(at + next)];
        assert.equal(transcript(chunks), [`"${text}"`, `"${text}"`, '5'], `${length} cut at ${at}, ${next}`);
      }
    }
  }
});

test.run();
