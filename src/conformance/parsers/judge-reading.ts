/** From what a parser made of a vector to what it is worth: a function of data. */
import type { ChunkPlan } from './chunk-plan.ts';
import { isReading, type Outcome } from './reader.ts';
import { isOutcome, isSameReading, isValue, type Reading } from './reading.ts';
import { outcomesOf, type ReplyVector, type VectorOutcome } from './vector.ts';

/** How a parser can be wrong. */
export type ParserFault = 'wrong' | 'refuses' | 'accepts' | 'silent' | 'splits' | 'loses' | 'hang' | 'crash';

/** What each fault means. */
export const PARSER_FAULTS: { readonly [F in ParserFault]: string } = {
  wrong: 'delivers another value',
  refuses: 'ends with an error where there is none',
  accepts: 'delivers something where there is an error',
  silent: 'waits for more where there is an error or a whole reply',
  splits: 'gives something else when the stream is cut',
  loses: 'loses its place: the reply behind is another',
  hang: 'does not come to an end',
  crash: 'ends its process',
};

/** What was given to a parser, and what came of it. */
export interface Trial {
  readonly plans: readonly ChunkPlan[];
  readonly outcomes: readonly Outcome[];
  /** What came of the same bytes with `+next` behind them, where that was tried. */
  readonly followed?: Outcome | undefined;
}

/** What a trial came to. */
export interface ParserJudgement {
  /** Undefined when all is well. */
  readonly fault?: ParserFault;
  /** Which of the outcomes it was. */
  readonly outcome?: VectorOutcome;
  readonly note?: string;
}

/** The reply that is put behind a vector to see whether it is still understood. */
export const NEXT_REPLY = '+next\r\n';

/** Judges what a parser made of a vector. */
export function judgeReading(
  vector: Pick<ReplyVector, 'expect'>,
  { plans, outcomes, followed }: Trial,
): ParserJudgement {
  const failed = outcomes.findIndex((outcome) => !isReading(outcome));
  const [whole] = outcomes;
  if (whole === undefined) return { fault: 'crash', note: 'it was not run' };
  if (!isReading(whole)) return { fault: whole.failure, note: whole.note };
  const wanted = outcomesOf(vector);
  const outcome = wanted.find((each) => isOutcome(each, whole));
  if (outcome === undefined) return { fault: faultOf(wanted, whole), ...noteOf(whole) };
  const other = outcomes.findIndex((each) => isReading(each) && !isSameReading(each, whole));
  if (other >= 0) return { fault: 'splits', outcome, note: plans[other]?.how ?? '' };
  const failure = outcomes[failed];
  if (failure !== undefined && !isReading(failure)) {
    return { fault: failure.failure, outcome, note: `${plans[failed]?.how}: ${failure.note}` };
  }
  return followed === undefined || isFollowed(whole, followed) ? { outcome } : { fault: 'loses', outcome };
}

function noteOf({ refusal }: Reading): { note?: string } {
  return refusal === undefined ? {} : { note: refusal };
}

function faultOf(wanted: readonly VectorOutcome[], { values, refusal }: Reading): ParserFault {
  const mayFail = wanted.some(({ end }) => end === 'error');
  const most = Math.max(...wanted.map(({ replies }) => replies.length));
  if (refusal !== undefined && !mayFail) return 'refuses';
  if (refusal === undefined && values.length < most) return 'silent';
  if (refusal === undefined && mayFail) return values.length > most ? 'accepts' : 'silent';
  return 'wrong';
}

function isFollowed(whole: Reading, followed: Outcome): boolean {
  if (!isReading(followed) || followed.refusal !== undefined) return false;
  const last = JSON.parse(followed.values.at(-1) ?? 'null');
  const before = { values: followed.values.slice(0, -1) };
  return isValue(['+', 'next'], last) && isSameReading(before, whole);
}
