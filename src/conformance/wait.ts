/** When a step is over: as soon as its replies are there, or when nothing comes any more. */
import type { Pattern } from './pattern.ts';
import type { Token } from './token.ts';
import type { WireConnection } from './wire-connection.ts';

/** How long the suite waits. */
export interface Patience {
  /** Silence of this length counts as silence. */
  readonly quietMs: number;
  /** A reply that is owed may take this long. */
  readonly timeoutMs: number;
}

/**
 * `complete`: nothing else is expected; `settle`: what is there fits, or fits nothing, and only silence will tell;
 * `wait`: something is owed.
 */
export type StepState = 'complete' | 'settle' | 'wait';

/** How a step stands, among the answers that are still possible. */
export function stepState(patterns: readonly Pattern[], tokens: readonly Token[], isCut: boolean): StepState {
  const matches = patterns.map((pattern) => pattern.match(tokens));
  const isPartial = matches.includes('partial');
  if (isCut) return isPartial || matches.includes('full') ? 'wait' : 'settle';
  if (!matches.includes('full')) return isPartial ? 'wait' : 'settle';
  const isSure = patterns.every((pattern, index) => matches[index] === 'no' || !(pattern.isOpen || pattern.isEmpty));
  return isPartial || !isSure ? 'settle' : 'complete';
}

/** Waits until a step is over. */
export async function stepIsOver(
  connection: WireConnection,
  patterns: readonly Pattern[],
  { quietMs, timeoutMs }: Patience,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { reader, taken, ending } = connection;
    const state = stepState(patterns, reader.tokens.slice(taken), reader.isInside);
    if (state === 'complete' || ending !== undefined || connection.fault !== undefined) return;
    const left = state === 'wait' ? deadline - performance.now() : quietMs;
    if (left <= 0 || !(await connection.changed(left))) return;
    if (performance.now() > deadline + timeoutMs) return;
  }
}
