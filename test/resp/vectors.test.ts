import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readAll } from '../support/resp-reference.ts';
import { referenceTranscript, transcript } from '../support/resp-run.ts';
import { type BuiltForm, renderValue, type Value } from '../support/resp-value.ts';

/** The notation is described by the file's first entry. */
type Content = string | { b64: string };
type Notation =
  | ['+' | '-' | '$' | '!', Content]
  | [':' | '(' | ',', string]
  | ['#', boolean]
  | ['_']
  | ['=', string, Content]
  | ['*' | '~' | '>', Notation[]]
  | ['%', [Notation, Notation][]]
  | ['|', [Notation, Notation][], Notation]
  | { any: string };

interface Outcome {
  replies: Notation[];
  then?: 'pending' | 'error';
}

interface Vector {
  id: string;
  note?: string;
  bytes_base64?: string;
  build?: [string, number][];
  expect: Outcome | { anyOf: Outcome[] };
}

const test = suite('vectors');

// From build/test/resp to src, where the vectors lie for readers in any language.
const FILE = new URL('../../../src/conformance/vectors/replies.json', import.meta.url);
const VECTORS: Vector[] = JSON.parse(readFileSync(FILE, 'utf8')).slice(1);

/** Values that are not written out: how the transcript of each begins, and how long it is. */
const NAMED: { readonly [name: string]: { start: string; length: number } } = {
  DEPTH128: { start: '['.repeat(128), length: 257 },
  DEEP: { start: '[', length: 200_001 },
  LONG: { start: '"aaa', length: 100_002 },
  WIDE: { start: '[1 1 ', length: 20_001 },
};

/** Cutting in two at every place is quadratic: for inputs of this size it is done at the ends and now and then. */
const EVERY_CUT_BYTES = 2048;

for (const vector of VECTORS) {
  for (const form of ['string', 'bytes'] as const) {
    test(`${vector.id} ${vector.note ?? ''} as ${form}`, () => {
      const wire = wireOf(vector);
      const whole = transcript([wire], { reply: form });
      assert.ok(
        outcomesOf(vector).some((outcome) => isOutcome(whole, outcome, form)),
        `delivered ${whole.join('; ').slice(0, 500)}`,
      );
      const next = transcript([wire, Buffer.from('+next\r\n')], { reply: form });
      const isAtStart =
        wire.length === 0 ||
        outcomesOf(vector).some((outcome) => outcome.then === undefined && isOutcome(whole, outcome, form));
      assert.is(next.length === whole.length + 1 && next.at(-1) === '"next"', isAtStart, 'nothing is left over');
      assert.equal(transcript(oneByOne(wire), { reply: form }), whole, 'byte by byte');
      for (const at of cuts(wire.length)) {
        assert.equal(transcript([wire.subarray(0, at), wire.subarray(at)], { reply: form }), whole, `cut at ${at}`);
      }
    });
  }
}

test('the reference agrees with the vectors', () => {
  for (const vector of VECTORS) {
    const read = referenceTranscript(readAll(wireOf(vector)), 'bytes');
    assert.ok(
      outcomesOf(vector).some((outcome) => isOutcome(read, outcome, 'bytes')),
      vector.id,
    );
  }
});

function wireOf(vector: Vector): Buffer {
  if (vector.bytes_base64 !== undefined) return Buffer.from(vector.bytes_base64, 'base64');
  return Buffer.from((vector.build ?? []).map(([text, times]) => text.repeat(times)).join(''));
}

function outcomesOf(vector: Vector): Outcome[] {
  return 'anyOf' in vector.expect ? vector.expect.anyOf : [vector.expect];
}

function isOutcome(lines: readonly string[], outcome: Outcome, form: BuiltForm): boolean {
  const replies = lines.filter((line) => !line.startsWith('ERR_'));
  const hasFailed = replies.length < lines.length;
  if (hasFailed !== (outcome.then === 'error') || replies.length !== outcome.replies.length) return false;
  return outcome.replies.every((reply, index) => isReply(replies[index]!, reply, form));
}

function isReply(line: string, expected: Notation, form: BuiltForm): boolean {
  if (Array.isArray(expected)) return line === renderValue(toValue(expected), form);
  const { start, length } = NAMED[expected.any]!;
  return line.length === length && line.startsWith(start);
}

function toValue(notation: Notation): Value {
  if (!Array.isArray(notation)) throw new Error('a named value lies inside another');
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
      return { type: '=', format: notation[1], bytes: bytesOf(notation[2]) };
    case '%':
      return { type: '%', items: notation[1].flat().map(toValue) };
    case '|':
      return { type: '|', attributes: notation[1].flat().map(toValue), value: toValue(notation[2]) };
    case '*':
    case '~':
    case '>':
      return { type: notation[0], items: notation[1].map(toValue) };
    default:
      return { type: notation[0], bytes: bytesOf(notation[1]) };
  }
}

function bytesOf(content: Content): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.b64, 'base64');
}

function* oneByOne(wire: Buffer): Generator<Buffer> {
  for (let at = 0; at < wire.length; at++) yield wire.subarray(at, at + 1);
}

function* cuts(length: number): Generator<number> {
  const step = length <= EVERY_CUT_BYTES ? 1 : Math.ceil(length / 50);
  for (let at = 0; at <= length; at += step) yield at;
}

test.run();
