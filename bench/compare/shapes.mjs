/** What is decoded, encoded and hashed: the same for everybody. */
import { Buffer } from 'node:buffer';

export const CHUNK_SIZES = { '64 KiB': 65_536, '1460 B': 1460, '7 B': 7 };

const bulk = (text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const words = (length) => 'The quick brown fox jumps over the lazy dog. '.repeat(1 + length / 45).slice(0, length);
const pairs = (count, value) => Array.from({ length: count }, (_, n) => bulk(`field:${n}`) + value(n)).join('');
const entries = (count) =>
  Array.from(
    { length: count },
    (_, n) => `*2\r\n${bulk(`169263208637${n}-0`)}*4\r\n${pairs(2, (m) => bulk(`${m}${n}`))}`,
  );

/** Each a function of the number of the reply, so that no two neighbours are the same. */
const REPLIES = {
  status: () => '+OK\r\n',
  integer: (n) => `:${n * 37}\r\n`,
  'bulk of 5 B': (n) => bulk(`v${1000 + (n % 9000)}`),
  'bulk of 16 B': (n) => bulk(`value:${n}`.padEnd(16, '.')),
  'bulk of 100 B': (n) => bulk(`${n}${words(100)}`.slice(0, 100)),
  'bulk of 1 KiB': (n) => bulk(`${n}${words(1024)}`.slice(0, 1024)),
  'bulk, not ASCII': (n) => bulk(`ключ ${1000 + (n % 9000)} é日本`),
  'field list of 20': () => `*40\r\n${pairs(20, (n) => bulk(`value:${n}`.padEnd(16, '.')))}`,
  'nested (XRANGE of 10)': () => `*10\r\n${entries(10).join('')}`,
  'MOVED error': (n) => `-MOVED ${n % 16384} 127.0.0.1:${7000 + (n % 6)}\r\n`,
  'RESP3 map of 20': () => `%20\r\n${pairs(20, (n) => bulk(`value:${n}`.padEnd(16, '.')))}`,
  'push message': (n) => `>3\r\n${bulk('message')}${bulk('news')}${bulk(`event ${n}`)}`,
  double: (n) => `,${n % 1000}.${1 + (n % 997)}\r\n`,
  'mixed pipeline': (n) =>
    ['+OK\r\n', `:${n}\r\n`, bulk(`value:${n}`), '$-1\r\n', `*3\r\n${bulk('a')}${bulk(words(30))}:1\r\n`][n % 5],
};

const LARGE = {
  'array of 100k': () => `*100000\r\n${Array.from({ length: 100_000 }, (_, n) => bulk(`${n}`)).join('')}`,
  'bulk of 8 MiB': () => bulk(words(8 << 20)),
};

/** Shapes that RESP2 has not: redis-parser and respjs don't read them. */
export const RESP3_SHAPES = new Set(['RESP3 map of 20', 'push message', 'double']);
const BULK_SHAPES = Object.keys(REPLIES).filter((shape) => shape.startsWith('bulk'));

/** Groups of the report: which shapes are read in which form. */
export const DECODING = {
  'strings, numbers, aggregates': { form: 'string', shapes: [...Object.keys(REPLIES), ...Object.keys(LARGE)] },
  'bytes, owned': { form: 'bytes', shapes: [...BULK_SHAPES, 'bulk of 8 MiB'] },
  'bytes, view': { form: 'view', shapes: [...BULK_SHAPES, 'bulk of 8 MiB'] },
};

/** About so many bytes of a shape, and how many replies (elements, of the large array) they are. */
export function wireOf(shape, wireBytes) {
  if (shape in LARGE) return { wire: Buffer.from(LARGE[shape]()), operations: shape === 'array of 100k' ? 100_000 : 1 };
  const replies = [];
  for (let bytes = 0, n = 0; bytes < wireBytes && n < 5000; n++) {
    replies.push(REPLIES[shape](n));
    bytes += Buffer.byteLength(replies[n]);
  }
  return { wire: Buffer.from(replies.join('')), operations: replies.length };
}

/** Cut as a socket would: pieces of one size, each somewhere in memory of its own only where it is large. */
export function cut(wire, chunkBytes) {
  const chunks = [];
  for (let at = 0; at < wire.length; at += chunkBytes) chunks.push(wire.subarray(at, at + chunkBytes));
  return chunks;
}

const flat = (key) => (typeof key === 'string' ? Buffer.from(key).toString() : key);

/** 500 different keys of each shape, flat in memory as keys that come from a parser are. */
export const KEYS = Object.fromEntries(
  Object.entries({
    '7 characters': (n) => `key:${n + 100}`,
    '26 characters': (n) => `session:${n}:abcdefghijklmnopq`.slice(0, 26).padEnd(26, '.'),
    '200 characters': (n) => `page:${n}:`.padEnd(200, '/path/of/a/page'),
    tagged: (n) => `{user:${n + 100}}:profile:settings`,
    'not ASCII': (n) => `ключ:é日本${n}`.padEnd(13, 'я'),
    'Buffer of 26 B': (n) => Buffer.from(`session:${n}:abcdefghijklmnopq`.slice(0, 26)),
  }).map(([shape, make]) => [shape, Array.from({ length: 500 }, (_, n) => flat(make(n)))]),
);

/** Commands, 100 of each shape; peers get the numbers as the text that they would make of them. */
export const COMMANDS = Object.fromEntries(
  Object.entries({
    'GET key': (n) => ['GET', `key:${n}`],
    'SET key, 32 characters, EX': (n) => ['SET', `key:${n}`, `${n}`.padEnd(32, 'x'), 'EX', '1200'],
    'HSET of 10 fields': (n) => ['HSET', `key:${n}`, ...Array.from({ length: 20 }, (_, m) => `field:${m}`)],
    'SET key, 1000 characters': (n) => ['SET', `key:${n}`, words(1000)],
    'SET key, 32 characters, not ASCII': (n) => ['SET', `key:${n}`, 'äöüß'.repeat(8)],
    'SET key, Buffer of 100 B': (n) => ['SET', `key:${n}`, Buffer.alloc(100, 'x')],
    'SET key, Buffer of 1 MiB': (n) => ['SET', `key:${n}`, Buffer.alloc(1 << 20, 'x')],
    'SET key, string of 1 MiB': (n) => ['SET', `key:${n}`, flat(words(1 << 20))],
  }).map(([shape, make]) => {
    const count = shape.endsWith('MiB') ? 4 : 100;
    return [shape, Array.from({ length: count }, (_, n) => make(n).map(flat))];
  }),
);
