/** Whoever reads streams: a parser in this process, or an adapter in one of its own. */
import type { ChunkPlan } from './chunk-plan.ts';
import type { Reading } from './reading.ts';

/** What came of one stream: a reading, or the parser did not come to an end, or was gone. */
export type Outcome = Reading | { readonly failure: 'hang' | 'crash'; readonly note: string };

/** Who a parser is. */
export interface ParserProfile {
  readonly name: string;
  readonly version: string;
  /** Which of the protocols it was written for. */
  readonly protocols: readonly (2 | 3)[];
}

/** Reads streams, each from its beginning. */
export interface Reader {
  readonly profile: ParserProfile;
  /**
   * Reads the same bytes once for each plan; stops behind the first that fails.
   *
   * @returns one outcome for each plan that was played.
   */
  read(wire: Buffer, plans: readonly ChunkPlan[]): Promise<readonly Outcome[]>;
  stop(): Promise<void>;
}

/** True for an outcome that is a reading. */
export function isReading(outcome: Outcome): outcome is Reading {
  return 'values' in outcome;
}
