/** Runs something and says how much it did, for how much of the processor and memory, and how long each took. */
import { readFileSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Elsewhere its unit is another, or it does not exist. */
const HAS_LOOP_DELAY = process.versions.bun === undefined && process.versions.deno === undefined;

/** @param run is given an array for latencies in milliseconds, and resolves to a count of commands */
export async function measured(run) {
  const latencies = [];
  const delay = HAS_LOOP_DELAY ? monitorEventLoopDelay({ resolution: 5 }) : undefined;
  forgetPeak();
  delay?.enable();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const count = await run(latencies);
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  delay?.disable();
  return {
    count,
    perSecond: (count * 1000) / milliseconds,
    cpuMicros: (user + system) / count,
    ...percentiles(latencies),
    ...(delay === undefined ? {} : { loopDelayP99: delay.percentile(99) / 1e6 }),
    peakMiB: peakBytes() / (1 << 20),
  };
}

function percentiles(latencies) {
  if (latencies.length === 0) return {};
  const sorted = Float64Array.from(latencies).sort();
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
}

/** Linux remembers the most memory that a process had resident, and forgets it when it is told to. */
function forgetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Then it is the peak of all loads so far, or what is resident now.
  }
}

function peakBytes() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.memoryUsage.rss();
  }
}
