/** What a person sees: what is not right, then the counts, then one line. */

import { CONSEQUENCES } from '../consequence.ts';
import { quote } from '../token.ts';
import { type ExpectedAnswer, isFailure, type Report, type ReportCase, summaryLine } from './report.ts';
import { sectionCounts } from './sections.ts';

/** How it is shown. */
export interface TerminalOptions {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Shows the bytes of the cases that have them. */
  readonly showsWire?: boolean;
}

const CODES = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2, bold: 1 };
type Color = keyof typeof CODES;
type Paint = (color: Color, text: string) => string;

/** Writes a report for a terminal; the last line is the summary. */
export function toTerminal(report: Report, { color, width, showsWire = false }: TerminalOptions): string {
  const paint: Paint = (name, text) => (color ? `\x1b[${CODES[name]}m${text}\x1b[0m` : text);
  const shown = report.cases.filter((one) => isFailure(one) || ['error', 'deviates', 'lenient'].includes(one.verdict));
  const blocks = (showsWire ? report.cases : shown).map((one) => block(one, { paint, width, showsWire }));
  const { name, version } = report.server;
  const lines = [
    ...blocks,
    ...table(report, paint),
    '',
    `${report.target} (${[name, version].join(' ').trim() || 'unknown server'}), ${(report.ms / 1000).toFixed(1)} s`,
    ...(report.killedBy === undefined ? [] : [paint('red', `the server was gone after ${report.killedBy}`)]),
    paint(report.cases.some(isFailure) ? 'red' : 'green', summaryLine(report)),
  ];
  return `${lines.join('\n')}\n`;
}

const COLORS: Readonly<Record<string, Color>> = { fail: 'red', hang: 'red', crash: 'red', error: 'red', pass: 'green' };

interface BlockOptions {
  readonly paint: Paint;
  readonly width: number;
  readonly showsWire: boolean;
}

function block(one: ReportCase, { paint, width, showsWire }: BlockOptions): string {
  const head = `${paint(COLORS[one.verdict] ?? 'yellow', one.verdict)} ${paint('bold', one.id)} ${one.title}`;
  const note = one.note === undefined ? [] : [`  ${paint('cyan', one.note)}`];
  const leads = one.consequence === undefined ? [] : [`  ${one.consequence}: ${CONSEQUENCES[one.consequence]}`];
  const refs = one.refs.map(({ doc, section }) => paint('dim', `  see ${[doc, section].filter(Boolean).join(': ')}`));
  const steps = one.sent.flatMap((sent, step) => stepLines(one, { sent, step }, { paint, width }));
  const wire = showsWire ? wireLines(one) : [];
  return [head, ...note, ...leads, ...refs, ...steps, ...endingLine(one), ...wire, ''].join('\n');
}

const ENDINGS = { open: 'open', unasked: 'open', deaf: 'deaf', fin: 'closed', rst: 'closed' } as const;

/** How the connection was left, where no answer foresees it so. */
function endingLine({ ending, expected }: ReportCase): string[] {
  if (ending === undefined) return [];
  const wanted = [...new Set(expected.map((answer: ExpectedAnswer) => answer.ending ?? 'open'))];
  if (wanted.includes(ENDINGS[ending])) return [];
  return [`  ending    ${ENDINGS[ending]}${ending === 'rst' ? ' (reset)' : ''}, expected ${wanted.join(' or ')}`];
}

function stepLines(
  one: ReportCase,
  { sent, step }: { sent: string; step: number },
  { paint, width }: { paint: Paint; width: number },
): string[] {
  const wanted = [...new Set(one.expected.map(({ replies }) => replies[step]!))];
  const got = one.got?.[step] ?? '';
  const room = Math.max(40, width - 12);
  const lines = [`  sent      ${cut(sent, room)}`];
  for (const [index, text] of wanted.entries())
    lines.push(`  ${index === 0 ? 'expected' : '      or'}  ${cut(text, room)}`);
  if (one.got === undefined) return lines;
  const from = commonLength(got, wanted);
  const shown = cut(got, room);
  const isWrong = one.atStep === step;
  lines.push(`  got       ${isWrong ? shown.slice(0, from) + paint('dim', shown.slice(from)) : shown}`);
  if (one.atStep === step && from <= room) lines.push(`            ${' '.repeat(from)}${paint('red', '^')}`);
  return lines;
}

function commonLength(got: string, wanted: readonly string[]): number {
  const lengths = wanted.map((text) => {
    let at = 0;
    while (at < got.length && got[at] === text[at]) at++;
    return at;
  });
  return Math.max(0, ...lengths);
}

function wireLines({ wire = [] }: ReportCase): string[] {
  const signs = { sent: '>', got: '<', note: '-' } as const;
  return wire.map(({ atMs, connection, direction, base64, text }) => {
    const shown = text ?? quote(Buffer.from(base64 ?? '', 'base64'));
    return `  ${atMs.toFixed(1).padStart(8)} ms  ${connection} ${signs[direction]} ${shown}`;
  });
}

function cut(text: string, room: number): string {
  return text.length > room ? `${text.slice(0, room - 3)}...` : text;
}

function table({ cases }: Report, paint: Paint): string[] {
  const head = `${'section'.padEnd(18)}${['pass', 'lenient', 'deviates', 'info', 'fail', 'skip'].map((name) => name.padStart(9)).join('')}`;
  const rows = sectionCounts(cases).map(({ section, pass, lenient, deviates, info, fail, skip }) => {
    const numbers = [pass, lenient, deviates, info, fail, skip]
      .map((count) => String(count || '').padStart(9))
      .join('');
    const row = `${section.padEnd(18)}${numbers}`;
    return fail > 0 ? paint('red', row) : row;
  });
  return [paint('bold', head), ...rows];
}
