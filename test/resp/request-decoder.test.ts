import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_VECTORS, REQUEST_VECTORS, vectorBytes } from '../../src/conformance/index.ts';
import {
  type Argument,
  encodeCommand,
  NEED_DATA,
  RequestDecoder,
  type RequestDecoderOptions,
  RequestError,
} from '../../src/resp/index.ts';
import { checkProperty } from '../support/property.ts';
import { anyChunking, anyMutation, cut } from '../support/resp-arbitraries.ts';

const test = suite('request decoder');

/** What a decoder made of a stream: one line for each command, and one for an error. */
function transcript(chunks: Iterable<Buffer>, options: RequestDecoderOptions = {}): string[] {
  const decoder = new RequestDecoder(options);
  const lines: string[] = [];
  try {
    for (const chunk of chunks) {
      const shared = Buffer.from(chunk);
      decoder.feed(shared);
      for (let request = decoder.next(); request !== NEED_DATA; request = decoder.next()) {
        lines.push(`${request.start}-${request.end} ${show(request.args)}`);
      }
      shared.fill('#');
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    lines.push(`${error.code} ${error.offset} ${error.answer.toString('latin1')}`);
  }
  return lines;
}

function show(args: readonly Uint8Array[]): string {
  return args.map((arg) => Buffer.from(arg).toString('latin1')).join('|');
}

function commands(wire: string | Buffer, options: RequestDecoderOptions = {}): string[] {
  return transcript([Buffer.from(wire)], options).map((line) => line.replace(/^[0-9]+-[0-9]+ /, ''));
}

/** Cutting in two at every place is quadratic: in long inputs it is done now and then. */
const EVERY_CUT_BYTES = 400;

for (const vector of REQUEST_VECTORS) {
  test(`${vector.id}: ${vector.title}`, () => {
    const { requests, end, answer } = vector.expect;
    const wire = vectorBytes(vector.wire);
    const options = { isAuthenticated: vector.authenticated ?? true };
    const whole = transcript([wire], options);
    const lines = whole.map((line) => line.replace(/^[0-9]+-[0-9]+ /, ''));
    const expected = requests.map((args) => show(args.map(vectorBytes)));
    assert.equal(lines.slice(0, requests.length), expected);
    assert.is(lines.length, requests.length + (end === 'error' ? 1 : 0));
    if (answer !== undefined)
      assert.ok(lines.at(-1)!.endsWith(` ${vectorBytes(answer).toString('latin1')}`), lines.at(-1));
    assert.equal(transcript(cut(wire, [1]), options), whole, 'byte by byte');
    const step = wire.length <= EVERY_CUT_BYTES ? 1 : Math.ceil(wire.length / 20);
    for (let at = 0; at <= wire.length; at += step) {
      assert.equal(transcript([wire.subarray(0, at), wire.subarray(at)], options), whole, `cut at ${at}`);
    }
  });
}

for (const vector of COMMAND_VECTORS) {
  test(`${vector.id}: ${vector.title}`, () => {
    const args = vector.args.map((arg) => (typeof arg === 'number' ? arg : vectorBytes(arg)));
    if (vector.wire === null) {
      assert.throws(() => encodeCommand(args), /at least one/);
      return;
    }
    const wire = vectorBytes(vector.wire);
    assert.equal(encodeCommand(args), wire);
    assert.equal(commands(wire), [show(args.map((arg) => Buffer.from(typeof arg === 'number' ? `${arg}` : arg)))]);
  });
}

test('commands of any bytes come out the same however they are cut', () => {
  const anyCommands = fc.array(fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 12 }), {
    maxLength: 6,
  });
  checkProperty(
    fc.property(anyCommands, anyChunking, (sent: Argument[][], chunking) => {
      const stream = Buffer.concat(sent.map((args) => encodeCommand(args)));
      const lines = transcript(cut(stream, chunking)).map((line) => line.replace(/^[0-9]+-[0-9]+ /, ''));
      assert.equal(
        lines,
        sent.map((args) => show(args as Uint8Array[])),
      );
    }),
  );
});

