import type { Verdict, Workload } from '../../src/testing/index.ts';
import type { ModeRules } from './modes.ts';

/** The verdict and the counts, for one JSON line. */
export function summarize(workload: Workload, verdict: Verdict): Record<string, unknown> {
  const { errors, longestStallMs, ...counts } = workload.counts;
  return { ...verdict, ...counts, longestStallMs: Math.round(longestStallMs), errors: Object.fromEntries(errors) };
}

/** Which contracts were broken, in words. */
export function broken(rules: ModeRules, workload: Workload, verdict: Verdict): string[] {
  const { counts } = workload;
  const faults: string[] = [];
  const mustBeZero = { ...verdict, rejectedReads: counts.rejectedReads, refused: counts.refused };
  for (const [name, count] of Object.entries(mustBeZero)) {
    if (rules.serverMayLose && (name === 'lost' || name === 'countersLow')) continue;
    if (count > 0) faults.push(`${name} ${count}`);
  }
  if (!rules.mayReject && counts.doubtful > 0) faults.push(`rejected ${counts.doubtful}`);
  return faults;
}
