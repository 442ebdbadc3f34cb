/** A run as plain data: what every report is made of, and what is written as JSON. */
import type { Case, Content, ExpectedEnding, Level, Reference } from '../case.ts';
import type { Consequence } from '../consequence.ts';
import type { Verdict } from '../judge.ts';
import { FAILURES } from '../judge.ts';
import type { Ending, WireEvent } from '../observation.ts';
import type { Run } from '../run.ts';
import type { CaseResult } from '../run-case.ts';
import { formatTokens } from '../token.ts';

/** The version of this shape: `report.schema.json` describes it. */
export const REPORT_VERSION = 1;

/** Which of the bytes are kept: those of failures and deviations, all, none. */
export type WireChoice = 'fail' | 'all' | 'none';

/** One run. */
export interface Report {
  readonly reportVersion: number;
  readonly tool: { readonly name: 'slotwire'; readonly version: string };
  readonly target: string;
  readonly server: { readonly name: string; readonly version: string; readonly mode: string; readonly resp3: boolean };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly ms: number;
  /** How it was run: options by their names. */
  readonly options?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  /** The case that ended the server, when one did. */
  readonly killedBy?: string;
  readonly summary: { readonly [V in Verdict]?: number };
  readonly cases: readonly ReportCase[];
}

/** One case of a run. */
export interface ReportCase {
  readonly id: string;
  readonly alias: string;
  readonly section: string;
  readonly title: string;
  readonly level: Level;
  readonly verdict: Verdict;
  readonly alternative?: string;
  readonly note?: string;
  /** Of a failure or a deviation: what it leads to. */
  readonly consequence?: Consequence;
  /** Of a failure: the first step that went wrong, from 0. */
  readonly atStep?: number;
  readonly ending?: Ending;
  readonly ms: number;
  readonly attempts: number;
  readonly refs: readonly Reference[];
  /** The page that explains what was found here. */
  readonly finding?: string;
  /** Step by step, as a person reads it. */
  readonly sent: readonly string[];
  /** Step by step; absent when the case was not run. */
  readonly got?: readonly string[];
  /** The answers that were foreseen. */
  readonly expected: readonly ExpectedAnswer[];
  /** The bytes, in the order in which they were seen. */
  readonly wire?: readonly ReportWireEvent[];
}

/** One answer that was foreseen, and what it is worth. */
export interface ExpectedAnswer {
  readonly verdict: 'pass' | 'lenient' | 'info';
  readonly name?: string;
  /** Step by step. */
  readonly replies: readonly string[];
  /** How the connection is left; `open` unless given. */
  readonly ending?: ExpectedEnding;
}

/** Bytes that went over a connection. */
export interface ReportWireEvent {
  readonly atMs: number;
  readonly connection: string;
  readonly direction: WireEvent['direction'];
  readonly base64?: string;
  readonly text?: string;
}

/** What a report says beyond what the run knows. */
export interface ReportOptions {
  /** Of this package. */
  readonly version: string;
  readonly wire?: WireChoice;
  /** How the run was asked for. */
  readonly options?: Report['options'];
}

/** Turns a run into a report. */
export function makeReport(run: Run, options: ReportOptions): Report {
  const { name, version, mode, hasResp3 } = run.profile;
  const hide = hider(run.secrets);
  const cases = run.results.map((result) => reportCase(result, options.wire ?? 'fail', hide));
  return {
    reportVersion: REPORT_VERSION,
    tool: { name: 'slotwire', version: options.version },
    target: run.target,
    server: { name, version, mode, resp3: hasResp3 },
    startedAt: run.startedAt.toISOString(),
    ms: run.ms,
    ...(options.options === undefined ? {} : { options: options.options }),
    ...(run.killedBy === undefined ? {} : { killedBy: run.killedBy.id }),
    summary: summarize(cases),
    cases,
  };
}

/** A report as JSON text, a line for each case, so that two of them can be compared by any tool. */
export function formatReport({ cases, ...head }: Report): string {
  const lines = cases.map((one) => JSON.stringify(one));
  return `${JSON.stringify(head).slice(0, -1)},\n"cases":[\n${lines.join(',\n')}\n]}\n`;
}

/** How many cases have each verdict. */
export function summarize(cases: readonly Pick<ReportCase, 'verdict'>[]): { [V in Verdict]?: number } {
  const summary: { [V in Verdict]?: number } = {};
  for (const { verdict } of cases) summary[verdict] = (summary[verdict] ?? 0) + 1;
  return summary;
}

