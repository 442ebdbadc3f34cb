/** How a microbenchmark tells what it found: to `tools/run-bench`, which started it, or to whoever reads its output. */
import type { Bench } from 'tinybench';
import type { MicroRow, MicroTable } from '../report/documents.ts';
import { printTable } from './print-table.ts';

/** What a bench says to the process that started it. */
export type Message = { readonly table: MicroTable } | { readonly progress: string };

/** Tells a table. */
export function publish(table: MicroTable): void {
  if (process.send === undefined) printTable(table);
  else process.send({ table } satisfies Message);
}

/** Tells what is being measured now. */
export function progress(text: string): void {
  process.send?.({ progress: text } satisfies Message);
}

/** Runs a bench and tells a row per task, in nanoseconds for one of the operations that a run consists of. */
export async function report(bench: Bench, operationsPerRun = 1): Promise<void> {
  await runTold(bench);
  const scale = 1e6 / operationsPerRun;
  publish({ title: titleOf(bench), unit: 'ns', rows: rowsOf(bench, scale) });
}

/** Runs a bench of awaited commands and tells a row per task: how long one takes, mostly and at worst, in milliseconds. */
export async function reportLatency(bench: Bench): Promise<void> {
  await runTold(bench);
  publish({ title: titleOf(bench), unit: 'ms', rows: rowsOf(bench, 1) });
}

async function runTold(bench: Bench): Promise<void> {
  let done = 0;
  bench.addEventListener('cycle', () => progress(`${titleOf(bench)}, ${++done} of ${bench.tasks.length}`));
  await bench.run();
}

function titleOf({ name }: Bench): string {
  if (name === undefined) throw new Error('a bench without a name');
  return name;
}

function rowsOf(bench: Bench, scale: number): MicroRow[] {
  return bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
    const { p50, min, mad, p99, p999, samplesCount } = result.latency;
    const isLatency = scale === 1;
    return {
      name,
      median: p50 * scale,
      least: min * scale,
      spread: mad / p50,
      samples: samplesCount,
      ...(isLatency ? { p99, p999 } : {}),
    };
  });
}

/** The figures of samples. */
export function summary(samples: readonly number[]): Pick<MicroRow, 'median' | 'least' | 'spread' | 'samples'> {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!;
  const median = at(0.5);
  return { median, least: sorted[0]!, spread: (at(0.75) - at(0.25)) / 2 / median, samples: sorted.length };
}
