import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  outcomesOf,
  type ReplyVector,
  VECTOR_FILES,
  REPLY_VECTORS as VECTORS,
  vectorBytes,
} from '../../src/conformance/index.ts';
import { ProtocolError } from '../../src/errors.ts';
import { Decoder, type DecoderOptions, encodeReply, NEED_DATA, type Reply } from '../../src/resp/index.ts';
import { violations } from '../support/json-schema.ts';
import { readAll } from '../support/resp-reference.ts';
import { referenceTranscript, transcript } from '../support/resp-run.ts';
import { renderReply } from '../support/resp-value.ts';
import { isExpected, isOutcome, vectorSchema } from '../support/vectors.ts';

const test = suite('vectors');

/** Cutting in two at every place is quadratic: for inputs of this size it is done at the ends and now and then. */
const EVERY_CUT_BYTES = 2048;
const CUTS_OF_LONG_ONES = 20;

/** Rules of the protocol that say something about bytes that a client reads or writes. */
const FIRST_RULE = 25;
const LAST_RULE = 44;

for (const vector of VECTORS) {
  for (const reply of ['string', 'bytes'] as const) {
    test(`${vector.id}: ${vector.title}, as ${reply}`, () => {
      const wire = vectorBytes(vector.wire);
      const whole = transcript([wire], { reply });
      assert.ok(isExpected(whole, vector, reply), `delivered ${whole.join('; ').slice(0, 500)}`);
      const next = transcript([wire, Buffer.from('+next\r\n')], { reply });
      assert.is(next.length === whole.length + 1 && next.at(-1) === '"next"', endsWhole(vector, whole, reply));
      assert.equal(transcript(oneByOne(wire), { reply }), whole, 'byte by byte');
      for (const at of cuts(wire.length)) {
        assert.equal(transcript([wire.subarray(0, at), wire.subarray(at)], { reply }), whole, `cut at ${at}`);
      }
    });
  }
}

test('the reference agrees with every vector', () => {
  for (const vector of VECTORS) {
    const reading = readAll(vectorBytes(vector.wire));
    for (const form of ['string', 'bytes'] as const) {
      const lines = referenceTranscript(reading, form);
      assert.ok(isExpected(lines, vector, form), `${vector.id}: ${lines.join('; ').slice(0, 500)}`);
    }
  }
});

test('what the decoder delivers can be encoded, and means the same', () => {
  for (const vector of VECTORS) {
    for (const reply of ['string', 'bytes'] as const) {
      const options = { reply, verbatim: 'typed' } as const;
      for (const value of delivered(vectorBytes(vector.wire), options)) {
        const encoded = encodeReply(value);
        const [again] = delivered(encoded, options);
        assert.is(encodeReply(again!).toString('latin1'), encoded.toString('latin1'), vector.id);
        // In the other form a simple string comes back as the bytes of a bulk string.
        if (reply === 'string') assert.is(renderReply(again!), renderReply(value), vector.id);
      }
    }
  }
});

test('every file follows the schema', () => {
  for (const [name, vectors] of VECTOR_FILES) assert.equal(violations(vectors, vectorSchema()), [], name);
});

test('the schema refuses what is no vector', () => {
  const [good] = VECTORS;
  const wrong = [{ ...good, id: 'V-1' }, { ...good, extra: 1 }, { ...good, expect: { replies: [['+']] } }, {}];
  for (const vector of wrong) assert.is.not(violations([vector], vectorSchema()).length, 0, JSON.stringify(vector));
});

test('there are at least 400, each with an id of its own', () => {
  const ids = [...VECTOR_FILES.values()].flat().map((vector) => (vector as { id: string }).id);
  assert.ok(VECTORS.length >= 400, `${VECTORS.length} for readers of replies`);
  assert.is(new Set(ids).size, ids.length);
});

test('every rule about bytes is cited', () => {
  const cited = new Set([...VECTOR_FILES.values()].flat().flatMap((vector) => (vector as ReplyVector).source));
  for (let rule = FIRST_RULE; rule <= LAST_RULE; rule++) assert.ok(cited.has(`protocol ${rule}`), `protocol ${rule}`);
});

/** Whether the whole input was used up by whole replies. */
function endsWhole(vector: ReplyVector, lines: readonly string[], form: 'string' | 'bytes'): boolean {
  if (vectorBytes(vector.wire).length === 0) return true;
  return outcomesOf(vector).some((outcome) => outcome.end === undefined && isOutcome(lines, outcome, form));
}

/** What is delivered before the end or an error; other tests look at the errors. */
function* delivered(wire: Buffer, options: DecoderOptions): Generator<Reply> {
  const decoder = new Decoder(options);
  decoder.feed(wire);
  try {
    for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) yield reply;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

function* oneByOne(wire: Buffer): Generator<Buffer> {
  for (let at = 0; at < wire.length; at++) yield wire.subarray(at, at + 1);
}

function* cuts(length: number): Generator<number> {
  const step = length <= EVERY_CUT_BYTES ? 1 : Math.ceil(length / CUTS_OF_LONG_ONES);
  for (let at = 0; at <= length; at += step) yield at;
}

test.run();
