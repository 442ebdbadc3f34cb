/**
 * How a command's syntax becomes a method: which parts are parameters, and what the properties of its options are
 * called. The encoder and the generator of the types both read it from here, so that they can't differ.
 */
import type { Part } from './syntax.ts';

/** The parameters of a method, in their order, and whether an object with options comes after them. */
export interface Signature<P extends Part = Part> {
  readonly required: readonly P[];
  /** Values and lists that may be left out and have no word of their own. */
  readonly optional: readonly P[];
  /** Everything else that may be left out. */
  readonly options: readonly P[];
}

/** Required parts first, then optional values, each in the documented order; a required token is nobody's choice. */
export function signatureOf<P extends Part>(parts: readonly P[]): Signature<P> {
  const required = parts.filter((part) => !part.isOptional && part.kind !== 'token');
  const optional = parts.filter((part) => part.isOptional && isPlainOrList(part));
  const options = parts.filter((part) => part.isOptional && !isPlainOrList(part));
  return { required, optional, options };
}

function isPlainOrList(part: Part): boolean {
  return part.token === undefined && (part.kind === 'value' || part.repeats !== 'never');
}

/**
 * The property that stands for a part in an object: its token, or a value's name. A block without a token has none: it
 * is its parts. Nor has a choice without a token, where the property that is given says which: `{ EX: 10 }`.
 */
export function propertyName(part: Part): string | undefined {
  if (part.token !== undefined) return part.token;
  if (part.kind === 'value' || part.repeats !== 'never') return part.name;
  return part.kind === 'oneof' && isWordChoice(part) && !part.isOptional ? part.name : undefined;
}

/** A choice between words and values, so that what is given is sent as it is: `LEFT` or `RIGHT`, `$` or an ID. */
export function isWordChoice(part: Part): boolean {
  return part.parts.every((alternative) => {
    if (alternative.repeats !== 'never') return false;
    return alternative.kind === 'token' || (alternative.kind === 'value' && alternative.token === undefined);
  });
}

/** A part that knows its property: the path of every call asks for it. */
export interface CallPart extends Part {
  readonly property: string | undefined;
  readonly parts: readonly CallPart[];
}

/** A part, and all that is in it, with their properties. */
export function callPart(part: Part): CallPart {
  return { ...part, property: propertyName(part), parts: part.parts.map(callPart) };
}

/** All properties that may stand for a part. */
export function propertyNames(part: Part): readonly string[] {
  const name = propertyName(part);
  return name === undefined ? part.parts.flatMap(propertyNames) : [name];
}
