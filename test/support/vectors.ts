import type { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import {
  type Element,
  type Nest,
  type Notation,
  outcomesOf,
  type Pair,
  type ReplyVector,
  type VectorBytes,
  type VectorOutcome,
  vectorBytes,
  writtenOut,
} from '../../src/conformance/parsers/vector.ts';
import { type BuiltForm, renderValue, type Value } from './resp-value.ts';

/** Whether a transcript of the decoder is one of the outcomes that the vector allows. */
export function isExpected(lines: readonly string[], vector: ReplyVector, form: BuiltForm): boolean {
  return outcomesOf(vector).some((outcome) => isOutcome(lines, outcome, form));
}

export function isOutcome(lines: readonly string[], outcome: VectorOutcome, form: BuiltForm): boolean {
  const replies = lines.filter((line) => !line.startsWith('ERR_'));
  const hasFailed = replies.length < lines.length;
  if (hasFailed !== (outcome.end === 'error')) return false;
  const expected = outcome.replies.flatMap((reply) => renderNotation(reply, form));
  return replies.length === expected.length && expected.every((line, index) => line === replies[index]);
}

function renderNotation(reply: Element | Nest, form: BuiltForm): string[] {
  if (!('nest' in reply)) return writtenOut([reply]).map((value) => renderValue(toValue(value), form));
  // Not as a value: it would be nested deeper than JavaScript can recurse.
  return [`${'['.repeat(reply.nest)}${renderValue(toValue(reply.value), form)}${']'.repeat(reply.nest)}`];
}

function toValue(notation: Notation): Value {
  switch (notation[0]) {
    case '_':
      return { type: '_' };
    case '#':
      return { type: '#', value: notation[1] };
    case ',':
      return { type: ',', value: Number(notation[1].replace('inf', 'Infinity')) };
    case ':':
    case '(':
      return { type: notation[0], value: BigInt(notation[1]) };
    case '=':
      return { type: '=', format: notation[1], bytes: vectorBytes(notation[2]) };
    case '%':
      return { type: '%', items: writtenOut(notation[1]).flat().map(toValue) };
    case '|':
      return { type: '|', attributes: writtenOut(notation[1]).flat().map(toValue), value: toValue(notation[2]) };
    case '*':
    case '~':
    case '>':
      return { type: notation[0], items: writtenOut(notation[1]).map(toValue) };
    default:
      return { type: notation[0], bytes: vectorBytes(notation[1]) };
  }
}

/** What is described, as it is. */
export function vectorSchema(): unknown {
  // From build/test/support to src, where the vectors lie for readers in any language.
  return JSON.parse(
    readFileSync(new URL('../../../src/conformance/vectors/vectors.schema.json', import.meta.url), 'utf8'),
  );
}

/** Writes bytes as a vector does: as text where they are text. */
export function contentOf(bytes: Buffer): VectorBytes {
  const text = bytes.toString();
  return vectorBytes(text).equals(bytes) ? text : { base64: bytes.toString('base64') };
}

/** Writes a value as a vector does. */
export function notationOf(value: Value): Notation {
  switch (value.type) {
    case '_':
      return ['_'];
    case '#':
      return ['#', value.value];
    case ',':
      return [',', Object.is(value.value, -0) ? '-0' : `${value.value}`.replace('Infinity', 'inf').toLowerCase()];
    case ':':
    case '(':
      return [value.type, `${value.value}`];
    case '=':
      return ['=', value.format, contentOf(value.bytes)];
    case '%':
      return ['%', pairsOf(value.items)];
    case '|':
      return ['|', pairsOf(value.attributes), notationOf(value.value)];
    case '*':
    case '~':
    case '>':
      return [value.type, value.items.map(notationOf)];
    case 'overload':
      throw new Error('an overload has no notation');
    default:
      return [value.type, contentOf(value.bytes)];
  }
}

function pairsOf(items: readonly Value[]): Pair[] {
  const pairs: Pair[] = [];
  for (let at = 0; at < items.length; at += 2) pairs.push([notationOf(items[at]!), notationOf(items[at + 1]!)]);
  return pairs;
}