test('any bytes give the same whole and cut, the error and its offset too', () => {
  const anyLine = fc.oneof(
    fc.constantFrom('PING', '*2', '*0', '$3', 'GET', '"a b" c', "'x'", '"', '*-1', '$-1', 'a\0b', '\r', '*1\rX$1\r\nk'),
    fc.string({ maxLength: 8 }),
  );
  const anyWire = fc
    .array(fc.tuple(anyLine, fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r', '')), { maxLength: 10 })
    .map((lines) => Buffer.from(lines.flat().join('')));
  const anyOptions = fc.record({ isAuthenticated: fc.boolean(), isStrict: fc.boolean() });
  checkProperty(
    fc.property(
      anyWire,
      fc.array(anyMutation, { maxLength: 2 }),
      fc.tuple(anyChunking, anyOptions),
      (wire: Buffer, all, rest) => {
        const [chunking, options] = rest;
        const mutated = all.reduce<Buffer>((bytes, mutate) => mutate(bytes), wire);
        const whole = transcript([mutated], options);
        assert.equal(transcript(cut(mutated, chunking), options), whole);
      },
    ),
    { numRuns: 1000 },
  );
});

test('several chunks may be fed before next is called', () => {
  const decoder = new RequestDecoder();
  for (const chunk of ['*1\r\n$4', '', '\r\nPI', 'NG\r\nECHO', ' x\r\n']) decoder.feed(Buffer.from(chunk));
  assert.equal(commandsOf(decoder), ['PING', 'ECHO|x']);
});

test('a command knows where it lay, without the empty requests before it', () => {
  assert.equal(transcript([Buffer.from('*0\r\n\r\nPING\r\n*1\r\n$1\r\nx\r\n')]), ['6-12 PING', '12-23 x']);
});

test('after an error nothing is delivered, and the error stays the same', () => {
  const decoder = new RequestDecoder();
  decoder.feed(Buffer.from('*x\r\n'));
  const first = errorOf(decoder);
  decoder.feed(Buffer.from('PING\r\n'));
  assert.is(errorOf(decoder), first);
});

test('from AUTH on the limits of strangers no longer hold', () => {
  const decoder = new RequestDecoder({ isAuthenticated: false });
  const long = `*1\r\n$16385\r\n${'x'.repeat(16_385)}\r\n`;
  decoder.feed(Buffer.from(`*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n${long}`));
  assert.not.equal(decoder.next(), NEED_DATA);
  decoder.isAuthenticated = true;
  assert.is(commandsOf(decoder)[0]?.length, 16_385);
});

test('limits are those that were asked for', () => {
  assert.equal(commands('*2\r\n$1\r\na\r\n$1\r\nb\r\n', { maxArguments: 2, maxBulkBytes: 1 }), ['a|b']);
  assert.match(commands('*3\r\n', { maxArguments: 2 })[0]!, /invalid multibulk length/);
  assert.match(commands('*1\r\n$2\r\n', { maxBulkBytes: 1 })[0]!, /invalid bulk length/);
  assert.is(commands('*2\r\n$9\r\n123456789\r\n$9\r\n', { maxRequestBytes: 265 })[0], 'ERR_RESP_LIMIT 19 ');
  assert.equal(commands('*2\r\n$4\r\n1234\r\n$4\r\n1234\r\n', { maxRequestBytes: 264 }), ['1234|1234']);
  for (const maxArguments of [0, -1, 1.5, Number.NaN]) {
    assert.throws(
      () => new RequestDecoder({ maxArguments }),
      (error: { code: string }) => error.code === 'ERR_INVALID_ARGUMENT',
    );
  }
});

test('what servers pass over is refused where that is asked for', () => {
  const strict = { isStrict: true };
  assert.equal(commands('*1\r\n$4\r\nPING\r\nPING\n', strict), ['PING', 'PING']);
  assert.match(commands('*1\rX', strict)[0]!, /^ERR_RESP_SYNTAX 3 /);
  assert.match(commands('*1\r\n$1\rX', strict)[0]!, /^ERR_RESP_SYNTAX 7 /);
  assert.match(commands('*1\r\n$1\r\naXY', strict)[0]!, /^ERR_RESP_SYNTAX 9 /);
  assert.match(commands('*1\r\n$1\r\na\rY', strict)[0]!, /^ERR_RESP_SYNTAX 10 /);
});

test('huge announcements cost nothing before their bytes are there', () => {
  const headers = ['*2147483647\r\n', '*1\r\n$536870912\r\n'];
  const decoders = headers.flatMap((header) => Array.from({ length: 50 }, () => ({ header, d: new RequestDecoder() })));
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  for (const { header, d } of decoders) {
    d.feed(Buffer.from(header));
    assert.is(d.next(), NEED_DATA);
  }
  const after = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  assert.ok((after - before) / decoders.length < 4096, `${(after - before) / decoders.length} bytes for each`);
});

test('a line in many pieces is looked at once', () => {
  const wire = Buffer.from(`ECHO ${'x'.repeat(60_000)}\r\n`);
  const find = Buffer.prototype.indexOf;
  let looked = 0;
  Buffer.prototype.indexOf = function (this: Buffer, ...args: Parameters<typeof find>) {
    looked += this.length;
    return find.apply(this, args);
  };
  try {
    assert.is(transcript(cut(wire, [7])).length, 1);
  } finally {
    Buffer.prototype.indexOf = find;
  }
  // Once for the end of the line, once for a NUL before it.
  assert.ok(looked <= 2 * wire.length, `${looked} bytes`);
});

function commandsOf(decoder: RequestDecoder): string[] {
  const lines: string[] = [];
  for (let request = decoder.next(); request !== NEED_DATA; request = decoder.next()) lines.push(show(request.args));
  return lines;
}

function errorOf(decoder: RequestDecoder): unknown {
  try {
    decoder.next();
    return undefined;
  } catch (error) {
    return error;
  }
}

test.run();
