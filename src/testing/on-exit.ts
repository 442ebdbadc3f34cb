/** What must be undone when this process ends, however it ends: by itself, by an exception, or by a signal. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const cleanups = new Set<() => void>();

/**
 * Registers a clean-up for the end of this process; it must be synchronous and must not throw.
 *
 * A signal that nobody else listens to still ends the process, after the clean-ups. Where the program has a listener of
 * its own, the signal is the program's affair, and the clean-ups run when it exits.
 *
 * @returns a function that withdraws the clean-up.
 */
export function onExit(cleanup: () => void): () => void {
  if (cleanups.size === 0) watch();
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0) unwatch();
  };
}

function watch(): void {
  process.on('exit', runAll);
  for (const signal of SIGNALS) process.on(signal, onSignal);
}

function unwatch(): void {
  process.off('exit', runAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  runAll();
  // The last listener is gone, so that this time the signal does what it does by default.
  process.kill(process.pid, signal);
}

function runAll(): void {
  for (const cleanup of [...cleanups]) cleanup();
  cleanups.clear();
  unwatch();
}
