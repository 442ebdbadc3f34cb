import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { REPLY_VECTORS, vectorBytes } from '../../src/conformance/index.ts';
import { ProtocolError } from '../../src/errors.ts';
import { Decoder, type DecoderOptions, NEED_DATA, type Visitor } from '../../src/resp/index.ts';
import { allocatedDuring } from '../support/allocations.ts';
import { visitedTranscript } from '../support/rebuilder.ts';
import { anyChunking, cut } from '../support/resp-arbitraries.ts';
import { readAll } from '../support/resp-reference.ts';
import { overwriting, referenceTranscript, transcript } from '../support/resp-run.ts';
import { anyForm, anyLimits, anyMutatedWire } from '../support/resp-streams.ts';

const test = suite('visitor');

const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) };
/** Longer vectors are cut now and then. */
const EVERY_CUT_BYTES = 256;
const CUTS_OF_LONG_ONES = 10;

/** What a visitor is told, one line for each call. */
function told(chunks: readonly (string | Buffer)[], options: DecoderOptions = {}): string[] {
  const lines: string[] = [];
  const decoder = new Decoder(options);
  const visitor = scribe(lines);
  for (const chunk of chunks) {
    decoder.feed(Buffer.from(chunk));
    for (let visited = decoder.visit(visitor); visited !== NEED_DATA; visited = decoder.visit(visitor)) {
      lines.push(visited);
    }
  }
  return lines;
}

function scribe(lines: string[]): Visitor {
  return {
    line: (type, text) => lines.push(`${type} ${text}`),
    begin: (type, length) => lines.push(`begin ${type} ${length ?? 'streamed'}`),
    bytes: (piece) => lines.push(`bytes ${piece}`),
    end: (type) => lines.push(`end ${type}`),
    overload: (error) => lines.push(`overload ${error.limit}`),
  };
}

test('a reply is told in the order of the wire, and nothing of it is built', () => {
  const array = ['begin array 2', 'integer 1', 'begin bulkString 5', 'bytes hello', 'end bulkString', 'end array'];
  assert.equal(told(['*2\r\n:1\r\n$5\r\nhello\r\n']), [...array, 'reply']);
});

test('lines are told by their type and text, and a null in every spelling as null', () => {
  const wire = '+OK\r\n-ERR x\r\n:+007\r\n,1.50\r\n(-12\r\n#t\r\n_\r\n$-1\r\n*-1\r\n';
  const lines = ['simpleString OK', 'simpleError ERR x', 'integer +007', 'double 1.50', 'bigNumber -12', 'boolean t'];
  const expected = [...lines, 'null ', 'null ', 'null '].flatMap((line) => [line, 'reply']);
  assert.equal(told([wire]), expected);
});

test('maps and attributes announce keys and values, and an attribute ends before what it annotates', () => {
  const attribute = ['begin attribute 2', 'simpleString ttl', 'integer 9', 'end attribute'];
  const map = ['begin map 2', 'simpleString a', 'integer 1', 'end map'];
  assert.equal(told(['|1\r\n+ttl\r\n:9\r\n%1\r\n+a\r\n:1\r\n']), [...attribute, ...map, 'reply']);
  assert.equal(told(['|0\r\n~0\r\n']), ['begin attribute 0', 'end attribute', 'begin set 0', 'end set', 'reply']);
});

test('what is streamed announces no length', () => {
  const string = ['begin bulkString streamed', 'bytes ab', 'bytes c', 'end bulkString'];
  const expected = ['begin array streamed', ...string, 'end array', 'reply'];
  assert.equal(told(['*?\r\n$?\r\n;2\r\nab\r\n;1\r\nc\r\n;0\r\n.\r\n']), expected);
});

test('a push inside a reply ends by itself, and the reply goes on', () => {
  const push = ['begin push 1', 'simpleString invalidate', 'end push', 'push'];
  const expected = ['begin array 2', 'integer 1', ...push, 'integer 2', 'end array', 'reply'];
  assert.equal(told(['*2\r\n:1\r\n>1\r\n+invalidate\r\n:2\r\n']), expected);
});

