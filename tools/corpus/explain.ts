/** The page that goes with the matrix of parsers: who gets how many right, and why each disagreement is one. */
import { readFileSync } from 'node:fs';
import { isFailure, type Report, type ReportCase } from '../../src/conformance/index.ts';

/** Vectors that parsers get wrong for one reason. */
export interface Disagreement {
  readonly title: string;
  /** Names as their adapters say them; `*` for all. */
  readonly parsers: readonly string[];
  /** Ids, `*` for anything. */
  readonly vectors: readonly string[];
  /** Ways of being wrong; all unless given. */
  readonly faults?: readonly string[];
  readonly why: string;
  readonly source: string;
  readonly finding?: string;
}

export function readDisagreements(file = 'conformance/disagreements.json'): Disagreement[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Disagreement[];
}

/** The failures that no reason is given for. */
export function unexplained(reports: readonly Report[], disagreements: readonly Disagreement[]): string[] {
  return reports.flatMap(({ server, cases }) =>
    cases
      .filter(isFailure)
      .filter((one) => reasonFor(disagreements, server.name, one) === undefined)
      .map(({ id, alternative = '' }) => `${server.name} ${id} ${alternative}`),
  );
}

/** The first that applies: they stand in this order, the more special ones before the others. */
function reasonFor(
  disagreements: readonly Disagreement[],
  parser: string,
  { id, alternative = '' }: ReportCase,
): Disagreement | undefined {
  return disagreements.find(({ parsers, vectors, faults = [alternative] }) => {
    if (!parsers.includes('*') && !parsers.includes(parser)) return false;
    return faults.includes(alternative) && vectors.some((glob) => matches(glob, id));
  });
}

function matches(glob: string, id: string): boolean {
  const source = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(id);
}

/** Writes the page. */
export function explanation(reports: readonly Report[], disagreements: readonly Disagreement[]): string {
  const names = reports.map(({ target }) => target);
  const sections = [...new Set(reports.flatMap(({ cases }) => cases.map(({ section }) => section)))];
  const rows = sections.map((section) => rowOf(section, reports, (one) => one.section === section));
  return `${[
    '# Parsers against the vectors',
    '',
    'Written by `npm run corpus -- --peers`; [matrix.html](matrix.html) has every vector. What a parser gets right, of the',
    'vectors of the protocols that it was written for; what the specification leaves open counts as right.',
    '',
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => '--:|').join('')}`,
    ...rows,
    rowOf('**all**', reports, () => true),
    '',
    '## Why they disagree',
    '',
    ...disagreements.flatMap((each) => paragraphOf(each, { reports, disagreements })),
    '## Slow',
    '',
    'Not wrong, but more than a second for some forty readings of one vector: what is not whole is read again from its beginning',
    'with every chunk, or walked through level by level. With enough bytes, or in small enough chunks, this is a way to stop a client.',
    '',
    ...slowOnes(reports),
  ].join('\n')}\n`;
}

const SLOW_MS = 1000;

function slowOnes(reports: readonly Report[]): string[] {
  return reports.flatMap(({ target, cases }) => {
    const slow = cases.filter(({ ms }) => ms > SLOW_MS).map(({ id }) => `\`${id}\``);
    return slow.length === 0 ? [] : [`- ${target}: ${slow.join(', ')}`];
  });
}

function rowOf(name: string, reports: readonly Report[], isCounted: (one: ReportCase) => boolean): string {
  const cells = reports.map(({ cases }) => {
    const ran = cases.filter((one) => isCounted(one) && one.verdict !== 'skip');
    return ran.length === 0 ? '-' : `${ran.filter((one) => !isFailure(one)).length}/${ran.length}`;
  });
  return `| ${name} | ${cells.join(' | ')} |`;
}

const MAX_EXAMPLES = 3;

interface Everything {
  readonly reports: readonly Report[];
  readonly disagreements: readonly Disagreement[];
}

interface Hit {
  readonly target: string;
  readonly parser: string;
  readonly one: ReportCase;
}

function paragraphOf(disagreement: Disagreement, everything: Everything): string[] {
  const { title, why, source, finding } = disagreement;
  const hits = hitsOf(disagreement, everything);
  const targets = [...new Set(hits.map(({ target }) => target))];
  const counts = targets.map((target) => `${target}: ${hits.filter((hit) => hit.target === target).length}`);
  const page = finding === undefined ? '' : ` See [the finding](../../docs/findings/${finding}.md).`;
  return [
    `### ${title}`,
    '',
    `${why}${page}`,
    '',
    ...examplesOf(hits),
    `- vectors: ${counts.join(', ')}`,
    `- source: ${source}`,
    '',
  ];
}

function hitsOf(disagreement: Disagreement, { reports, disagreements }: Everything): Hit[] {
  return reports.flatMap(({ target, server, cases }) => {
    const hits = cases.filter(isFailure).filter((one) => reasonFor(disagreements, server.name, one) === disagreement);
    return hits.map((one) => ({ target, parser: server.name, one }));
  });
}

function examplesOf(hits: readonly Hit[]): string[] {
  const byId = new Map(hits.toReversed().map((hit) => [hit.one.id, hit]));
  const examples = [...byId.values()].toReversed().slice(0, MAX_EXAMPLES);
  return examples.map(({ parser, one: { id, sent, got, alternative } }) => {
    return `- \`${id}\`: ${code(sent[0]!)} is for ${parser} ${code(got?.[0] || '(nothing)')} (${alternative})`;
  });
}

const MAX_SHOWN = 90;

function code(text: string): string {
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return `\`\` ${shown} \`\``;
}
