/** Who takes part, in the order in which they are shown. */

export const OURS = 'slotwire';

const REFERENCES: ReadonlySet<string> = new Set(['bare sockets', 'redis-benchmark']);

const ORDER = [
  OURS,
  'slotwire on Bun',
  'slotwire on Deno',
  'ioredis auto',
  'ioredis',
  'node-redis',
  'glide',
  'Bun’s own client',
  'bare sockets',
  'redis-benchmark',
];

/** Whether it is no client of JavaScript, but what one can be measured by. */
export function isReference(driver: string): boolean {
  return REFERENCES.has(driver);
}

/** Whether it is a released client that slotwire is compared with. */
export function isPeer(driver: string): boolean {
  return !isReference(driver) && !driver.startsWith(OURS);
}

export function inOrder(drivers: Iterable<string>): string[] {
  const place = (driver: string): number => (ORDER.includes(driver) ? ORDER.indexOf(driver) : ORDER.length);
  return [...new Set(drivers)].sort((a, b) => place(a) - place(b));
}

/** The number of its colour and its mark; what is not known has the last. */
export function styleOf(driver: string): number {
  const place = ORDER.indexOf(driver);
  return place < 0 ? ORDER.length : place;
}
