/** What routing costs before anything is sent: the slot of a key, and of a command from its name and arguments. */
import { Buffer } from 'node:buffer';
import { Bench } from 'tinybench';
import { hashSlot } from '../src/cluster/index.ts';
import { slotOf } from '../src/cluster/target.ts';
import { findCommand } from '../src/commands/index.ts';
import type { Argument } from '../src/resp/index.ts';
import { report } from './support/report.ts';

/** Different keys, so that nothing is constant for the engine. */
const KEYS = 500;

const KEY_SHAPES: { readonly [shape: string]: (i: number) => string | Uint8Array } = {
  '7 characters': (i) => `key:${i + 100}`,
  '26 characters': (i) => `session:${i}:abcdefghijklmnopq`.slice(0, 26).padEnd(26, '.'),
  '200 characters': (i) => `page:${i}:`.padEnd(200, '/path/of/a/page'),
  'tag of 8 characters': (i) => `{user:${i + 100}}:profile:settings`,
  '13 characters, not ASCII': (i) => `ключ:é日本${i}`.padEnd(13, 'я'),
  'Buffer of 26 bytes': (i) => Buffer.from(`session:${i}:abcdefghijklmnopq`.slice(0, 26)),
};

const COMMAND_SHAPES: { readonly [shape: string]: (key: string) => readonly Argument[] } = {
  'GET key': (key) => ['GET', key],
  'set key value (lower case)': (key) => ['set', key, 'value'],
  'MGET of 3 keys with one tag': (key) => ['MGET', `{${key}}1`, `{${key}}2`, `{${key}}3`],
  'EVALSHA with one key': (key) => ['EVALSHA', '0123456789abcdef', 1, key],
  'XREAD COUNT BLOCK STREAMS': (key) => ['XREAD', 'COUNT', 10, 'BLOCK', 0, 'STREAMS', key, '$'],
  'OBJECT ENCODING key': (key) => ['OBJECT', 'ENCODING', key],
  PING: () => ['PING'],
};

/** Flat in memory, as keys that come from a socket or a parser are. */
function flat(key: string | Uint8Array): string | Uint8Array {
  return typeof key === 'string' ? Buffer.from(key).toString() : key;
}

const bench = new Bench({ name: 'slot', time: 300 });
for (const [shape, makeKey] of Object.entries(KEY_SHAPES)) {
  const keys = Array.from({ length: KEYS }, (_, i) => flat(makeKey(i)));
  bench.add(`slot of a key (${shape})`, () => {
    let sum = 0;
    for (let i = 0; i < KEYS; i++) sum += hashSlot(keys[i]!);
    return sum;
  });
}
for (const [shape, makeCommand] of Object.entries(COMMAND_SHAPES)) {
  const commands = Array.from({ length: KEYS }, (_, i) => makeCommand(`key:${i + 100}`));
  bench.add(`slot of a command (${shape})`, () => {
    let sum = 0;
    for (let i = 0; i < KEYS; i++) sum += slotOf(findCommand(commands[i]!), commands[i]!);
    return sum;
  });
}
await report(bench, KEYS);
