/** Counts by section: what several reports begin with. */
import { isFailure, type ReportCase } from './report.ts';

/** How the cases of one section came out. */
export interface SectionCounts {
  readonly section: string;
  readonly pass: number;
  readonly lenient: number;
  readonly deviates: number;
  readonly info: number;
  readonly fail: number;
  readonly skip: number;
}

/** One entry per section, in their order. */
export function sectionCounts(cases: readonly ReportCase[]): SectionCounts[] {
  const sections = [...new Set(cases.map(({ section }) => section))];
  return sections.map((section) => {
    const inside = cases.filter((one) => one.section === section);
    const count = (verdict: ReportCase['verdict']) => inside.filter((one) => one.verdict === verdict).length;
    const fail = inside.filter(isFailure).length + count('error');
    const others = { pass: count('pass'), lenient: count('lenient'), deviates: count('deviates'), info: count('info') };
    return { section, ...others, fail, skip: count('skip') };
  });
}
