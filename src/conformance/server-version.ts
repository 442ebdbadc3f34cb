/** Which server, which version: to choose what is known of it. */
import type { Case, KnownDeviation } from './case.ts';

/** What a server says of itself. */
export interface ServerProfile {
  /** `redis`, `valkey`, `redict`, ... in lower case; empty when it does not say. */
  readonly name: string;
  /** `7.0.15`; empty when it does not say. */
  readonly version: string;
}

/** Negative, zero or positive, as the first version is before, the same as, or behind the second. */
export function compareVersions(first: string, second: string): number {
  const [these, those] = [first, second].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < Math.max(these!.length, those!.length); index++) {
    const difference = (these![index] ?? 0) - (those![index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True when the server is too old for the case. Who does not tell its version is taken at its word. */
export function isTooOld({ version }: ServerProfile, { since }: Pick<Case, 'since'>): boolean {
  return since !== undefined && version !== '' && compareVersions(version, since) < 0;
}

/** What is known of this server. */
export function knownOf({ known = [] }: Pick<Case, 'known'>, { name, version }: ServerProfile): KnownDeviation[] {
  return known.filter(({ server, from, before }) => {
    if (server !== '*' && server !== name) return false;
    if (version === '') return server === '*';
    if (from !== undefined && compareVersions(version, from) < 0) return false;
    return before === undefined || compareVersions(version, before) < 0;
  });
}

/** Reads the `# Server` part of INFO. */
export function parseServerInfo(info: string): ServerProfile & { readonly mode: string } {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(/:(.*)/s, 2) as [string, string]));
  const own = [...fields.keys()].find((name) => /^(?!redis)[a-z]+_version$/.test(name) && name !== 'gcc_version');
  const name =
    fields.get('server_name') ?? own?.replace('_version', '') ?? (fields.has('redis_version') ? 'redis' : '');
  const version = fields.get(`${name}_version`) ?? fields.get('redis_version') ?? '';
  return { name: name.toLowerCase(), version, mode: fields.get('server_mode') ?? fields.get('redis_mode') ?? '' };
}
