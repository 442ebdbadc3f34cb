/** The words in which the generated methods describe their parameters. */
import type { Argument } from '../resp/index.ts';

/** The name of a key, as text or bytes; a number is its decimal text. */
export type Key = Argument;

/** A whole number; past 2^53-1 a bigint. */
export type Integer = number | bigint;

/** A number, or its text as servers take it: `inf`, `(1.5`. */
export type Double = number | bigint | string;

/** A list, or its only element. */
export type OneOrMore<T> = T | readonly T[];

type KeysOf<Union> = Union extends unknown ? keyof Union : never;

/** Exactly one member of the union: the properties of the others are absent. */
export type OneOf<Union, Keys extends PropertyKey = KeysOf<Union>> = Union extends unknown
  ? Union & { readonly [Other in Exclude<Keys, keyof Union>]?: undefined }
  : never;

/** One member of the union, or none of its properties. */
export type AtMostOne<Union> = OneOf<Union> | { readonly [Property in KeysOf<Union>]?: undefined };
