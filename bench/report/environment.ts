import { cpus, loadavg, totalmem, type } from 'node:os';
import type { Environment } from './documents.ts';

/** Of this machine, now. `versions` names what else takes part. */
export function environment(versions: Readonly<Record<string, string>> = {}): Environment {
  return {
    machine: (cpus()[0]?.model ?? 'unknown processor').trim(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${process.arch}`,
    node: process.version,
    versions,
    loadAverage: loadavg()[0]!,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** As one sentence. */
export function describe({
  machine,
  cores,
  memoryGiB,
  system,
  node,
  versions,
  loadAverage,
  date,
}: Environment): string {
  const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [machine, `${cores} cores`, `${memoryGiB} GiB`, system, `Node.js ${node}`, ...others];
  return `${parts.join(', ')}; ${date}, load average before the run ${loadAverage.toFixed(1)}`;
}
