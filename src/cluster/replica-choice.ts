import { callUser, type Reader, type ReadFrom } from '../net/index.ts';

/** Readers that are about as near as the nearest share the reads: within so much of its round trip, and so many milliseconds. */
const NEAR_FACTOR = 1.25;
const NEAR_MS = 0.5;

/**
 * Chooses who answers a read.
 *
 * @param replicas those in good order: who has just failed or refused is not among them.
 * @param random uniform in [0, 1)
 */
export function chooseReader<R extends Reader>(
  readFrom: ReadFrom,
  { primary, replicas }: { primary: R; replicas: readonly R[] },
  random: number,
): R {
  if (readFrom === 'primary') return primary;
  if (readFrom === 'preferReplica') return anyOf(replicas, random) ?? primary;
  const all = [primary, ...replicas];
  if (readFrom === 'nearest') return nearestOf(all, random) ?? primary;
  if (typeof readFrom === 'function') {
    const shown = all.map(({ address, isPrimary, latencyMs, zone }) => ({ address, isPrimary, latencyMs, zone }));
    const choice = callUser<Reader | undefined>(() => readFrom(shown));
    return (choice && all[shown.indexOf(choice)]) ?? primary;
  }
  const isInZone = ({ zone }: Reader): boolean => zone === readFrom.zone;
  const inZone = anyOf(replicas.filter(isInZone), random);
  return inZone ?? (isInZone(primary) ? primary : (anyOf(replicas, random) ?? primary));
}

function anyOf<R>(readers: readonly R[], random: number): R | undefined {
  return readers[Math.floor(random * readers.length)];
}

function nearestOf<R extends Reader>(readers: readonly R[], random: number): R | undefined {
  const measured = readers.filter(({ latencyMs }) => latencyMs !== undefined);
  const shortestMs = Math.min(...measured.map(({ latencyMs }) => latencyMs!));
  const limitMs = Math.max(shortestMs * NEAR_FACTOR, shortestMs + NEAR_MS);
  return anyOf(
    measured.filter(({ latencyMs }) => latencyMs! <= limitMs),
    random,
  );
}
