/** Replies of simulated nodes, as latin1 text: one character per byte. */

export type Protocol = 2 | 3;

export const OK = '+OK\r\n';
export const WRONG_TYPE: string = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const NOT_AN_INTEGER: string = error('ERR value is not an integer or out of range');
export const SYNTAX_ERROR: string = error('ERR syntax error');

export function error(text: string): string {
  return `-${text}\r\n`;
}

export function simple(text: string): string {
  return `+${text}\r\n`;
}

export function integer(value: number | bigint): string {
  return `:${value}\r\n`;
}

/** @param text bytes as latin1 */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

export function nil(protocol: Protocol): string {
  return protocol === 3 ? '_\r\n' : '$-1\r\n';
}

/** @param elements replies already encoded */
export function array(elements: readonly string[]): string {
  return `*${elements.length}\r\n${elements.join('')}`;
}

/** @param elements keys and values in turn, already encoded */
export function map(elements: readonly string[], protocol: Protocol): string {
  return protocol === 3 ? `%${elements.length / 2}\r\n${elements.join('')}` : array(elements);
}

/** A text as RESP3's verbatim string, or as a bulk string. */
export function verbatim(text: string, protocol: Protocol): string {
  return protocol === 3 ? `=${text.length + 4}\r\ntxt:${text}\r\n` : bulk(text);
}
