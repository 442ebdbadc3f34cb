import { SLOT_COUNT } from '../../cluster/index.ts';
import { RedisError } from '../../errors.ts';
import type { Reply } from '../../resp/index.ts';
import type { Ledger } from './ledger.ts';

const SLOTS_PER_BATCH = 1024;

/** What is needed of a cluster to read its data back. */
export interface ReadBack {
  sendAll(commands: readonly (readonly string[])[]): Promise<readonly (Reply | RedisError)[]>;
}

/** Reads every value and every counter back. @returns what is wrong, a line each. */
export async function verify(cluster: ReadBack, ledger: Ledger): Promise<string[]> {
  const problems: string[] = [];
  for (let first = 0; first < SLOT_COUNT; first += SLOTS_PER_BATCH) {
    const slots = Array.from({ length: SLOTS_PER_BATCH }, (_, i) => first + i);
    const commands = slots.flatMap((slot) => [
      ['GET', ledger.valueKey(slot)],
      ['GET', ledger.counterKey(slot)],
    ]);
    const replies = await cluster.sendAll(commands);
    for (const [i, slot] of slots.entries()) {
      const value = replies[2 * i]!;
      const counter = replies[2 * i + 1]!;
      const failed = [value, counter].find((reply) => reply instanceof RedisError);
      const problem =
        failed === undefined
          ? ledger.judge(slot, value as string | null, counter as string | null)
          : `slot ${slot} could not be read: ${(failed as RedisError).message}`;
      if (problem !== undefined) problems.push(problem);
    }
  }
  return problems;
}
