/** The RESP conformance suite: cases as data, a runner, verdicts, reports. */
export { CASES, findCase, SECTIONS } from './all-cases.ts';
export type * from './case.ts';
export { CONSEQUENCES, type Consequence } from './consequence.ts';
export { clusterTarget } from './given-cluster.ts';
export { FAILURES, type Judgement, judge, type Verdict } from './judge.ts';
export type { Ending, Observation, StepObservation, WireEvent } from './observation.ts';
export * from './parsers/index.ts';
export { type Match, Pattern } from './pattern.ts';
export * from './report/index.ts';
export { type Run, type RunOptions, runCases, skipReason } from './run.ts';
export type { CaseResult } from './run-case.ts';
export { type Selectable, type Selection, selectCases } from './select.ts';
export { parseServerInfo, type ServerProfile } from './server-version.ts';
export { type StartedTarget, startTarget } from './start.ts';
export type { Login, Profile, Target } from './target.ts';
export { formatTokens, type Token, TokenReader } from './token.ts';
export { Unreachable } from './unreachable.ts';
