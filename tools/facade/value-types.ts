/** What a caller gives for a part, as a TypeScript type: the counterpart of src/facade/call-writer.ts. */
import { isWordChoice, propertyName } from '../../src/facade/shape.ts';
import type { DescribedPart } from './description.ts';

/** Where servers take more than their descriptions say: cursors past 2^53 and as text, weights with a fraction. */
const CORRECTIONS: { readonly [name: string]: string } = { cursor: 'Argument', weight: 'Double' };

const SCALARS: { readonly [type in DescribedPart['type']]?: string } = {
  key: 'Key',
  integer: 'Integer',
  'unix-time': 'Integer',
  double: 'Double',
};

/** The type of a parameter, or of the property with a part's name. */
export function valueType(part: DescribedPart): string {
  if (part.kind === 'token') return 'boolean';
  if (part.repeats === 'never') return singleType(part);
  if (part.kind === 'block') return `readonly (readonly [${part.parts.map(tupleElement).join(', ')}])[]`;
  if (part.kind === 'oneof' && !isWordChoice(part)) return `readonly (${singleType(part)})[]`;
  return `OneOrMore<${singleType(part)}>`;
}

/** The type of an object that has these parts. */
export function objectType(parts: readonly DescribedPart[]): string {
  const named = parts.filter((part) => propertyName(part) !== undefined);
  const properties = named.map(propertyType).join('; ');
  // A comment needs a line of its own, or the formatter takes it to belong to what is before it.
  const lines = properties.includes('/**') ? `\n${properties.replaceAll('; ', ';\n')}\n` : ` ${properties} `;
  const members = named.length === 0 ? [] : [`{${lines}}`];
  for (const part of parts) if (propertyName(part) === undefined) members.push(namelessType(part));
  return members.join(' & ');
}

function singleType(part: DescribedPart): string {
  if (part.kind === 'block') return objectType(part.parts);
  if (part.kind === 'oneof') return choiceType(part);
  return CORRECTIONS[part.name] ?? SCALARS[part.type] ?? 'Argument';
}

function choiceType(part: DescribedPart): string {
  const values = part.parts.filter((each) => each.kind === 'value' && each.token === undefined);
  const lists = part.parts.filter((each) => each.token === undefined && each.repeats !== 'never');
  const rest = part.parts.filter((each) => !values.includes(each) && !lists.includes(each));
  const words = isWordChoice(part) ? rest.map((each) => literal(each.token!)) : [];
  // A word is one of the values as well.
  const plain = values.length > 0 ? values.map(singleType) : words;
  const objects = isWordChoice(part) ? [] : rest;
  const choices = [...new Set(plain), ...lists.map(valueType)];
  if (objects.length > 0) choices.push(alternatives('OneOf', objects));
  return choices.join(' | ');
}

function namelessType(part: DescribedPart): string {
  if (part.kind === 'oneof') return alternatives(part.isOptional ? 'AtMostOne' : 'OneOf', part.parts);
  const type = objectType(part.parts);
  return part.isOptional ? `AtMostOne<${type}>` : type;
}

/** Where none is needed, an alternative of one property may be `undefined`, or a flag `false`. */
function alternatives(helper: 'OneOf' | 'AtMostOne', parts: readonly DescribedPart[]): string {
  const types = parts.map((part) => {
    const isOptional = helper === 'AtMostOne' && propertyName(part) !== undefined;
    return objectType([{ ...part, isOptional }]);
  });
  return `${helper}<${types.join(' | ')}>`;
}

function propertyType(part: DescribedPart): string {
  const name = propertyName(part)!;
  const key = /^[A-Za-z_]\w*$/.test(name) ? name : literal(name);
  if (part.isOptional) return `${meaning(part)}readonly ${key}?: ${valueType(part)} | undefined`;
  return `${meaning(part)}readonly ${key}: ${part.kind === 'token' ? 'true' : valueType(part)}`;
}

/** What a token's value is called, where it says something. */
function meaning(part: DescribedPart): string {
  const isSaid = part.token === undefined || part.kind !== 'value';
  if (isSaid || part.name.toLowerCase() === part.token.toLowerCase()) return '';
  return `/** ${part.name} */\n`;
}

function tupleElement(part: DescribedPart): string {
  return `${part.name}: ${valueType(part)}`;
}

function literal(word: string): string {
  return `'${word}'`;
}
