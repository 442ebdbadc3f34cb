/** What `slotwire conform` does without a server: list, explain, diff, merge. */
import { writeFileSync } from 'node:fs';
import {
  CASES,
  compareReports,
  describeStep,
  findCase,
  heatStrip,
  REPORT_VERSION,
  type Report,
  selectCases,
  toHtml,
} from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { readNamedFile } from '../exit.ts';
import { type ConformFlags, levelOf, protocolOf, refuseUseless } from './flags.ts';

/** Prints the cases. */
export function listCases(flags: ConformFlags): number {
  refuseUseless(flags, 'conform list');
  const { texts, on } = flags;
  const wanted = protocolOf(flags);
  const chosen = selectCases(CASES, { ...texts, level: levelOf(flags) });
  const cases = chosen.filter(({ protocol = 2 }) => wanted === undefined || protocol === wanted);
  if (on.has('json')) {
    console.log(JSON.stringify(cases, null, 1));
    return 0;
  }
  for (const { id, alias, level, title } of cases) {
    console.log(`${alias.padEnd(22)} ${level.padEnd(6)} ${id.padEnd(40)} ${title}`);
  }
  console.log(`${cases.length} cases`);
  return 0;
}

/** Prints everything about one case. */
export function explainCase(name: string, flags: ConformFlags): number {
  refuseUseless(flags, 'conform explain');
  const one = findCase(name);
  if (one === undefined) throw argumentOutOfRange(`no case is called ${JSON.stringify(name)}`);
  const { id, alias, title, level, protocol = 2, since, needs = [], refs, steps, expect, known = [], finding } = one;
  console.log(`${id} (${alias}): ${title}`);
  console.log(
    `${level}, RESP${protocol}${since === undefined ? '' : `, since ${since}`}${needs.map((need) => `, needs ${need}`).join('')}`,
  );
  for (const { doc, section } of refs) console.log(`  see ${doc}${section === undefined ? '' : `: ${section}`}`);
  for (const [index, step] of steps.entries()) console.log(`  ${index + 1}. ${describeStep(step)}`);
  for (const { verdict, name: called, replies, ending } of expect) {
    console.log(`${verdict}${called === undefined ? '' : ` (${called})`}${ending === undefined ? '' : `, ${ending}`}`);
    for (const [index, reply] of replies.entries())
      console.log(`  ${index + 1}. ${reply === '' ? '(nothing)' : reply}`);
  }
  for (const { server, from, before, issue, replies, ending } of known) {
    const versions = `${from === undefined ? '' : ` from ${from}`}${before === undefined ? '' : ` before ${before}`}`;
    console.log(`known of ${server}${versions} (${issue})${ending === undefined ? '' : `, ${ending}`}`);
    for (const [index, reply] of replies.entries())
      console.log(`  ${index + 1}. ${reply === '' ? '(nothing)' : reply}`);
  }
  if (finding !== undefined) console.log(`see docs/findings/${finding}.md in the repository`);
  return 0;
}

/** Prints what changed between two reports; 1 when something fails that did not. */
export function diffReports(files: readonly string[], flags: ConformFlags): number {
  refuseUseless(flags, 'conform diff');
  if (files.length !== 2) throw argumentOutOfRange('diff takes two files: OLD.json NEW.json');
  const [before, after] = files.map(readReport);
  const changes = compareReports(before!, after!);
  for (const { id, before: was, after: is, isRegression } of changes) {
    console.log(`${isRegression ? 'worse ' : '      '} ${id}: ${was} -> ${is}`);
  }
  const regressions = changes.filter(({ isRegression }) => isRegression).length;
  console.log(`${changes.length} changed, ${regressions} worse`);
  return regressions > 0 ? 1 : 0;
}

/** Puts reports side by side. */
export function mergeReports(files: readonly string[], flags: ConformFlags): number {
  refuseUseless(flags, 'conform merge');
  const { text } = flags;
  if (files.length === 0 || (text.html === undefined && text.svg === undefined)) {
    throw argumentOutOfRange('merge takes reports, and --html FILE or --svg FILE');
  }
  const reports = files.map(readReport);
  if (text.html !== undefined) writeFileSync(text.html, toHtml(reports));
  if (text.svg !== undefined) writeFileSync(text.svg, heatStrip(reports));
  return 0;
}

/** @throws {RangeError} when the file is no report of this version. */
function readReport(file: string): Report {
  const read = parseJson(readNamedFile(file).toString()) as Partial<Report> | undefined;
  if (read?.reportVersion === REPORT_VERSION) return read as Report;
  throw argumentOutOfRange(`${file} is no report of version ${REPORT_VERSION}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
