import type { Verdict, Workload } from '../../src/testing/index.ts';
import type { Mode, ModeRules } from './modes.ts';

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

const FAILOVER_STALL_MS = 500;
const STALL_BEYOND_SERVER_MS = 500;

/**
 * Whether callers waited longer than they should have.
 *
 * @param serverOutageMs the longest time in which no server took writes for a slot, as far as a mode measures it
 */
export function slowness(mode: Mode, longestStallMs: number, serverOutageMs: number): string | undefined {
  const limitMs = STALL_LIMITS[mode]?.(serverOutageMs);
  if (limitMs === undefined || longestStallMs <= limitMs) return undefined;
  return `a list stood still for ${Math.round(longestStallMs)} ms, ${Math.round(limitMs)} ms are the limit`;
}

const STALL_LIMITS: Readonly<Partial<Record<Mode, (serverOutageMs: number) => number>>> = {
  failover: () => FAILOVER_STALL_MS,
  kill: (serverOutageMs) => serverOutageMs + STALL_BEYOND_SERVER_MS,
};

/** A result for people: a line for each figure. */
export function table(result: object): string[] {
  return Object.entries(result).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([each, count]) => `${`${name}.${each}`.padEnd(28)} ${count}`)
      : [`${name.padEnd(28)} ${value}`],
  );
}
