import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { OverloadError } from '../../src/errors.ts';
import { DEFAULT_LIMITS, Decoder, type DecoderOptions, NEED_DATA, Push, type Reply } from '../../src/resp/index.ts';
import { failure, replies, transcript } from '../support/resp-run.ts';

const test = suite('limits');

/** The reply, which must be the notice of one that was over a limit, and what comes after it. */
function overload(wire: string, options: DecoderOptions): OverloadError {
  const [refused, next] = replies(`${wire}+next\r\n`, options);
  assert.is(next, 'next', 'the stream goes on behind the reply');
  assert.instance(refused, OverloadError);
  assert.is((refused as OverloadError).code, 'ERR_REPLY_TOO_LARGE');
  assert.is((refused as OverloadError).wasSent, true);
  return refused as OverloadError;
}

test('a limit must be an integer in its range', () => {
  const wrong: DecoderOptions[] = [{ maxDepth: 0 }, { maxBulkBytes: 1.5 }, { maxElements: -1 }, { maxLineBytes: 127 }];
  for (const options of [...wrong, { maxElements: 2 ** 40 }, { maxReplyBytes: Number.NaN }]) {
    assert.throws(
      () => new Decoder(options),
      (error: { code: string }) => error.code === 'ERR_INVALID_ARGUMENT',
    );
  }
  assert.throws(() => new Decoder({ maxDepth: '5' as unknown as number }), /maxDepth must be a number/);
});

test('a bulk string over maxBulkBytes is skipped, one of exactly so many passes', () => {
  assert.equal(replies('$3\r\nabc\r\n', { maxBulkBytes: 3 }), ['abc']);
  assert.is(overload('$4\r\nabcd\r\n', { maxBulkBytes: 3 }).limit, 3);
});

test('one element over a limit refuses the whole reply it is in, once', () => {
  overload('*3\r\n:1\r\n$4\r\nabcd\r\n*1\r\n$9\r\nabcdefghi\r\n', { maxBulkBytes: 3 });
  overload('|1\r\n+a\r\n$4\r\nabcd\r\n-ERR x\r\n', { maxBulkBytes: 3 });
});

test('a streamed string counts all its pieces', () => {
  assert.equal(replies('$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n', { maxBulkBytes: 3 }), ['abc']);
  overload('$?\r\n;2\r\nab\r\n;2\r\ncd\r\n;0\r\n', { maxBulkBytes: 3 });
});

test('bulk errors and verbatim strings have the same limit', () => {
  overload('!4\r\nERR \r\n', { maxBulkBytes: 3 });
  overload('=8\r\ntxt:abcd\r\n', { maxBulkBytes: 7 });
  assert.is(failure('=8\r\ntxt;abcd\r\n', { maxBulkBytes: 7 }), 'ERR_RESP_SYNTAX 7', 'what is skipped is still judged');
});

test('maxElements counts elements, of a map keys and values, and of streamed aggregates what came', () => {
  assert.equal(replies('*2\r\n:1\r\n:2\r\n', { maxElements: 2 }), [[1, 2]]);
  overload('*3\r\n:1\r\n:2\r\n:3\r\n', { maxElements: 2 });
  overload('%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n', { maxElements: 3 });
  overload('*?\r\n:1\r\n:2\r\n:3\r\n.\r\n', { maxElements: 2 });
  assert.equal(replies('*?\r\n:1\r\n:2\r\n.\r\n', { maxElements: 2 }), [[1, 2]]);
});

test('maxReplyBytes counts a whole reply with its framing', () => {
  const wire = '*2\r\n$1\r\na\r\n:5\r\n';
  assert.equal(replies(wire, { maxReplyBytes: wire.length }), [['a', 5]]);
  assert.is(overload(wire, { maxReplyBytes: wire.length - 1 }).limit, wire.length - 1);
  overload('$5\r\nhello\r\n', { maxReplyBytes: 4 });
});

