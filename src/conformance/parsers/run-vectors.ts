/** Runs vectors through a parser; what comes of it is a report like that of a server. */
import { Buffer } from 'node:buffer';
import type { Verdict } from '../judge.ts';
import { REPORT_VERSION, type Report, type ReportCase, summarize } from '../report/report.ts';
import { quote } from '../token.ts';
import { chunkPlans } from './chunk-plan.ts';
import { judgeReading, NEXT_REPLY, PARSER_FAULTS, type ParserJudgement, type Trial } from './judge-reading.ts';
import { isReading, type Reader } from './reader.ts';
import { outcomesOf, type ReplyVector, type VectorOutcome, vectorBytes } from './vector.ts';

/** How to run; everything has a default. */
export interface VectorRunOptions {
  /** The version of this package, for the report. */
  readonly version: string;
  readonly onResult?: ((result: ReportCase) => void) | undefined;
}

const WHOLE = [{ how: 'followed by another reply', sizes: [2 ** 30] }];

/** Runs vectors one by one; those of a protocol that the parser was not written for are skipped. */
export async function runVectors(
  vectors: readonly ReplyVector[],
  reader: Reader,
  options: VectorRunOptions,
): Promise<Report> {
  const startedAt = new Date();
  const begunAt = performance.now();
  const cases: ReportCase[] = [];
  for (const vector of vectors) {
    const result = await runVector(vector, reader);
    cases.push(result);
    options.onResult?.(result);
  }
  const { name, version, protocols } = reader.profile;
  return {
    reportVersion: REPORT_VERSION,
    tool: { name: 'slotwire', version: options.version },
    target: `${name} ${version}`.trim(),
    server: { name, version, mode: 'parser', resp3: protocols.includes(3) },
    startedAt: startedAt.toISOString(),
    ms: Math.round(performance.now() - begunAt),
    summary: summarize(cases),
    cases,
  };
}

/** Runs one vector: whole, in pieces, and with another reply behind it. */
async function runVector(vector: ReplyVector, reader: Reader): Promise<ReportCase> {
  const { protocols } = reader.profile;
  // RESP2 is inside RESP3: what was written for the newer one reads both.
  if (vector.protocol === 3 && !protocols.includes(3)) return reportOf(vector, { ms: 0, note: 'needs RESP3' });
  const wire = vectorBytes(vector.wire);
  const plans = chunkPlans(wire.length);
  const begunAt = performance.now();
  let trial: Trial = { plans, outcomes: await reader.read(wire, plans) };
  const judgement = judgeReading(vector, trial);
  if (judgement.fault === undefined && judgement.outcome?.end === undefined) {
    const [followed] = await reader.read(Buffer.concat([wire, Buffer.from(NEXT_REPLY)]), WHOLE);
    trial = { ...trial, followed };
  }
  const ms = Math.round(performance.now() - begunAt);
  return reportOf(vector, { ms, trial, judgement: judgeReading(vector, trial) });
}

interface Played {
  readonly ms: number;
  readonly note?: string;
  readonly trial?: Trial;
  readonly judgement?: ParserJudgement;
}

const LEVELS = { must: 'must', should: 'should', may: 'info' } as const;

function reportOf(vector: ReplyVector, { ms, note, trial, judgement }: Played): ReportCase {
  const { id, title, requirement, source } = vector;
  const isFree = requirement === 'may';
  const told = judgement === undefined ? note : explain(judgement);
  return {
    ...{ id, alias: id, section: id.slice(0, id.indexOf('/')), title, level: LEVELS[requirement] },
    verdict: judgement === undefined ? 'skip' : verdictOf(judgement, isFree),
    ...(judgement === undefined ? {} : alternativeOf(judgement, isFree)),
    ...(told === undefined ? {} : { note: told }),
    ...(judgement?.fault === undefined ? {} : { atStep: 0 }),
    ...{ ms, attempts: judgement === undefined ? 0 : 1 },
    refs: source.map((rule) => ({ doc: 'vectors', section: rule.replace('protocol', 'rule') })),
    sent: [quote(vectorBytes(vector.wire))],
    ...(trial === undefined ? {} : { got: [describeTrial(trial)] }),
    expected: outcomesOf(vector).map((outcome) => ({
      verdict: isFree ? 'info' : 'pass',
      name: nameOf(outcome),
      replies: [describeOutcome(outcome)],
    })),
  };
}

// What is free to choose is recorded; that a cut must not matter, and that a parser must live, is not free.
function verdictOf({ fault }: ParserJudgement, isFree: boolean): Verdict {
  if (fault === 'hang' || fault === 'crash') return fault;
  if (fault === undefined) return isFree ? 'info' : 'pass';
  return isFree && fault !== 'splits' && fault !== 'loses' ? 'info' : 'fail';
}

function alternativeOf({ fault, outcome }: ParserJudgement, isFree: boolean): { alternative?: string } {
  if (fault !== undefined) return { alternative: fault };
  return isFree && outcome !== undefined ? { alternative: nameOf(outcome) } : {};
}

function explain({ fault, note }: ParserJudgement): string | undefined {
  if (fault === undefined) return undefined;
  return note === undefined || note === '' ? PARSER_FAULTS[fault] : `${PARSER_FAULTS[fault]}: ${note}`;
}

function nameOf({ end }: VectorOutcome): string {
  if (end === 'error') return 'an error';
  return end === 'pending' ? 'more is needed' : 'accepted';
}

const MAX_SHOWN = 300;

function describeOutcome(outcome: VectorOutcome): string {
  const values = outcome.replies.map((reply) => JSON.stringify(reply));
  const end = outcome.end === undefined ? [] : [`(${nameOf(outcome)})`];
  return shorten([...values, ...end].join(' '));
}

function describeTrial({ outcomes: [whole] }: Trial): string {
  if (whole === undefined) return '';
  if (!isReading(whole)) return `(${whole.failure})`;
  const end = whole.refusal === undefined ? [] : [`(an error: ${whole.refusal})`];
  return shorten([...whole.values, ...end].join(' '));
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
