/** As much of JSON Schema (2020-12) as the schema of the vectors uses; an unknown keyword is an error. */
interface Schema {
  readonly [keyword: string]: unknown;
}

const ANNOTATIONS = new Set(['$schema', '$id', '$defs', 'title', 'description']);

/** The places where a document does not follow its schema; mostly none. */
export function violations(document: unknown, root: unknown): string[] {
  return check({ value: document, path: '' }, root as Schema, root as Schema);
}

interface Place {
  readonly value: unknown;
  readonly path: string;
}

type Rule = (place: Place, argument: unknown, context: { schema: Schema; root: Schema }) => string[];

const RULES: { readonly [keyword: string]: Rule } = {
  $ref: (place, argument, { root }) => check(place, definition(String(argument), root), root),
  type: ({ value, path }, argument) => refuse(typeMatches(value, String(argument)), `${path}: no ${argument}`),
  const: ({ value, path }, argument) => refuse(value === argument, `${path}: not ${argument}`),
  enum: ({ value, path }, argument) =>
    refuse((argument as unknown[]).includes(value), `${path}: not one of ${argument}`),
  pattern: ({ value, path }, argument) =>
    refuse(typeof value !== 'string' || new RegExp(String(argument), 'u').test(value), `${path}: not ${argument}`),
  minItems: ({ value, path }, argument) =>
    refuse(!Array.isArray(value) || value.length >= Number(argument), `${path}: too short`),
  maxItems: ({ value, path }, argument) =>
    refuse(!Array.isArray(value) || value.length <= Number(argument), `${path}: too long`),
  required: ({ value, path }, argument) =>
    (argument as string[]).flatMap((name) => refuse(!isObject(value) || name in value, `${path}: no ${name}`)),
  additionalProperties: ({ value, path }, argument, { schema, root }) =>
    Object.entries(isObject(value) ? value : {}).flatMap(([name, each]) => {
      if (name in ((schema['properties'] ?? {}) as object)) return [];
      if (typeof argument !== 'object') return [`${path}: ${name} is unknown`];
      return check({ value: each, path: `${path}/${name}` }, argument as Schema, root);
    }),
  properties: ({ value, path }, argument, { root }) =>
    Object.entries(argument as Schema).flatMap(([name, schema]) => {
      if (!isObject(value) || !(name in value)) return [];
      return check({ value: value[name], path: `${path}/${name}` }, schema as Schema, root);
    }),
  items: ({ value, path }, argument, { root }) =>
    (Array.isArray(value) ? value : []).flatMap((each, at) =>
      check({ value: each, path: `${path}/${at}` }, argument as Schema, root),
    ),
  prefixItems: ({ value, path }, argument, { root }) =>
    (Array.isArray(value) ? value : [])
      .slice(0, (argument as Schema[]).length)
      .flatMap((each, at) => check({ value: each, path: `${path}/${at}` }, (argument as Schema[])[at]!, root)),
  anyOf: (place, argument, { root }) => {
    const branches = (argument as Schema[]).map((schema) => check(place, schema, root));
    const fewest = branches.reduce((best, each) => (each.length < best.length ? each : best));
    return fewest.length === 0 ? [] : [`${place.path}: nothing fits (${fewest[0]})`];
  },
};

function check(place: Place, schema: Schema, root: Schema): string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (ANNOTATIONS.has(keyword)) return [];
    const rule = RULES[keyword];
    if (rule === undefined) throw new Error(`unknown keyword ${keyword}`);
    return rule(place, argument, { schema, root });
  });
}

function definition(reference: string, root: Schema): Schema {
  const name = reference.replace('#/$defs/', '');
  const found = (root['$defs'] as Schema)[name];
  if (found === undefined) throw new Error(`unknown reference ${reference}`);
  return found as Schema;
}

function typeMatches(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(isRight: boolean, message: string): string[] {
  return isRight ? [] : [message];
}
