import { findCommand } from '../../src/commands/index.ts';
import { Command, type Outcome } from '../../src/net/index.ts';
import type { Argument } from '../../src/resp/index.ts';

let sequence = 0;

/** A record as `send` makes it, without a client around it; what it is told is kept. */
export function makeCommand(args: readonly Argument[], fields: { slot?: number; sequence?: number } = {}): TestCommand {
  const command = new Command(args, findCommand(args), { form: 'string', retry: 'safe', timeoutMs: 5000 });
  command.bytes = 100;
  command.sequence = fields.sequence ?? sequence++;
  command.slot = fields.slot ?? 0;
  const test: TestCommand = { command, outcome: undefined };
  command.joinBatch({ settled: (_index, outcome) => (test.outcome = outcome) }, 0);
  return test;
}

export interface TestCommand {
  readonly command: Command;
  outcome: Outcome | undefined;
}
