/** What the HTML page carries: reports side by side, every text once. */
import { CONSEQUENCES } from '../consequence.ts';
import type { Verdict } from '../judge.ts';
import type { Report, ReportCase } from './report.ts';

/**
 * One server's outcome of one case: verdict, alternative, note, what it got (an index of `texts`), ending, milliseconds,
 * consequence, and what went over the wire (an index of `wires`), where that was kept.
 */
export type Cell = readonly [
  verdict: Verdict,
  alternative: string,
  note: string,
  got: number,
  ending: string,
  ms: number,
  consequence: string,
  wire: number,
];

/** A piece of what went over the wire: milliseconds, connection, who (`>` client, `<` server, `-` a note), base64 or text. */
export type WirePiece = readonly [atMs: number, connection: string, who: string, content: string];

/** A case, told once for all servers; refs and answers are indices. */
export type MatrixCase = Pick<ReportCase, 'id' | 'alias' | 'section' | 'title' | 'level' | 'sent' | 'expected'> & {
  readonly refs: readonly number[];
  readonly finding?: string;
};

/** The matrix as data. */
export interface MatrixData {
  readonly servers: readonly {
    readonly target: string;
    readonly version: string;
    readonly mode: string;
    readonly startedAt: string;
    readonly ms: number;
    readonly tool: string;
  }[];
  readonly cases: readonly MatrixCase[];
  readonly refs: readonly ReportCase['refs'][number][];
  readonly consequences: Readonly<Record<string, string>>;
  /** What servers answered, step by step; equal answers have one entry. */
  readonly texts: readonly (readonly string[])[];
  readonly wires: readonly (readonly WirePiece[])[];
  /** By case, then by server; null where a report has not run the case. */
  readonly cells: readonly (readonly (Cell | null)[])[];
}

const MAX_SHOWN = 600;
const MAX_WIRE_BYTES = 2048;

/** Puts reports side by side; the cases are those of all, in the order in which they first come. */
export function matrixData(reports: readonly Report[]): MatrixData {
  const cases = new Map<string, ReportCase>();
  for (const report of reports) for (const one of report.cases) if (!cases.has(one.id)) cases.set(one.id, one);
  const shelves = { texts: new Shelf<readonly string[]>(), wires: new Shelf<readonly WirePiece[]>() };
  const refs = new Shelf<ReportCase['refs'][number]>();
  const byId = reports.map((report) => new Map(report.cases.map((one) => [one.id, one])));
  const cells = [...cases.keys()].map((id) => byId.map((report) => cellOf(report.get(id), shelves)));
  return {
    servers: reports.map(({ target, server, startedAt, ms, tool }) => {
      const { name, version, mode } = server;
      const told = `${tool.name} ${tool.version}`;
      return { target, version: `${name} ${version}`.trim(), mode, startedAt, ms, tool: told };
    }),
    cases: [...cases.values()].map((one) => caseOf(one, refs)),
    refs: refs.all,
    consequences: CONSEQUENCES,
    texts: shelves.texts.all,
    wires: shelves.wires.all,
    cells,
  };
}

function caseOf(
  { id, alias, section, title, level, sent, expected, ...more }: ReportCase,
  refs: Shelf<ReportCase['refs'][number]>,
): MatrixCase {
  return {
    ...{ id, alias, section, title, level, sent: sent.map(shorten) },
    expected: expected.map((answer) => ({ ...answer, replies: answer.replies.map(shorten) })),
    refs: more.refs.map((ref) => refs.indexOf(ref)),
    ...(more.finding === undefined ? {} : { finding: more.finding }),
  };
}

interface Shelves {
  readonly texts: Shelf<readonly string[]>;
  readonly wires: Shelf<readonly WirePiece[]>;
}

function cellOf(one: ReportCase | undefined, { texts, wires }: Shelves): Cell | null {
  if (one === undefined) return null;
  const got = one.got === undefined ? -1 : texts.indexOf(one.got.map(shorten));
  const wire = one.wire === undefined ? -1 : wires.indexOf(wireOf(one.wire));
  return [
    one.verdict,
    one.alternative ?? '',
    one.note ?? '',
    got,
    one.ending ?? '',
    one.ms,
    one.consequence ?? '',
    wire,
  ];
}

const WHO = { sent: '>', got: '<', note: '-' } as const;

/** As much as a person looks at. */
function wireOf(events: NonNullable<ReportCase['wire']>): WirePiece[] {
  let left = MAX_WIRE_BYTES;
  return events.flatMap(({ atMs, connection, direction, base64, text }): WirePiece[] => {
    if (text !== undefined) return [[atMs, connection, '-', text]];
    const bytes = Buffer.from(base64 ?? '', 'base64');
    const kept = bytes.subarray(0, Math.max(0, left));
    left -= bytes.length;
    const piece: WirePiece = [atMs, connection, WHO[direction], kept.toString('base64')];
    const rest: WirePiece = [atMs, connection, '-', `... ${bytes.length - kept.length} bytes more`];
    return kept.length === bytes.length ? [piece] : [piece, rest];
  });
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}

/** Equal things have one place. */
class Shelf<T> {
  readonly all: T[] = [];
  readonly #indices = new Map<string, number>();

  indexOf(thing: T): number {
    const key = JSON.stringify(thing);
    const found = this.#indices.get(key);
    if (found !== undefined) return found;
    this.#indices.set(key, this.all.length);
    return this.all.push(thing) - 1;
  }
}
