/** JUnit's XML, as continuous integration reads it: a suite per section. */
import { isFailure, type Report, type ReportCase } from './report.ts';

/**
 * Writes a report as JUnit XML, in the form that the strictest of the usual schemas wants: totals on the suites alone, and in
 * each suite properties, cases, system-out and system-err. Only what is a fault of the suite or the network is an `<error>`.
 *
 * @param baseline ids of failures that are known: they are `<skipped>`, and say why.
 */
export function toJUnit(report: Report, baseline: ReadonlySet<string> = new Set()): string {
  const sections = [...new Set(report.cases.map(({ section }) => section))];
  const suites = sections.map((section, index) => suiteOf(section, { ...report, baseline }, index));
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>\n`;
}

interface Suites extends Report {
  readonly baseline: ReadonlySet<string>;
}

function suiteOf(section: string, report: Suites, index: number): string {
  const { baseline } = report;
  const cases = report.cases.filter((each) => each.section === section);
  const { tests, failures, errors, skipped } = counts(cases, baseline);
  const time = seconds(cases.reduce((sum, { ms }) => sum + ms, 0));
  const stamp = report.startedAt.replace(/\.\d+Z$/, '');
  const totals = `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  const place = `package="slotwire.conform" id="${index}" timestamp="${stamp}" hostname="localhost"`;
  const open = `  <testsuite name="${section}" ${place} ${totals} time="${time}">\n`;
  const parts = [
    properties(report),
    ...cases.map((one) => testCase(one, baseline)),
    '    <system-out/>\n    <system-err/>\n',
  ];
  return `${open}${parts.join('')}  </testsuite>\n`;
}

function properties({ target, server, tool }: Report): string {
  const told = { target, server: `${server.name} ${server.version}`.trim(), tool: `${tool.name} ${tool.version}` };
  const lines = Object.entries(told).map(
    ([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>\n`,
  );
  return `    <properties>\n${lines.join('')}    </properties>\n`;
}

function testCase(one: ReportCase, baseline: ReadonlySet<string>): string {
  const open = `    <testcase name="${escapeXml(one.id)}" classname="${one.section}" time="${seconds(one.ms)}"`;
  const inside = isKnown(one, baseline) ? `<skipped message="in the baseline: ${one.verdict}"/>` : outcome(one);
  return inside === '' ? `${open}/>\n` : `${open}>\n      ${inside}\n    </testcase>\n`;
}

function isKnown(one: ReportCase, baseline: ReadonlySet<string>): boolean {
  return isFailure(one) && baseline.has(one.id);
}

function outcome(one: ReportCase): string {
  const message = escapeXml([one.title, one.note].filter((text) => text !== undefined).join(': '));
  if (one.verdict === 'skip') return `<skipped message="${escapeXml(one.note ?? '')}"/>`;
  if (one.verdict === 'error') return `<error message="${message}" type="error">${escapeXml(details(one))}</error>`;
  if (!isFailure(one)) return '';
  return `<failure message="${message}" type="${one.verdict}">${escapeXml(details(one))}</failure>`;
}

/** What was sent, expected and got, in lines. */
export function details({ sent, expected, got = [] }: ReportCase): string {
  return sent
    .flatMap((text, step) => {
      const wanted = [...new Set(expected.map(({ replies }) => replies[step]!))].join('  or  ');
      return [`sent      ${text}`, `expected  ${wanted}`, `got       ${got[step] ?? ''}`];
    })
    .join('\n');
}

function counts(
  cases: readonly ReportCase[],
  baseline: ReadonlySet<string>,
): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const known = cases.filter((one) => isKnown(one, baseline)).length;
  return {
    tests: cases.length,
    failures: cases.filter(isFailure).length - known,
    errors: cases.filter(({ verdict }) => verdict === 'error').length,
    skipped: cases.filter(({ verdict }) => verdict === 'skip').length + known,
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 cannot hold control characters, not even as references: they are spelled out. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML refuses
  const spelled = text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return spelled.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
