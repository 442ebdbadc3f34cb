/** Times several candidates against each other in one process. */

/** Short, so that on a busy machine some samples are not interrupted. */
const SAMPLE_MS = 0.5;
const MAX_CELL_MS = 1200;

/**
 * The median and the least time of each candidate in nanoseconds an operation, with the spread of the middle half.
 *
 * The candidates run in turns, so that what the machine does besides hits all of them alike.
 */
export function measure(candidates, { operations, rounds }) {
  const runs = candidates.map(({ name, run }) => ({ name, run, times: times(run), samples: [] }));
  const roundMs = runs.reduce((sum, { times, run }) => sum + times * elapsedMs(run, 1), 0);
  const affordable = Math.max(3, Math.min(rounds, Math.floor(MAX_CELL_MS / roundMs)));
  for (let round = 0; round < affordable; round++) {
    for (const candidate of runs) {
      const ms = elapsedMs(candidate.run, candidate.times) / candidate.times;
      candidate.samples.push((ms * 1e6) / operations);
    }
  }
  return Object.fromEntries(runs.map(({ name, samples }) => [name, summary(samples)]));
}

/** How often a candidate runs for one sample; asking warms it up. */
function times(run) {
  let count = 1;
  for (let warm = 0; warm < 3; warm++) if (elapsedMs(run, 1) > SAMPLE_MS * 4) return 1;
  while (elapsedMs(run, count) < SAMPLE_MS) count *= 2;
  return count;
}

function elapsedMs(run, count) {
  const start = performance.now();
  for (let index = 0; index < count; index++) run();
  return performance.now() - start;
}

function summary(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.floor(part * (sorted.length - 1))];
  return { ns: at(0.5), leastNs: sorted[0], spread: (at(0.75) - at(0.25)) / 2 / at(0.5) };
}
