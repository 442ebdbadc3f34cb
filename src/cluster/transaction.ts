import { ClusterError, type RedisError } from '../errors.ts';
import {
  type Admission,
  type Command,
  type CommandSink,
  type CommandState,
  NO_SLOT,
  type Transaction,
} from '../net/index.ts';
import { slotOf } from './target.ts';

/**
 * Leads transactions: one record in the lane of their slot, as if they were one command, over the shared connection.
 *
 * What servers do while the slot migrates (getNodeByQuery in cluster.c, the same from Redis 3 to 8 and in Valkey 8; seen in
 * test/integration/transaction): each command is looked at when it is queued, and all keys together at EXEC. The source
 * refuses to queue a command whose key has gone (ASK), which dooms the EXEC; and where commands of both sides were
 * queued, or a key went in between, EXEC itself says ASK or TRYAGAIN, and discards. After ASKING MULTI the target queues
 * everything, and EXEC runs when the key is one, or all are there, else says TRYAGAIN. So an ASK is followed as a whole.
 * Valkey 9.1 looks at nothing before EXEC.
 */
export class TransactionSink implements CommandSink {
  readonly #traffic: CommandSink;

  constructor(traffic: CommandSink) {
    this.#traffic = traffic;
  }

  prepare(command: Command): RedisError | undefined {
    // EXEC counts as a write: servers before 7.0 run none at a replica.
    command.readFrom = undefined;
    try {
      command.slot = slotOfTransaction(command.transaction!);
      return undefined;
    } catch (error) {
      return error as RedisError;
    }
  }

  nodeAdmission(command: Command): Admission | undefined {
    return this.#traffic.nodeAdmission(command);
  }

  dispatch(command: Command): void {
    this.#traffic.dispatch(command);
  }

  cancelled(command: Command, from: CommandState): void {
    this.#traffic.cancelled(command, from);
  }
}

/**
 * The slot of all keys of a transaction, or `NO_SLOT` when it has none.
 *
 * @throws {ClusterError} ERR_CROSS_SLOT: keys in different slots.
 */
export function slotOfTransaction({ commands, infos }: Transaction): number {
  let slot = NO_SLOT;
  let first = 0;
  for (const [i, args] of commands.entries()) {
    const own = slotOf(infos[i], args);
    if (own === NO_SLOT || own === slot) continue;
    if (slot !== NO_SLOT) throw crossSlot([first, slot], [i, own]);
    slot = own;
    first = i;
  }
  return slot;
}

function crossSlot(one: readonly [number, number], other: readonly [number, number]): ClusterError {
  const [at, slot] = one;
  const message =
    'the keys of a transaction must be in one hash slot: ' +
    `command ${at + 1} is about slot ${slot}, command ${other[0] + 1} about slot ${other[1]}`;
  return new ClusterError('ERR_CROSS_SLOT', message, { slot });
}
