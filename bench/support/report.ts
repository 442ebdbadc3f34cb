import type { Bench } from 'tinybench';

/** Runs a bench and prints a row per task: the median, its spread, and what one operation is. */
export async function report(bench: Bench, operationsPerRun = 1): Promise<void> {
  await bench.run();
  console.table(
    bench.tasks.map(({ name, result }) => {
      if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
      const nanoseconds = (result.latency.p50 * 1e6) / operationsPerRun;
      return {
        task: name,
        'ns per operation (median)': Number(nanoseconds.toPrecision(3)),
        'operations/s': Math.round(1e9 / nanoseconds).toLocaleString('en'),
        '±': `${result.latency.rme.toFixed(1)} %`,
        runs: result.latency.samplesCount,
      };
    }),
  );
}
