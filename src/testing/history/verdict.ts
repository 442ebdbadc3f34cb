import { type AppendWitness, type ListFaults, NO_FAULTS } from './list-history.ts';
import type { HistoryClient, Workload } from './workload.ts';

/** What a run came to; the faults are sums over all lists. */
export interface Verdict extends ListFaults {
  /** Counters below what was acknowledged (lost increments), and above what could have run (double ones). */
  countersLow: number;
  countersHigh: number;
}

/** What simulated servers tell of the fate of writes; real ones tell nothing. */
export interface Witness extends AppendWitness {
  /** Increments of a counter that ran, and that a primary took with it. */
  lostIncrements(key: string): number;
}

/**
 * Reads every list and counter back and compares them with what the callers were told.
 *
 * @param witness excuses what servers did and no client can prevent; without one nothing is excused.
 */
export async function judgeWorkload(workload: Workload, client: HistoryClient, witness?: Witness): Promise<Verdict> {
  const verdict: Verdict = { ...NO_FAULTS, countersLow: 0, countersHigh: 0 };
  verdict.wrongReplies = workload.counts.wrongReplies;
  for (const list of workload.lists) {
    const values = ((await client.send(['LRANGE', list.key, 0, -1])) as unknown[]).map(Number);
    const faults = list.judge(values, witness);
    for (const name of Object.keys(faults) as (keyof ListFaults)[]) verdict[name] += faults[name];
  }
  for (const { key, acknowledged, doubtful } of workload.counters) {
    const value = Number((await client.send(['GET', key])) ?? 0);
    verdict.countersLow += Math.max(0, acknowledged - value - (witness?.lostIncrements(key) ?? 0));
    verdict.countersHigh += Math.max(0, value - acknowledged - doubtful);
  }
  return verdict;
}
