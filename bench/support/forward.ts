import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Message, progress, publish } from './report.ts';

/** Runs a part of a bench in a process of its own, with flags for the engine, and tells what it tells. */
export async function forwardFrom(file: string, flags: readonly string[], args: readonly string[] = []): Promise<void> {
  const child = fork(file, [...args], { execArgv: [...flags] });
  child.on('message', (message: Message) => {
    if ('table' in message) publish(message.table);
    else progress(message.progress);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${file}: exit code ${code}`);
}
