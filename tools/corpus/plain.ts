import { Buffer } from 'node:buffer';
import type { Value } from '../../test/support/resp-value.ts';

/**
 * A value with the differences dropped that some parsers drop: kinds of strings, kinds of numbers, arrays and sets, the
 * order of maps and the types of their keys. What is left over must be the same for all.
 */
export type Plain = null | boolean | string | Plain[] | { readonly [kind: string]: Plain };

/** What a vector wants. */
export function plainValue(value: Value): Plain {
  switch (value.type) {
    case '_':
      return null;
    case '#':
      return value.value;
    case ':':
    case '(':
      return { number: `${value.value}` };
    case ',':
      return plainNumber(value.value);
    case '-':
    case '!':
      return { error: value.bytes.toString() };
    case '*':
    case '~':
      return value.items.map(plainValue);
    case '>':
      return { push: value.items.map(plainValue) };
    case '%':
      return plainMap(pairs(value.items.map(plainValue)));
    case '|':
      return { attributes: plainMap(pairs(value.attributes.map(plainValue))), value: plainValue(value.value) };
    case 'overload':
      return { error: 'too large' };
    default:
      return value.bytes.toString();
  }
}

/** The same without the attributes, which some parsers know and drop. */
export function withoutAttributes(plain: Plain): Plain {
  if (Array.isArray(plain)) return plain.map(withoutAttributes);
  if (typeof plain !== 'object' || plain === null) return plain;
  if (plain['attributes'] !== undefined) return withoutAttributes(plain['value']!);
  return Object.fromEntries(Object.entries(plain).map(([kind, inner]) => [kind, withoutAttributes(inner)]));
}

/** A number as all number types of a language could print it. */
export function plainNumber(value: number): Plain {
  const isBig = Number.isInteger(value) && Math.abs(value) >= 1e21;
  return { number: Object.is(value, -0) ? '-0' : isBig ? `${BigInt(value)}` : `${value}` };
}

/** Keys are compared by their text: objects have no other. */
export function plainMap(entries: readonly (readonly [Plain, Plain])[]): Plain {
  return { map: sorted(entries.map(([key, value]) => [keyText(key), value])) };
}

export function plainText(text: string | Uint8Array): string {
  return typeof text === 'string' ? text : Buffer.from(text).toString();
}

function sorted(values: readonly Plain[]): Plain[] {
  return values
    .map((value) => ({ value, text: JSON.stringify(value) }))
    .sort(byText)
    .map(({ value }) => value);
}

function byText(a: { text: string }, b: { text: string }): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

function keyText(key: Plain): string {
  if (typeof key === 'string') return key;
  const number = typeof key === 'object' && key !== null && !Array.isArray(key) ? key['number'] : undefined;
  return typeof number === 'string' ? number : JSON.stringify(key);
}

function pairs(items: readonly Plain[]): [Plain, Plain][] {
  return items.flatMap((key, at) => (at % 2 === 0 ? [[key, items[at + 1]!] as [Plain, Plain]] : []));
}
