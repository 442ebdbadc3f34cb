/** What deciding costs: where a command belongs, from its name and its arguments alone. Nothing is sent. */
import { Bench } from 'tinybench';
import { ordinarySlotOf, type Target, targetOf } from '../src/cluster/target.ts';
import { type CommandInfo, findCommand } from '../src/commands/index.ts';
import type { Argument } from '../src/resp/index.ts';
import { report } from './support/report.ts';

/** Different keys, so that nothing is constant for the engine. */
const KEYS = 500;

/** By what is decided: one command of it for a number. */
const SHAPES: { readonly [shape: string]: readonly [kind: Target['kind'], make: (n: number) => readonly Argument[]] } =
  {
    'one key (GET)': ['slot', (n) => ['GET', `key:${n}`]],
    'keys with one tag (MGET of 10)': ['slot', (n) => ['MGET', ...several((i) => `{user:${n}}:${i}`)]],
    'keys over slots (MGET of 10)': ['split', (n) => ['MGET', ...several((i) => `key:${n}:${i}`)]],
    'all primaries (DBSIZE)': ['allPrimaries', () => ['DBSIZE']],
    'a connection of its own (BLPOP)': ['lease', (n) => ['BLPOP', `key:${n}`, 0]],
    'no key (PING)': ['allPrimaries', () => ['PING']],
  };

function several(key: (i: number) => string): string[] {
  return Array.from({ length: 10 }, (_, i) => key(i));
}

interface Known {
  readonly info: CommandInfo;
  readonly args: readonly Argument[];
}

function known(args: readonly Argument[]): Known {
  const info = findCommand(args);
  if (info === undefined) throw new Error(`no table knows ${String(args[0])}`);
  return { info, args };
}

const bench = new Bench({ name: 'router', time: 300 });
const gets = Array.from({ length: KEYS }, (_, n) => known(['GET', `key:${n}`]));
bench.add('the slot of an ordinary command (GET), all that its path asks', () => {
  let sum = 0;
  for (let i = 0; i < KEYS; i++) sum += ordinarySlotOf(gets[i]!.info, gets[i]!.args);
  return sum;
});
for (const [shape, [kind, make]] of Object.entries(SHAPES)) {
  const commands = Array.from({ length: KEYS }, (_, n) => known(make(n)));
  bench.add(`the target of a command: ${shape}`, () => {
    for (let i = 0; i < KEYS; i++) {
      const target = targetOf(commands[i]!.info, commands[i]!.args);
      if (target.kind !== kind) throw new Error(`${shape}: ${target.kind}`);
    }
  });
}
await report(bench, KEYS);
