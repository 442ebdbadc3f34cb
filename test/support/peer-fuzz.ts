/** Streams that are right, read by our decoder and by others: whoever reads anything but what was written is found. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { type ChunkPlan, judgeReading, PARSER_FAULTS, type Reader } from '../../src/conformance/index.ts';
import { readableBy } from './peer-limits.ts';
import { anyChunking, anyStream, anyStyle, cut } from './resp-arbitraries.ts';
import { type Choose, encodeValue, type Value } from './resp-value.ts';
import { notationOf } from './vectors.ts';

/** A stream that somebody does not read as it was written. */
export interface Misreading {
  /** Who read what, and how it was cut. */
  readonly fault: string;
  readonly wire: Buffer;
  /** fast-check's: with the same seed and path it comes again. */
  readonly seed: number;
  readonly path: string;
}

/** A parser, and ours to compare it with. */
export interface Contest {
  readonly peer: Reader;
  readonly own: Reader;
}

/** Gives a parser so many streams, and makes the first that is misread smaller. */
export async function findMisreading(
  contest: Contest,
  { seed, runs }: { seed: number; runs: number },
): Promise<Misreading | undefined> {
  let last: { fault: string; wire: Buffer } | undefined;
  const property = fc.asyncProperty(anyStream, anyChunking, anyStyle, async (values, lengths, choose) => {
    const stream = streamFor(contest.peer, values, choose);
    const fault = await misreadingOf(contest, stream, lengths);
    if (fault !== undefined) last = { fault, wire: stream.wire };
    return fault === undefined;
  });
  const { counterexamplePath } = await fc.check(property, { seed, numRuns: runs });
  // The one that failed last is the smallest.
  return last === undefined ? undefined : { ...last, seed, path: counterexamplePath ?? '' };
}

/** Values, and the bytes that say them. */
interface Stream {
  readonly values: readonly Value[];
  readonly wire: Buffer;
}

/** What a parser must read right, in the plain spelling that servers use: nothing is streamed, and of null there are three. */
function streamFor({ profile }: Reader, values: readonly Value[], choose: Choose): Stream {
  const isOld = !profile.protocols.includes(3);
  const plain: Choose = (_, of) => (of !== 'null' ? 0 : isOld ? 1 + choose(2, of) : choose(3, of));
  const readable = values.map((value) => readableBy(profile.name, value));
  return { values: readable, wire: Buffer.concat(readable.map((value) => encodeValue(value, plain))) };
}

async function misreadingOf(
  { peer, own }: Contest,
  { values, wire }: Stream,
  lengths: readonly number[],
): Promise<string | undefined> {
  const sizes = [...cut(wire, lengths)].map(({ length }) => length).filter((length) => length > 0);
  if (sizes.length === 0) return undefined;
  const plans: ChunkPlan[] = [
    { how: 'whole', sizes: [wire.length] },
    { how: `in pieces of ${sizes.join(' ')}`, sizes },
  ];
  const expect = { replies: values.map(notationOf) };
  for (const reader of [own, peer]) {
    const outcomes = await reader.read(wire, plans);
    const { fault, note = '' } = judgeReading({ expect }, { plans, outcomes });
    if (fault !== undefined)
      return `${reader.profile.name} ${PARSER_FAULTS[fault]} ${note}: ${JSON.stringify(outcomes)}`;
  }
  return undefined;
}
