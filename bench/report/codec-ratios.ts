/** How much faster the codec is than the fastest peer, and by what that is summed up. */

import type { CodecDocument, CodecRow, Timing } from './documents.ts';
import { OURS } from './drivers.ts';

/** What is no contestant: a copy of the same bytes. */
const MEMCPY = 'memcpy';

export interface Judged extends CodecRow {
  readonly ours: Timing;
  readonly peers: Readonly<Record<string, Timing>>;
  /** The fastest peer by the least times. */
  readonly best: string;
  /** The best peer's median time to ours: above 1 we are faster. */
  readonly ratio: number;
  /** The same of the least times, which are steadier on a machine that others use too. */
  readonly leastRatio: number;
  readonly timesMemcpy?: number;
}

export function judge(row: CodecRow): Judged {
  const { [OURS]: ours, [MEMCPY]: memcpy, ...peers } = row.results;
  if (ours === undefined) throw new Error(`${row.shape}: ${OURS} took no part`);
  const best = (field: 'ns' | 'leastNs'): string =>
    Object.keys(peers).reduce((a, b) => (peers[a]![field] < peers[b]![field] ? a : b));
  const ratio = (field: 'ns' | 'leastNs'): number => peers[best(field)]![field] / ours[field];
  return {
    ...row,
    ours,
    peers,
    best: best('leastNs'),
    ratio: ratio('ns'),
    leastRatio: ratio('leastNs'),
    ...(memcpy === undefined ? {} : { timesMemcpy: ours.leastNs / memcpy.leastNs }),
  };
}

/** The shapes of encoding whose target is 3; the others must only be no slower. */
const SHORT_ASCII = ['GET key', 'SET key, 32 characters, EX', 'HSET of 10 fields'];
export const SHORT_ENCODING = 'encoding, short ASCII';

export interface GroupSummary {
  readonly group: string;
  readonly mean: number;
  readonly leastMean: number;
  readonly worst: Judged;
  readonly rows: readonly Judged[];
}

/** By group: the geometric means of the ratios, and the worst row. */
export function summarize({ rows }: Pick<CodecDocument, 'rows'>): GroupSummary[] {
  const groups = new Map<string, Judged[]>();
  for (const row of rows.map(judge)) {
    const isShort = row.group === 'encoding' && SHORT_ASCII.includes(row.shape);
    const group = isShort ? SHORT_ENCODING : row.group;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups].map(([group, members]) => ({
    group,
    mean: geometricMean(members.map(({ ratio }) => ratio)),
    leastMean: geometricMean(members.map(({ leastRatio }) => leastRatio)),
    worst: members.reduce((a, b) => (a.leastRatio < b.leastRatio ? a : b)),
    rows: members,
  }));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
