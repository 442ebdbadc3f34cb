/** Replies as scripted servers write them. */

/** A value to be put on the wire; strings become bulk strings. */
export type WireValue = string | number | null | readonly WireValue[];

/** Writes a value as RESP2, which RESP3 clients read as well. */
export function reply(value: WireValue): string {
  if (value === null) return '$-1\r\n';
  if (typeof value === 'number') return `:${value}\r\n`;
  if (typeof value === 'string') return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
  return `*${value.length}\r\n${value.map(reply).join('')}`;
}

/** Writes a map as RESP3 has it, or as the flat array of RESP2. */
export function mapReply(pairs: readonly (readonly [string, WireValue])[], protocol: 2 | 3): string {
  const body = pairs.flat().map((each) => reply(each));
  return protocol === 3 ? `%${pairs.length}\r\n${body.join('')}` : `*${body.length}\r\n${body.join('')}`;
}
