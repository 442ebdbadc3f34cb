import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Looks until there is nothing left to wait for.
 *
 * @param timeoutMs how long to look.
 * @param findMissing says what is still missing, or undefined when all is as it should be.
 * @throws {Error} with what was missing at the end.
 */
export async function waitUntil(timeoutMs: number, findMissing: () => Promise<string | undefined>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const missing = await findMissing();
    if (missing === undefined) return;
    if (performance.now() > deadline) throw new Error(`still after ${timeoutMs} ms: ${missing}`);
    await sleep(POLL_MS);
  }
}
