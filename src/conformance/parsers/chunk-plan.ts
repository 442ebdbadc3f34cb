/** In which pieces a parser is given a stream. */

/** How one stream is cut: the length of each chunk, of which the last is repeated to the end. */
export interface ChunkPlan {
  /** As a person reads it: `whole`, `byte by byte`, `cut at 7`. */
  readonly how: string;
  readonly sizes: readonly number[];
}

/** Longer streams are cut in two now and then only. */
const EVERY_CUT_BYTES = 300;
const CUTS_OF_LONG_ONES = 40;

/** Whole, byte by byte, and cut in two: at every place, in long ones at some. */
export function chunkPlans(length: number): ChunkPlan[] {
  const plans: ChunkPlan[] = [{ how: 'whole', sizes: [Math.max(1, length)] }];
  if (length < 2) return plans;
  plans.push({ how: 'byte by byte', sizes: [1] });
  const step = length <= EVERY_CUT_BYTES ? 1 : Math.ceil(length / CUTS_OF_LONG_ONES);
  for (let at = 1; at < length; at += step) plans.push({ how: `cut at ${at}`, sizes: [at, length - at] });
  return plans;
}

/** Cuts bytes as a plan says; the chunks are views. */
export function* chunksOf(bytes: Buffer, { sizes }: ChunkPlan): Generator<Buffer> {
  for (let from = 0, index = 0; from < bytes.length; index++) {
    const size = sizes[Math.min(index, sizes.length - 1)]!;
    yield bytes.subarray(from, from + size);
    from += Math.max(1, size);
  }
}
