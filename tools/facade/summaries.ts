/**
 * What commands do that only servers with restrictive licences describe, in our own words: their facts are taken, their
 * sentences are not.
 */
export const OWN_SUMMARIES: { readonly [path: string]: string } = {
  HEXPIRE: 'Sets how long fields of a hash live, in seconds.',
  HEXPIREAT: 'Sets when fields of a hash expire, as a Unix time in seconds.',
  HEXPIRETIME: 'When fields of a hash expire, as a Unix time in seconds.',
  HGETDEL: 'The values of fields of a hash, which are deleted.',
  HGETEX: 'The values of fields of a hash, whose expiration is set or removed.',
  HPERSIST: 'Removes the expiration of fields of a hash.',
  HPEXPIRE: 'Sets how long fields of a hash live, in milliseconds.',
  HPEXPIREAT: 'Sets when fields of a hash expire, as a Unix time in milliseconds.',
  HPEXPIRETIME: 'When fields of a hash expire, as a Unix time in milliseconds.',
  HPTTL: 'How long fields of a hash still live, in milliseconds.',
  HSETEX: 'Sets fields of a hash and their expiration, on a condition if wanted.',
  HTTL: 'How long fields of a hash still live, in seconds.',
};

/** Servers whose sentences may be repeated. */
export function isQuotable(server: string): boolean {
  return server.startsWith('valkey') || server === 'redis-7.0';
}
