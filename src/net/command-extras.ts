import type { RedisError } from '../errors.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { CommandSink, Trace } from './command.ts';
import type { Transaction } from './transaction.ts';

/**
 * What hardly any command has, kept apart: an ordinary record is half as large without it, and with ten thousand in flight
 * the size of a record is most of what a command costs.
 */
export class CommandExtras {
  redirects = 0;
  refusals = 0;
  lastRefusal: RedisError | undefined;
  asking = false;
  askAddress: string | undefined;
  pinnedTo: string | undefined;
  sink: CommandSink | undefined;
  fallback: readonly Argument[] | undefined;
  transaction: Transaction | undefined;
  onDropped: ((reply: Reply) => void) | undefined;
  trace: Trace | undefined;
  forgetSignal: (() => void) | undefined;
}

/** Of a command that has none: never written to. */
export const NO_EXTRAS: Readonly<CommandExtras> = Object.freeze(new CommandExtras());
