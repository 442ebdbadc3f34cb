import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Argument, encodeCommand } from '../../src/resp/index.ts';
import { RequestParser } from '../../src/testing/request-parser.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('testing/request-parser');

function parse(...chunks: string[]): string[][] {
  const parser = new RequestParser();
  return chunks.flatMap((chunk) => parser.feed(Buffer.from(chunk)).map(({ args }) => args.map(String)));
}

test('an array of bulk strings is a command', () => {
  assert.equal(parse('*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'), [['GET', 'k']]);
});

test('a line that is no array is an inline command', () => {
  assert.equal(parse('PING\r\nSET  k v\r\n'), [['PING'], ['SET', 'k', 'v']]);
});

test('empty requests are passed over without a reply (protocol 25)', () => {
  assert.equal(parse('*0\r\n\r\n*-1\r\nPING\r\n'), [['PING']]);
});

test('a request knows where in the stream it lay', () => {
  const parser = new RequestParser();
  const first = parser.feed(Buffer.from('PING\r\nPI'));
  const second = parser.feed(Buffer.from('NG\r\n'));
  assert.equal(
    [...first, ...second].map(({ start, end }) => [start, end]),
    [
      [0, 6],
      [6, 12],
    ],
  );
});

test('what is no request is refused', () => {
  assert.throws(() => parse('*1\r\n+OK\r\n'), /expected \$, got "\+OK"/);
  assert.throws(() => parse('*x\r\n'), SyntaxError);
});

test('commands of any bytes come out the same however they are cut', () => {
  const commands = fc.array(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 4 }), {
    maxLength: 4,
  });
  checkProperty(
    fc.property(commands, fc.array(fc.nat(200), { maxLength: 6 }), (sent: Argument[][], cuts) => {
      const stream = Buffer.concat(sent.map((args) => encodeCommand(args)));
      const ends = [...cuts, stream.length].map((cut) => Math.min(cut, stream.length)).sort((a, b) => a - b);
      const parser = new RequestParser();
      const requests = ends.flatMap((end, i) => parser.feed(stream.subarray(ends[i - 1] ?? 0, end)));
      assert.equal(
        requests.map(({ args }) => args.map((arg) => [...arg])),
        sent.map((args) => args.map((arg) => [...(arg as Uint8Array)])),
      );
      assert.is(requests.at(-1)?.end ?? 0, stream.length);
    }),
  );
});

test('commands do not share memory with the chunk', () => {
  const chunk = Buffer.from('*1\r\n$4\r\nPING\r\n');
  const [request] = new RequestParser().feed(chunk);
  chunk.fill(0);
  assert.is(String(request?.args[0]), 'PING');
});

test.run();
