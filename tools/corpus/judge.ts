import { type Outcome, outcomesOf, type ReplyVector, valuesOf } from '../../test/support/vectors.ts';
import type { PeerOutcome } from './peer-process.ts';
import { type Plain, plainValue, withoutAttributes } from './plain.ts';
import type { Reading } from './run-peer.ts';

/** What a parser did with a vector. */
export type Verdict = 'ok' | 'wrong' | 'refuses' | 'accepts' | 'silent' | 'splits' | 'hang' | 'crash';

/** What each verdict means, and how the matrix shows it. */
export const VERDICTS: { readonly [V in Verdict]: { readonly sign: string; readonly meaning: string } } = {
  ok: { sign: '.', meaning: 'as the vector wants it' },
  wrong: { sign: 'W', meaning: 'delivers another value' },
  refuses: { sign: 'R', meaning: 'ends with an error where there is none' },
  accepts: { sign: 'A', meaning: 'delivers something where there is an error' },
  silent: { sign: 'S', meaning: 'waits for more where there is an error or a whole reply' },
  splits: { sign: 'C', meaning: 'gives something else when the stream is cut' },
  hang: { sign: 'H', meaning: 'does not come to an end in 5 seconds' },
  crash: { sign: 'X', meaning: 'takes its thread down, or all its memory' },
};

export function judge(vector: ReplyVector, outcome: PeerOutcome): Verdict {
  if (typeof outcome === 'string') return outcome;
  const wanted = outcomesOf(vector);
  if (!wanted.some((each) => isMet(each, outcome.whole))) return reason(wanted, outcome.whole);
  return outcome.cut === undefined ? 'ok' : 'splits';
}

function isMet(outcome: Outcome, reading: Reading): boolean {
  if ((outcome.end === 'error') !== (reading.error !== undefined)) return false;
  const expected = valuesOf(outcome)?.map(plainValue);
  if (expected === undefined) return false;
  return isSame(expected, reading.values) || isSame(expected.map(withoutAttributes), reading.values);
}

function isSame(expected: readonly Plain[], values: readonly string[]): boolean {
  return expected.length === values.length && expected.every((value, at) => JSON.stringify(value) === values[at]);
}

function reason(wanted: readonly Outcome[], { values, error }: Reading): Verdict {
  const mayFail = wanted.some(({ end }) => end === 'error');
  const most = Math.max(...wanted.map(({ replies }) => replies.length));
  if (error !== undefined && !mayFail) return 'refuses';
  if (error === undefined && values.length < most) return 'silent';
  if (error === undefined && mayFail) return values.length > most ? 'accepts' : 'silent';
  return 'wrong';
}
