import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ProtocolError } from '../../src/errors.ts';
import { Decoder, NEED_DATA } from '../../src/resp/index.ts';
import { anyChunking, anyStream, anyStyle, cut } from '../support/resp-arbitraries.ts';
import { readAll } from '../support/resp-reference.ts';
import { overwriting, referenceTranscript, transcript } from '../support/resp-run.ts';
import { anyForm, anyLimits, anyMutatedWire, anyValuesAndWire, anyWire } from '../support/resp-streams.ts';
import { encodeValue, renderValue } from '../support/resp-value.ts';

const test = suite('codec properties');

const { PROPERTY_RUNS } = process.env;
const RUNS = { numRuns: Number(PROPERTY_RUNS ?? 300) };

test('any reply in any spelling, cut anywhere, is decoded to its value', () => {
  const property = fc.property(anyValuesAndWire, anyChunking, anyForm, ([values, wire], chunking, reply) => {
    const expected = values.map((value) => renderValue(value, reply));
    assert.equal(transcript(cut(wire, chunking), { reply }), expected);
  });
  fc.assert(property, RUNS);
});

test('the reference reads what the encoder of the tests writes', () => {
  const property = fc.property(anyStream, anyStyle, (values, style) => {
    const reading = readAll(Buffer.concat(values.map((value) => encodeValue(value, style))));
    assert.is(reading.end, 'whole');
    const expected = values.map((value) => renderValue(value, 'bytes'));
    assert.equal(referenceTranscript(reading, 'bytes'), expected);
  });
  fc.assert(property, RUNS);
});

test('any bytes, whole or cut, under any limits, give what the reference gives, the error and its offset too', () => {
  const property = fc.property(
    anyMutatedWire,
    anyChunking,
    fc.tuple(anyForm, anyLimits),
    (wire, chunking, [reply, limits]) => {
      const expected = referenceTranscript(readAll(wire, limits), reply);
      assert.equal(transcript([wire], { reply, ...limits }), expected, 'whole');
      assert.equal(transcript(cut(wire, chunking), { reply, ...limits }), expected, 'cut');
    },
  );
  fc.assert(property, { numRuns: RUNS.numRuns * 3 });
});

test('values survive when the chunk they came in is overwritten, in the view form until then', () => {
  const property = fc.property(anyMutatedWire, anyChunking, anyForm, (wire, chunking, reply) => {
    const expected = referenceTranscript(readAll(wire), reply);
    assert.equal(transcript(overwriting(wire, cut(wire, chunking)), { reply }), expected);
    if (reply === 'bytes') {
      assert.equal(transcript(overwriting(wire, cut(wire, chunking)), { reply: 'view' }), expected, 'view');
    }
  });
  fc.assert(property, RUNS);
});

test('raw replies are their own bytes, and skipped replies are as many', () => {
  const property = fc.property(anyStream, anyStyle, anyChunking, (values, style, chunking) => {
    const frames = values.map((value) => encodeValue(value, style));
    const wire = Buffer.concat(frames);
    const expected = values.map((value, index) => {
      const isBuilt = value.type === '>' || isError(value.type);
      return isBuilt ? renderValue(value, 'string') : `<${frames[index]!.toString('hex')}>`;
    });
    const plain = values.map((value) => value.type === '|');
    const raw = transcript(overwriting(wire, cut(wire, chunking)), { reply: 'raw' });
    const skipped = transcript(cut(wire, chunking), { reply: 'skip' });
    assert.is(skipped.length, values.length);
    for (const [index, isAttributed] of plain.entries()) {
      if (isAttributed) continue;
      assert.is(raw[index], expected[index]);
      assert.is(skipped[index], expected[index]!.startsWith('<') ? 'null' : expected[index]);
    }
  });
  fc.assert(property, RUNS);
});

test('after an error nothing is delivered any more, and the error stays the same', () => {
  const property = fc.property(anyMutatedWire, anyWire, (wire, more) => {
    const decoder = new Decoder();
    decoder.feed(wire);
    const error = drain(decoder);
    if (error === undefined) return;
    assert.instance(error, ProtocolError);
    decoder.feed(more);
    assert.is(drain(decoder), error);
    assert.is(drain(decoder), error);
  });
  fc.assert(property, RUNS);
});

test('what a prefix gives is the beginning of what the whole gives', () => {
  const property = fc.property(anyMutatedWire, fc.double({ min: 0, max: 1, noNaN: true }), (wire, part) => {
    const whole = transcript([wire]);
    const prefix = transcript([wire.subarray(0, Math.floor(part * wire.length))]);
    assert.equal(whole.slice(0, prefix.length), prefix);
  });
  fc.assert(property, RUNS);
});

function drain(decoder: Decoder): unknown {
  try {
    while (decoder.next() !== NEED_DATA);
    return undefined;
  } catch (error) {
    return error;
  }
}

function isError(type: string): boolean {
  return type === '-' || type === '!';
}

test.run();