/** True for a verdict with which a run does not conform. */
export function isFailure({ verdict }: Pick<ReportCase, 'verdict'>): boolean {
  return FAILURES.includes(verdict);
}

/** `12 passed, 0 failed, 3 skipped`: lenient, deviating and recorded ones count as passed. */
export function summaryLine({ cases }: Pick<Report, 'cases'>): string {
  const failed = cases.filter(isFailure).length;
  const errors = cases.filter(({ verdict }) => verdict === 'error').length;
  const skipped = cases.filter(({ verdict }) => verdict === 'skip').length;
  const parts = [`${cases.length - failed - errors - skipped} passed`, `${failed} failed`, `${skipped} skipped`];
  return [...parts, ...(errors > 0 ? [`${errors} errors`] : [])].join(', ');
}

const HIDDEN = '<password>';

/** Takes the passwords out of a text of one byte a character. */
function hider(secrets: readonly string[]): (text: string) => string {
  const spelled = secrets.map((secret) => Buffer.from(secret).toString('latin1'));
  return (text) => spelled.reduce((hidden, secret) => hidden.replaceAll(secret, HIDDEN), text);
}

function reportCase(result: CaseResult, wire: WireChoice, hide: (text: string) => string): ReportCase {
  const { case: one, verdict, alternative, note, consequence, atStep, ms, attempts, observation } = result;
  const keepsWire = wire === 'all' || (wire === 'fail' && (isFailure(result) || verdict === 'deviates'));
  return {
    ...{ id: one.id, alias: one.alias, section: one.section, title: one.title, level: one.level, verdict },
    ...(alternative === undefined ? {} : { alternative }),
    ...(note === undefined ? {} : { note }),
    ...(consequence === undefined ? {} : { consequence }),
    ...(atStep === undefined ? {} : { atStep }),
    ...(observation === undefined ? {} : { ending: observation.ending }),
    ms,
    attempts,
    refs: one.refs,
    ...(one.finding === undefined ? {} : { finding: one.finding }),
    sent: one.steps.map(describeStep),
    ...(observation === undefined
      ? {}
      : { got: observation.steps.map(({ tokens }) => hide(shownKeys(formatTokens(tokens)))) }),
    expected: one.expect,
    ...(keepsWire && observation !== undefined
      ? { wire: observation.wire.map((event) => wireEvent(event, hide)) }
      : {}),
  };
}

// Every run has keys of its own; without this no two reports could be compared.
function shownKeys(text: string): string {
  return text.replace(/slotwire:[0-9a-f]{12}:(\{[^}]*\})?([^"\s]*)/g, '<key:$2>');
}

function wireEvent({ atMs, connection, direction, bytes }: WireEvent, hide: (text: string) => string): ReportWireEvent {
  const shown = Buffer.from(hide(bytes.toString('latin1')), 'latin1');
  const content = direction === 'note' ? { text: bytes.toString() } : { base64: shown.toString('base64') };
  return { atMs, connection, direction, ...content };
}

/** What a step does, as a person reads it. */
export function describeStep(step: Case['steps'][number]): string {
  const { on, send = [], cut, end, close, pauseMs } = step;
  const parts = [
    ...(on === undefined ? [] : [`[${on}]`]),
    send.length === 0 && close !== true ? '(waits)' : send.map(describeContent).join(' | '),
    ...(cut === undefined ? [] : [`(in writes of ${cut} bytes)`]),
    ...(pauseMs === undefined ? [] : [`(reads nothing for ${pauseMs} ms)`]),
    ...(end === true ? ['(FIN)'] : []),
    ...(close === true ? ['(closes)'] : []),
  ];
  return parts.join(' ');
}

const MAX_SHOWN = 300;

function describeContent(content: Content): string {
  if (typeof content === 'string') return shorten(JSON.stringify(content));
  if (isCommand(content)) {
    const shown = content.map((argument) => (typeof argument === 'string' ? argument : describeContent(argument)));
    return shorten(shown.map((text) => (/^[!-~]+$/.test(text) ? text : JSON.stringify(text))).join(' '));
  }
  if ('base64' in content) return JSON.stringify(Buffer.from(content.base64, 'base64').toString('latin1'));
  return `${content.times} x (${content.repeat.map(describeContent).join(' | ')})`;
}

function isCommand(content: Exclude<Content, string>): content is Extract<Content, readonly unknown[]> {
  return Array.isArray(content);
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
