/** Writes the reports that were asked for, and says whether the run counts as failed. */
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  applyBaseline,
  formatBaseline,
  formatReport,
  isFailure,
  parseBaseline,
  type Report,
  toHtml,
  toJUnit,
  toMarkdown,
  toTap,
  toTerminal,
  type WireChoice,
} from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { readNamedFile } from '../exit.ts';
import type { ConformFlags } from './flags.ts';

/** What a run came to, once the baseline is taken into account. */
export interface Outcome {
  readonly fails: boolean;
  readonly hasErrors: boolean;
}

type Reporter = (report: Report, baseline: ReadonlySet<string>) => string;

const REPORTERS: Readonly<Record<string, Reporter>> = {
  json: formatReport,
  junit: toJUnit,
  tap: toTap,
  md: toMarkdown,
  html: (report) => toHtml([report]),
};

/** Writes a report in the forms that were asked for, each to its file or to standard output. */
export function writeReports(written: Report, flags: ConformFlags): Outcome {
  const baseline = readBaseline(flags);
  for (const [name, file] of chosenReporters(flags)) {
    const text = name === 'term' ? terminal(written, flags) : reporter(name)(written, baseline);
    if (file === undefined) process.stdout.write(text);
    else writeFileSync(file, text);
  }
  const hasErrors = written.cases.some(({ verdict }) => verdict === 'error');
  return { fails: fails(written, baseline, flags), hasErrors };
}

/** @throws {RangeError} when a reporter, or a baseline, that was asked for is not there: better before a run than behind it. */
export function checkReporters(flags: ConformFlags): void {
  for (const [name, file] of chosenReporters(flags)) {
    if (name !== 'term') reporter(name);
    if (file !== undefined) checkWritable(file);
  }
  wireOf(flags);
  readBaseline(flags);
  const { text, on } = flags;
  for (const name of ['update-baseline', 'strict-baseline']) {
    if (on.has(name) && text.baseline === undefined) throw argumentOutOfRange(`--${name} needs --baseline FILE`);
  }
}

/** Nothing is written: a report that was there stays until there is another. */
function checkWritable(file: string): void {
  try {
    accessSync(existsSync(file) ? file : dirname(file), constants.W_OK);
  } catch (cause) {
    throw Object.assign(argumentOutOfRange(`cannot write ${file}: ${(cause as Error).message}`), { cause });
  }
}

/** `term,json=FILE` or one at a time: names, each with its file. */
export function chosenReporters({ texts }: Pick<ConformFlags, 'texts'>): [name: string, file: string | undefined][] {
  const choices = (texts.reporter ?? ['term']).flatMap((given) => given.split(/,(?=[a-z]+(?:=|,|$))/));
  return choices.map((choice) => {
    const [name = '', file] = choice.split(/=(.*)/s);
    return [name, file];
  });
}

function reporter(name: string): Reporter {
  const found = REPORTERS[name];
  if (found === undefined)
    throw argumentOutOfRange(`no reporter ${JSON.stringify(name)}: term, ${Object.keys(REPORTERS).join(', ')}`);
  return found;
}

function terminal(written: Report, { text, on }: ConformFlags): string {
  const { stdout, env } = process;
  const color = stdout.isTTY === true && !on.has('no-color') && (env['NO_COLOR'] ?? '') === '';
  return toTerminal(written, { color, width: stdout.columns ?? 160, showsWire: text.wire === 'all' });
}

function fails(written: Report, baseline: ReadonlySet<string>, { text, on }: ConformFlags): boolean {
  if (text.baseline === undefined) return written.cases.some(isFailure);
  if (on.has('update-baseline')) {
    writeFileSync(text.baseline, formatBaseline(written));
    return false;
  }
  const { news, mended } = applyBaseline(written, baseline);
  for (const id of news) console.error(`not in the baseline: ${id}`);
  for (const id of mended) console.error(`in the baseline, but mended: ${id}`);
  return news.length > 0 || (on.has('strict-baseline') && mended.length > 0);
}

function readBaseline({ text, on }: ConformFlags): ReadonlySet<string> {
  const { baseline } = text;
  if (baseline === undefined || (on.has('update-baseline') && !existsSync(baseline))) return new Set();
  return parseBaseline(readNamedFile(baseline).toString());
}

/** @throws {RangeError} when it is none. */
export function wireOf({ text }: ConformFlags): WireChoice {
  const { wire = 'fail' } = text;
  if (wire === 'fail' || wire === 'all' || wire === 'none') return wire;
  throw argumentOutOfRange(`--wire is fail, all or none, not ${wire}`);
}