test('a push must begin with a string here too', () => {
  assert.throws(() => told(['>1\r\n:1\r\n']), /first element is no string/);
  assert.throws(() => told(['>1\r\n|1\r\n+a\r\n:1\r\n+x\r\n']), /first element is no string/);
  assert.throws(() => told(['>1\r\n!1\r\nx\r\n']), /first element is no string/);
  assert.is(told(['>1\r\n=5\r\ntxt:x\r\n']).at(-1), 'push');
});

test('the pieces of a bulk are told as they come', () => {
  const expected = ['begin bulkString 6', 'bytes ab', 'bytes cde', 'bytes f', 'end bulkString', 'reply'];
  assert.equal(told(['$6\r\nab', 'cde', 'f\r', '\n']), expected);
});

test('a push inside the rest that is not told leaves the reply over its limit', () => {
  const wire = ['|1', '+a', ':1', '|1', '+b', '|1', ':1', '>1', '+x', '$-1', '*-1', ':2', ':3', ''].join('\r\n');
  const options = { reply: 'bytes', maxReplyBytes: 12 } as const;
  const expected = referenceTranscript(readAll(Buffer.from(wire), options), 'bytes');
  assert.equal(expected, ['push ["x"]', 'overload', '3']);
  assert.equal(visitedTranscript([Buffer.from(wire)], options), expected);
  assert.equal(told([wire], options).slice(4), [
    'overload 12',
    ...['begin push 1', 'simpleString x', 'end push', 'push'],
    'reply',
    ...['integer 3', 'reply'],
  ]);
});

test('an overload stands for the rest of the reply, and the next one is told again', () => {
  const next = ['simpleString next', 'reply'];
  const begun = ['begin array 3', 'integer 1', 'overload 3', 'reply'];
  assert.equal(told(['*3\r\n:1\r\n$4\r\nabcd\r\n:3\r\n+next\r\n'], { maxBulkBytes: 3 }), [...begun, ...next]);
  assert.equal(told(['$4\r\nabcd\r\n+next\r\n'], { maxBulkBytes: 3 }), ['overload 3', 'reply', ...next]);
});

test('a push over a limit inside a reply does not end the telling of the reply', () => {
  const push = ['begin push 2', 'simpleString a', 'overload 3', 'push'];
  const expected = ['begin array 1', ...push, 'integer 1', 'end array', 'reply'];
  assert.equal(told(['*1\r\n>2\r\n+a\r\n$4\r\nabcd\r\n:1\r\n'], { maxBulkBytes: 3 }), expected);
});

test('whatever the cut, a visitor is told the same, but for the pieces', () => {
  const property = fc.property(anyMutatedWire, anyChunking, anyLimits, (wire, chunking, limits) => {
    const outcomes = [[wire], cut(wire, chunking)].map((chunks) => tellingOf(chunks, limits));
    assert.equal(outcomes[1], outcomes[0]);
  });
  fc.assert(property, { numRuns: RUNS.numRuns * 3 });
});

test('a visitor that rebuilds the values gets what next gives, the error and its offset too', () => {
  const property = fc.property(anyMutatedWire, anyChunking, fc.tuple(anyForm, anyLimits), (wire, chunking, rest) => {
    const [reply, limits] = rest;
    const expected = transcript([wire], { reply, ...limits });
    assert.equal(visitedTranscript([wire], { reply, ...limits }), expected, 'whole');
    assert.equal(visitedTranscript(overwriting(wire, cut(wire, chunking)), { reply, ...limits }), expected, 'cut');
  });
  fc.assert(property, { numRuns: RUNS.numRuns * 3 });
});

for (const reply of ['string', 'bytes'] as const) {
  test(`every vector rebuilt as ${reply} is what next gives, at every cut`, () => {
    for (const { id, wire: content } of REPLY_VECTORS) {
      const wire = vectorBytes(content);
      const expected = transcript([wire], { reply });
      assert.equal(visitedTranscript([wire], { reply }), expected, id);
      for (const at of cuts(wire.length)) {
        const halves = [wire.subarray(0, at), wire.subarray(at)];
        assert.equal(visitedTranscript(halves, { reply }), expected, `${id} cut at ${at}`);
      }
    }
  });
}

