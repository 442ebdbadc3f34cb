/** What decoding costs: nanoseconds for each reply, or for each element where a shape says so; values are consumed. */
import { Buffer } from 'node:buffer';
import { Bench } from 'tinybench';
import { Decoder, type DecoderOptions, NEED_DATA, type Reply, type Visitor } from '../src/resp/index.ts';
import { progress, publish, report, summary } from './support/report.ts';

const REPLIES = 1000;

const SHAPES: { readonly [shape: string]: string } = {
  status: '+OK\r\n',
  integer: ':123456\r\n',
  'bulk string of 5 bytes': '$5\r\nhello\r\n',
  'bulk string of 16 bytes': '$16\r\nabcdefghijklmnop\r\n',
  'bulk string of 100 bytes': `$100\r\n${'x'.repeat(100)}\r\n`,
  'bulk string of 1 KiB': `$1024\r\n${'x'.repeat(1024)}\r\n`,
  'bulk string, not ASCII': '$16\r\näöüßäöüß\r\n',
  'HGETALL of 20 fields': `*40\r\n${'$7\r\nfield:1\r\n$16\r\nabcdefghijklmnop\r\n'.repeat(20)}`,
  'RESP3 map of 20 fields': `%20\r\n${'$7\r\nfield:1\r\n,1.25\r\n'.repeat(20)}`,
  'XRANGE of 10 entries': `*10\r\n${'*2\r\n$15\r\n1692632086370-0\r\n*2\r\n$4\r\nname\r\n$5\r\nvalue\r\n'.repeat(10)}`,
  'MOVED error': '-MOVED 3999 127.0.0.1:6381\r\n',
  push: '>3\r\n$7\r\nmessage\r\n$7\r\nchannel\r\n$5\r\nhello\r\n',
};

/** Reads a character or byte of each value, so that no string stays a promise to be made later. */
function consume(reply: Reply): number {
  if (typeof reply === 'string') return reply.charCodeAt(0);
  if (Array.isArray(reply)) return reply.reduce((sum: number, element) => sum + consume(element), 0);
  return Buffer.isBuffer(reply) ? reply[0]! : 1;
}

function decodeAll(options: DecoderOptions, chunks: readonly Buffer[]): number {
  const decoder = new Decoder(options);
  let consumed = 0;
  for (const chunk of chunks) {
    decoder.feed(chunk);
    for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) consumed += consume(reply);
  }
  return consumed;
}

/** Counts the bytes of all bulks, as a proxy's statistics would. */
function visitAll(chunks: readonly Buffer[]): number {
  const decoder = new Decoder();
  let bytes = 0;
  const visitor: Visitor = { bytes: (piece) => (bytes += piece.length) };
  for (const chunk of chunks) {
    decoder.feed(chunk);
    while (decoder.visit(visitor) !== NEED_DATA);
  }
  return bytes;
}

function cut(wire: Buffer, chunkBytes: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < wire.length; at += chunkBytes) chunks.push(wire.subarray(at, at + chunkBytes));
  return chunks;
}

const bench = new Bench({ name: 'decoder', time: 250 });
for (const [shape, frame] of Object.entries(SHAPES)) {
  const wire = Buffer.from(frame.repeat(REPLIES));
  bench.add(`decode ${shape} (64 KiB chunks)`, () => decodeAll({}, cut(wire, 65_536)));
}
const values = Buffer.from(SHAPES['bulk string of 16 bytes']!.repeat(REPLIES));
for (const reply of ['bytes', 'view', 'skip', 'raw'] as const) {
  bench.add(`decode bulk string of 16 bytes as ${reply}`, () => decodeAll({ reply }, cut(values, 65_536)));
}
for (const shape of ['bulk string of 16 bytes', 'HGETALL of 20 fields']) {
  const wire = Buffer.from(SHAPES[shape]!.repeat(REPLIES));
  bench.add(`visit ${shape}`, () => visitAll(cut(wire, 65_536)));
}
for (const chunkBytes of [1460, 7]) {
  bench.add(`decode bulk string of 16 bytes (${chunkBytes} B chunks)`, () => decodeAll({}, cut(values, chunkBytes)));
}
await report(bench, REPLIES);

const large = Buffer.from(`$${8 << 20}\r\n${'x'.repeat(8 << 20)}\r\n`);
const array = Buffer.from(`*100000\r\n${':12345\r\n'.repeat(100_000)}`);
const single = new Bench({ name: 'one reply', time: 500 });
for (const reply of ['string', 'bytes'] as const) {
  single.add(`decode bulk string of 8 MiB as ${reply} (64 KiB chunks)`, () => decodeAll({ reply }, cut(large, 65_536)));
}
single.add('decode array of 100,000 integers (64 KiB chunks)', () => decodeAll({}, cut(array, 65_536)));
await report(single, 1);

/** Feeds a stream in pieces that are cut as they go, because millions of them would not fit into memory. */
function decodeInPieces(wire: Buffer, pieceBytes: number): number {
  const decoder = new Decoder();
  const start = performance.now();
  for (let at = 0; at < wire.length; at += pieceBytes) {
    decoder.feed(wire.subarray(at, at + pieceBytes));
    for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) consume(reply);
  }
  return performance.now() - start;
}

// A reply of N bytes in k pieces costs N times something and k times something, never N times k.
const LARGE_BYTES = 10_000_000;
const LARGE: { readonly [shape: string]: Buffer } = {
  [`array of ${(LARGE_BYTES / 8e6).toFixed(2)} million integers`]: Buffer.from(
    `*${LARGE_BYTES / 8}\r\n${':12345\r\n'.repeat(LARGE_BYTES / 8)}`,
  ),
  'bulk string': Buffer.from(`$${LARGE_BYTES}\r\n${'x'.repeat(LARGE_BYTES)}\r\n`),
};
const PIECES = [1, 2, 4, 7, 16, 64, 256, 1460, 8192, 65_536];
const TIMES = 3;
const curve = Object.entries(LARGE).flatMap(([series, wire]) =>
  PIECES.map((bytes) => {
    progress(`10 MB in pieces: ${series}, ${bytes} B`);
    const samples = Array.from({ length: TIMES }, () => decodeInPieces(wire, bytes));
    return { name: `${series}, pieces of ${bytes} B`, series, at: bytes, ...summary(samples) };
  }),
);
publish({
  title: 'one reply of 10 MB in pieces',
  unit: 'ms',
  note: 'the cutting included, which is most of it at 1 B',
  axis: 'bytes of a piece',
  rows: curve,
});
