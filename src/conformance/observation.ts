/** What a run of one case saw. */
import type { Token } from './token.ts';

/** How a connection was left: it answered, it said nothing, nobody asked, it was closed in order, it was reset. */
export type Ending = 'open' | 'deaf' | 'unasked' | 'fin' | 'rst';

/** What one step got. */
export interface StepObservation {
  readonly tokens: readonly Token[];
  /** True when a reply had begun and did not go on. */
  readonly isCut: boolean;
}

/** Bytes that went over a connection, in the order in which they were seen. */
export interface WireEvent {
  readonly atMs: number;
  readonly connection: string;
  readonly direction: 'sent' | 'got' | 'note';
  /** For a note, its text. */
  readonly bytes: Buffer;
}

/** What the judge decides on. */
export interface Observation {
  readonly steps: readonly StepObservation[];
  readonly ending: Ending;
  /** What cannot be RESP, in what the server sent. */
  readonly fault: string | undefined;
  readonly wire: readonly WireEvent[];
}
