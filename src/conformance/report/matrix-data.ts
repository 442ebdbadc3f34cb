/** What the HTML page carries: reports side by side, every text once. */
import type { Verdict } from '../judge.ts';
import type { Report, ReportCase } from './report.ts';

/** One server's outcome of one case: verdict, alternative, note, what it got (an index of `texts`), ending, milliseconds. */
export type Cell = readonly [
  verdict: Verdict,
  alternative: string,
  note: string,
  got: number,
  ending: string,
  ms: number,
];

/** The matrix as data. */
export interface MatrixData {
  readonly servers: readonly { readonly target: string; readonly startedAt: string; readonly tool: string }[];
  readonly cases: readonly Pick<ReportCase, 'id' | 'alias' | 'section' | 'title' | 'level' | 'sent' | 'expected'>[];
  /** What servers answered, step by step; equal answers have one entry. */
  readonly texts: readonly (readonly string[])[];
  /** By case, then by server; null where a report has not run the case. */
  readonly cells: readonly (readonly (Cell | null)[])[];
}

const MAX_SHOWN = 600;

/** Puts reports side by side; the cases are those of all, in the order in which they first come. */
export function matrixData(reports: readonly Report[]): MatrixData {
  const cases = new Map<string, ReportCase>();
  for (const report of reports) for (const one of report.cases) if (!cases.has(one.id)) cases.set(one.id, one);
  const texts = new Texts();
  const byId = reports.map((report) => new Map(report.cases.map((one) => [one.id, one])));
  const cells = [...cases.keys()].map((id) => byId.map((report) => cellOf(report.get(id), texts)));
  return {
    servers: reports.map(({ target, startedAt, tool }) => ({
      target,
      startedAt,
      tool: `${tool.name} ${tool.version}`,
    })),
    cases: [...cases.values()].map(({ id, alias, section, title, level, sent, expected }) => {
      return {
        id,
        alias,
        section,
        title,
        level,
        sent,
        expected: expected.map((answer) => ({ ...answer, replies: answer.replies.map(shorten) })),
      };
    }),
    texts: texts.all,
    cells,
  };
}

function cellOf(one: ReportCase | undefined, texts: Texts): Cell | null {
  if (one === undefined) return null;
  const got = one.got === undefined ? -1 : texts.indexOf(one.got.map(shorten));
  return [one.verdict, one.alternative ?? '', one.note ?? '', got, one.ending ?? '', one.ms];
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

class Texts {
  readonly all: (readonly string[])[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(text: readonly string[]): number {
    const key = JSON.stringify(text);
    const found = this.#indices.get(key);
    if (found !== undefined) return found;
    this.#indices.set(key, this.all.length);
    return this.all.push(text) - 1;
  }
}