test('next and visit take turns between replies, in every form', () => {
  for (const reply of ['string', 'bytes', 'view', 'raw', 'skip'] as const) {
    const decoder = new Decoder({ reply });
    const turns = new Decoder({ reply });
    const lines: string[] = [];
    for (const byte of Buffer.from('$2\r\nab\r\n*1\r\n:1\r\n'.repeat(3))) {
      for (const each of [decoder, turns]) each.feed(Buffer.of(byte));
      const expected = decoder.next();
      const actual = lines.length % 2 === 0 ? turns.next() : turns.visit({});
      assert.is(actual === NEED_DATA, expected === NEED_DATA);
      if (expected === NEED_DATA) continue;
      if (lines.length % 2 === 0) assert.equal(actual, expected, reply);
      lines.push(String(actual));
    }
    assert.is(lines.length, 6);
  }
});

test('what one of the two has begun is not for the other', () => {
  for (const [begin, go] of [
    ['next', 'visit'],
    ['visit', 'next'],
  ] as const) {
    const decoder = new Decoder();
    const call = { next: () => decoder.next(), visit: () => decoder.visit({}) };
    for (const part of ['*2\r\n', '$5\r\nhe', ':1', ':']) {
      decoder.feed(Buffer.from(part));
      assert.is(call[begin](), NEED_DATA);
      assert.throws(call[go], (error: { code: string }) => error.code === 'ERR_INVALID_ARGUMENT', part);
      if (part === '*2\r\n') decoder.feed(Buffer.from(':1\r\n:2\r\n'));
      else decoder.feed(Buffer.from(part.startsWith('$') ? 'llo\r\n' : '1\r\n'));
      assert.is.not(call[begin](), NEED_DATA);
      assert.is(call[go](), NEED_DATA, 'between replies either may go on');
    }
  }
});

test('a visitor can not feed the decoder that tells it, and what it throws comes for ever', () => {
  const decoder = new Decoder();
  const fed = new Decoder();
  const isRefused = (error: { code: string }): boolean => error.code === 'ERR_INVALID_ARGUMENT';
  decoder.feed(Buffer.from(':1\r\n'));
  assert.throws(() => decoder.visit({ line: () => void decoder.next() }), isRefused);
  fed.feed(Buffer.from(':1\r\n'));
  assert.throws(() => fed.visit({ line: () => fed.feed(Buffer.from(':2\r\n')) }), isRefused);
  assert.throws(() => fed.visit({}), isRefused);
  assert.throws(() => fed.next(), isRefused);
});

test('a bulk of 256 MiB takes no memory: its bytes are told where they lie', () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const times = (256 << 20) / chunk.length;
  const decoder = new Decoder();
  let length = 0;
  const before = process.memoryUsage().arrayBuffers;
  const { bytes } = allocatedDuring(() => {
    decoder.feed(Buffer.from(`$${256 << 20}\r\n`));
    for (let chunks = 0; chunks <= times; chunks++) {
      assert.is(decoder.visit({ bytes: (piece) => (length += piece.length) }), NEED_DATA);
      if (chunks < times) decoder.feed(chunk);
    }
    decoder.feed(Buffer.from('\r\n'));
    assert.is(decoder.visit({}), 'reply');
  });
  assert.is(length, 256 << 20);
  assert.ok(bytes < 8192, `${bytes} bytes`);
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 20);
});

/** Calls with the pieces of a bulk put together, and the error at the end. */
function tellingOf(chunks: Iterable<Buffer>, limits: DecoderOptions): string[] {
  const lines: string[] = [];
  const failure: string[] = [];
  const decoder = new Decoder(limits);
  const visitor = scribe(lines);
  visitor.bytes = (piece) => {
    const isMore = lines.at(-1)!.startsWith('bytes ');
    lines.push(isMore ? `${lines.pop()}${piece.toString('hex')}` : `bytes ${piece.toString('hex')}`);
  };
  try {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (let visited = decoder.visit(visitor); visited !== NEED_DATA; visited = decoder.visit(visitor)) {
        lines.push(visited);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    failure.push(error.code);
  }
  // Whether a size was met before the line it was met in is whole, or wrong, depends on the cut.
  if (lines.at(-1)?.startsWith('overload')) lines.pop();
  return [...lines, ...failure];
}

function* cuts(length: number): Generator<number> {
  const step = length <= EVERY_CUT_BYTES ? 1 : Math.ceil(length / CUTS_OF_LONG_ONES);
  for (let at = 0; at <= length; at += step) yield at;
}

test.run();
