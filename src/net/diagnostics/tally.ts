/** What has no name, or one too many, is counted together, under the name that OpenTelemetry has for such. */
export const OTHERS = '_OTHER';
/** Error prefixes are a server's, or a script's, to invent: what counts them must not grow for ever. */
const MAX_NAMES = 64;

/** Counts by name; of a bounded number of names. */
export class Tally {
  /** Mostly nothing ever has to be counted. */
  #counts: Map<string, number> | undefined;

  add(name: string, count = 1): void {
    this.#counts ??= new Map();
    const counted = this.#counts.has(name) || this.#counts.size < MAX_NAMES ? name : OTHERS;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + count);
  }

  /** Adds what another one has counted. */
  addAll(counts: Readonly<Record<string, number>>): void {
    for (const [name, count] of Object.entries(counts)) this.add(name, count);
  }

  /** A copy, without a prototype: a name may be any word. */
  counts(): Record<string, number> {
    const counts = Object.create(null) as Record<string, number>;
    for (const [name, count] of this.#counts ?? []) counts[name] = count;
    return counts;
  }
}
