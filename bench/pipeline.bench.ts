/** What pairing costs: a command is written, and the reply that is its own takes it out again, behind so many others. */
import { Bench } from 'tinybench';
import { findCommand } from '../src/commands/index.ts';
import { Command } from '../src/net/index.ts';
import { Pipeline } from '../src/net/pipeline.ts';
import { report } from './support/report.ts';

const COMMANDS = 1000;

function makeCommand(n: number): Command {
  const args = ['GET', `key:${n}`];
  return new Command(args, findCommand(args), { form: 'string', retry: 'safe', timeoutMs: 5000 });
}

const commands = Array.from({ length: COMMANDS }, (_, n) => makeCommand(n));

const bench = new Bench({ name: 'pipeline', time: 500 });
for (const owed of [0, 100, 10_000, 1_000_000]) {
  const pipeline = new Pipeline();
  for (let n = 0; n < owed; n++) pipeline.written(commands[n % COMMANDS]!);
  bench.add(`write and answer, one after the other (${owed.toLocaleString('en')} others owed)`, () => {
    for (let n = 0; n < COMMANDS; n++) {
      pipeline.written(commands[n]!);
      if (pipeline.head === undefined) throw new Error('nobody is owed a reply');
      pipeline.answered();
    }
  });
}
const burst = new Pipeline();
bench.add(`write ${COMMANDS} at once, then answer them`, () => {
  for (let n = 0; n < COMMANDS; n++) burst.written(commands[n]!);
  for (let n = 0; n < COMMANDS; n++) {
    if (burst.head !== commands[n]) throw new Error('a reply for somebody else');
    burst.answered();
  }
});
await report(bench, COMMANDS);
