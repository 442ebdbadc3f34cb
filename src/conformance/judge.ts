/** From what was seen to what it is worth: a function of data. */
import type { Answer, Case, ExpectedEnding, KnownDeviation } from './case.ts';
import { type Consequence, consequenceOf } from './consequence.ts';
import type { Ending, Observation } from './observation.ts';
import { Pattern } from './pattern.ts';
import type { Words } from './words.ts';

/**
 * `pass`; `lenient`: acceptable, not ideal; `deviates`: exactly a fault that is known of this server; `info`: recorded,
 * and never a failure; `fail`; `hang`: nothing came any more; `crash`: the server was gone; `skip`: not run; `error`: the
 * suite or the network failed, not the server.
 */
export type Verdict = 'pass' | 'lenient' | 'deviates' | 'info' | 'fail' | 'hang' | 'crash' | 'skip' | 'error';

/** Verdicts with which a run does not conform. */
export const FAILURES: readonly Verdict[] = ['fail', 'hang', 'crash'];

/** A verdict and what led to it. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The name of the alternative, where it has one. */
  readonly alternative?: string;
  /** Of a failure or a deviation: what it leads to. */
  readonly consequence?: Consequence;
  /** Of a failure: the first step that went wrong, from 0, against the answer that comes closest. */
  readonly atStep?: number;
  readonly note?: string;
}

/** An answer with its patterns read. */
export interface ReadAnswer {
  readonly answer: Answer;
  readonly patterns: readonly Pattern[];
}

/** Reads the patterns of answers, which is worth doing once. */
export function readAnswers(answers: readonly Answer[], words: Words): ReadAnswer[] {
  return answers.map((answer) => ({ answer, patterns: answer.replies.map((text) => new Pattern(text, words)) }));
}

const ENDINGS: { readonly [E in ExpectedEnding]: readonly Ending[] } = {
  open: ['open', 'unasked'],
  deaf: ['deaf', 'unasked'],
  // A reset where a close is expected is one: the server closed with bytes of ours unread.
  closed: ['fin', 'rst'],
};

/** True when everything is as the answer says. */
export function fits({ answer, patterns }: ReadAnswer, { steps, ending }: Observation): boolean {
  if (!ENDINGS[answer.ending ?? 'open'].includes(ending)) return false;
  return patterns.every((pattern, index) => stepFits(pattern, steps[index]));
}

function stepFits(pattern: Pattern, step: Observation['steps'][number] | undefined): boolean {
  if (step === undefined) return false;
  return pattern.match(step.tokens) === 'full' && (!step.isCut || pattern.isOpen);
}

/** What an observation is worth, among the answers that the case foresees and what is known of this server. */
export function judge(
  { level, expect }: Pick<Case, 'level' | 'expect'>,
  known: readonly KnownDeviation[],
  run: { readonly observation: Observation; readonly words: Words },
): Judgement {
  const { observation, words } = run;
  // What is not RESP fails, whatever it says.
  if (observation.fault !== undefined) return { verdict: 'fail', note: observation.fault, consequence: 'desync' };
  const alternatives = readAnswers(expect, words);
  const index = alternatives.findIndex((each) => fits(each, observation));
  if (index >= 0) {
    const { verdict, name } = expect[index]!;
    const judgement = name === undefined ? { verdict } : { verdict, alternative: name };
    return observation.ending === 'rst' ? { ...judgement, note: 'closed with a reset' } : judgement;
  }
  const deviation = known[readAnswers(known, words).findIndex((each) => fits(each, observation))];
  const consequence = leadsTo(alternatives, observation);
  if (deviation !== undefined) return { verdict: 'deviates', note: `known: ${deviation.issue}`, consequence };
  if (level === 'info') return { verdict: 'info', alternative: 'other' };
  if (isEatenByReset(alternatives, observation)) {
    return { verdict: 'lenient', note: 'the reset of the connection ate the reply' };
  }
  const atStep = firstWrongStep(alternatives, observation);
  return { ...failure(alternatives, observation), consequence, ...(atStep === undefined ? {} : { atStep }) };
}

/** Undefined where some answer fits in all its steps, so that only the ending is wrong. */
function firstWrongStep(alternatives: readonly ReadAnswer[], { steps }: Observation): number | undefined {
  const firsts = alternatives.map(({ patterns }) =>
    patterns.findIndex((pattern, index) => !stepFits(pattern, steps[index])),
  );
  return firsts.includes(-1) ? undefined : Math.max(...firsts);
}

function leadsTo(alternatives: readonly ReadAnswer[], observation: Observation): Consequence {
  const answers = alternatives.map(({ answer, patterns }) => ({ patterns, endings: ENDINGS[answer.ending ?? 'open'] }));
  return consequenceOf(answers, observation);
}

/** True when everything is right but that a reset came instead of the last reply. */
function isEatenByReset(alternatives: readonly ReadAnswer[], { steps, ending }: Observation): boolean {
  if (ending !== 'rst') return false;
  return alternatives.some(({ answer, patterns }) => {
    if (answer.ending !== 'closed') return false;
    return patterns.every((pattern, index) => pattern.match(steps[index]?.tokens ?? []) !== 'no');
  });
}

/** Tells silence from a wrong answer. */
function failure(alternatives: readonly ReadAnswer[], { steps, ending }: Observation): Judgement {
  const couldGoOn = alternatives.some(({ patterns }) => {
    return patterns.every((pattern, index) => pattern.match(steps[index]?.tokens ?? []) !== 'no');
  });
  if (couldGoOn && (ending === 'deaf' || ending === 'unasked'))
    return { verdict: 'hang', note: 'nothing came any more' };
  if (couldGoOn && ending === 'open') return { verdict: 'fail', note: 'a reply, or the close, did not come' };
  return { verdict: 'fail' };
}
