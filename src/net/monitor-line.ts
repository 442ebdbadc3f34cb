import type { Reply } from '../resp/index.ts';

/** What MONITOR brings: a simple string of seconds with microseconds, database and address, and the command. */
export function isMonitorLine(reply: Reply): boolean {
  return typeof reply === 'string' && /^\d+\.\d+ \[/.test(reply);
}