test('more aggregates open at once than maxDepth are an error, exactly so many are not', () => {
  const nested = (depth: number) => `${'*1\r\n'.repeat(depth)}:1\r\n`;
  assert.equal(replies(nested(3), { maxDepth: 3 }), [[[[1]]]]);
  assert.is(failure(nested(4), { maxDepth: 3 }), 'ERR_RESP_LIMIT 12');
  assert.is(failure('|1\r\n+a\r\n'.repeat(200)), `ERR_RESP_LIMIT ${8 * DEFAULT_LIMITS.maxDepth}`);
});

test('a line over maxLineBytes is an error, exactly so many bytes are not', () => {
  const line = (length: number) => `+${'x'.repeat(length - 3)}\r\n`;
  assert.equal(replies(line(200), { maxLineBytes: 200 }), ['x'.repeat(197)]);
  assert.is(failure(line(201), { maxLineBytes: 200 }), 'ERR_RESP_LIMIT 200');
  assert.is(failure('+'.padEnd(200, 'x'), { maxLineBytes: 200 }), 'ERR_RESP_LIMIT 200');
  assert.is(failure('+'.padEnd(199, 'x'), { maxLineBytes: 200 }), undefined);
});

test('an aggregate over a limit is read again from its beginning, and the texts behind it are what they are', () => {
  const aggregate = '*2\r\n$20\r\naaaaaaaaaaaaaaaaaaaa\r\n$20\r\nbbbbbbbbbbbbbbbbbbbb\r\n';
  for (const [letter, reply] of [
    ['é', 'string'],
    ['e', 'string'],
    ['e', 'bytes'],
  ] as const) {
    const before = `$${Buffer.byteLength(letter.repeat(8))}\r\n${letter.repeat(8)}\r\n`;
    const wire = `${before.repeat(4)}${aggregate}${before}$5\r\nafter\r\n${'+x\r\n'.repeat(200)}`;
    const read = replies(wire, { maxReplyBytes: 40, reply }).slice(4, 7).map(String);
    assert.match(read[0]!, /reply too large/);
    assert.equal(read.slice(1), [letter.repeat(8), 'after']);
  }
});

test('a push over a limit is a push still, and the reply around it goes on', () => {
  const [push, reply] = replies('*2\r\n:1\r\n>2\r\n+message\r\n$4\r\nabcd\r\n:2\r\n', { maxBulkBytes: 3 });
  assert.instance(push, Push);
  assert.is((push as Push).kind, '');
  assert.instance((push as Push).elements[0], OverloadError);
  assert.equal(reply, [1, 2]);
});

test('whether a push keeps its attributes does not depend on where the stream is cut', () => {
  const wire = Buffer.from(`|1\r\n+a\r\n+${'x'.repeat(30)}\r\n>1\r\n+x\r\n+next\r\n`);
  for (let at = 0; at <= wire.length; at++) {
    const lines = transcript([wire.subarray(0, at), wire.subarray(at)], { maxReplyBytes: 20 });
    assert.equal(lines, ['push ["x"]', '"next"'], `cut at ${at}`);
  }
});

test('a huge length or count costs nothing before its bytes are there', () => {
  const headers = ['$536870912\r\n', '*1000000000\r\n', '*16777216\r\n', '%8388608\r\n*16777216\r\n~16777216\r\n'];
  const decoders = headers.flatMap((header) => Array.from({ length: 50 }, () => ({ header, decoder: new Decoder() })));
  const before = memory();
  const delivered: (Reply | typeof NEED_DATA)[] = decoders.map(({ header, decoder }) => {
    decoder.feed(Buffer.from(header));
    return decoder.next();
  });
  const perDecoder = (memory() - before) / decoders.length;
  assert.ok(delivered.every((reply) => reply === NEED_DATA));
  assert.ok(perDecoder < 4096, `${perDecoder} bytes for each`);
});

function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test.run();
