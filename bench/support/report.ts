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

/** Runs a bench of awaited commands and prints a row per task: how long one takes, mostly and at worst. */
export async function reportLatency(bench: Bench): Promise<void> {
  await bench.run();
  console.table(
    bench.tasks.map(({ name, result }) => {
      if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
      const { p50, p99, p999, samplesCount } = result.latency;
      const [medianMs, p99Ms, p999Ms] = [p50, p99, p999].map((milliseconds) => Number(milliseconds.toPrecision(3)));
      return { task: name, 'median ms': medianMs, 'p99 ms': p99Ms, 'p99.9 ms': p999Ms, runs: samplesCount };
    }),
  );
}
