import type { Part } from '../../src/facade/syntax.ts';
import type { Description } from './description.ts';
import { isQuotable, OWN_SUMMARIES } from './summaries.ts';

/** Newest forms that would change how a method is called: GEOSEARCH BYPOLYGON, and CLUSTER REPLICATE NO ONE. */
const AS_BEFORE: ReadonlySet<string> = new Set(['GEOSEARCH', 'GEOSEARCHSTORE', 'CLUSTER|REPLICATE']);

/** What an earlier server and the next one say together of a command. */
export function mergeDescriptions(earlier: Description | undefined, next: Description, server: string): Description {
  const families = [...new Set([...(earlier?.families ?? []), ...next.families])];
  const keepsParts = earlier !== undefined && !AS_BEFORE.has(next.path) && saysMore(earlier.parts, next.parts);
  const parts = keepsParts ? earlier.parts : next.parts;
  const since = { ...next.since, ...earlier?.since };
  if (isQuotable(server)) return { ...next, parts, families, since };
  const summary = earlier?.summary ?? OWN_SUMMARIES[next.path];
  const complexity = earlier?.complexity ?? /^O\([^ ]*\)/.exec(next.complexity ?? '')?.[0];
  return { ...next, parts, families, since, summary, complexity };
}

/** True when the first syntax has words that the second lacks, and lacks none of its. */
export function saysMore(first: readonly Part[], second: readonly Part[]): boolean {
  const [mine, theirs] = [first, second].map((parts) => new Set(tokensIn(parts)));
  return mine!.size > theirs!.size && [...theirs!].every((word) => mine!.has(word));
}

/** All words of a syntax, as they are written. */
export function tokensIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => [...(part.token === undefined ? [] : [part.token]), ...tokensIn(part.parts)]);
}
