/** What encoding costs: nanoseconds for each command, in batches as a pipeline flushes them. */
import { Buffer } from 'node:buffer';
import { Bench } from 'tinybench';
import { type Argument, CommandEncoder, encodeCommand } from '../src/resp/index.ts';
import { report } from './support/report.ts';

const COMMANDS = 100;

const SHAPES: { readonly [shape: string]: readonly Argument[] } = {
  'GET key': ['GET', 'key:123456'],
  'SET key, 32 characters, expiry': ['SET', 'key:123456', 'x'.repeat(32), 'EX', 1200],
  'SET key, 1000 characters': ['SET', 'key:123456', 'x'.repeat(1000)],
  'SET key, 32 characters, not ASCII': ['SET', 'key:123456', 'äöüß'.repeat(8)],
  'SET key, Buffer of 100 bytes': ['SET', 'key:123456', Buffer.alloc(100, 'x')],
  'SET key, Buffer of 1 MiB': ['SET', 'key:123456', Buffer.alloc(1 << 20, 'x')],
};

const bench = new Bench({ name: 'encoder', time: 500 });
for (const [shape, args] of Object.entries(SHAPES)) {
  const encoder = new CommandEncoder();
  bench.add(`encode ${shape} (batches of ${COMMANDS})`, () => {
    for (let index = 0; index < COMMANDS; index++) encoder.append(args);
    const batch = encoder.take();
    encoder.release(batch);
    return batch.byteLength;
  });
}
bench.add('encode GET key, each into a Buffer of its own', () => {
  for (let index = 0; index < COMMANDS; index++) encodeCommand(SHAPES['GET key']!);
});
await report(bench, COMMANDS);
