import { Buffer } from 'node:buffer';
import { performance } from 'node:perf_hooks';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { COMMAND_VECTORS, REPLY_VECTORS, REQUEST_VECTORS, vectorBytes } from '../../src/conformance/index.ts';
import { seededRandom } from '../../src/testing/index.ts';
import { allocatedDuring } from '../support/allocations.ts';
import { Fuzzer, faultOf, vectorOf } from '../support/fuzz.ts';
import { fuzzSeeds } from '../support/fuzz-seeds.ts';
import { violations } from '../support/json-schema.ts';
import { readAll } from '../support/resp-reference.ts';
import { vectorSchema } from '../support/vectors.ts';

const test = suite('fuzz');

const { FUZZ_SECONDS } = process.env;
const MS_EACH = (Number(FUZZ_SECONDS ?? 20) * 1000) / 2;

// A seed that never changes, so that a fault that comes back is seen at once; and one that is new in each run.
for (const seed of [1, Date.now() % 2 ** 31]) {
  test(`mutated replies show no fault, seed ${seed}`, () => {
    const fuzzer = new Fuzzer(fuzzSeeds(), seededRandom(seed));
    const end = performance.now() + MS_EACH;
    while (performance.now() < end && fuzzer.findings.length === 0) fuzzer.step();
    const findings = fuzzer.findings.map((finding) => `${finding.fault}\n${JSON.stringify(vectorOf(finding))}`);
    assert.equal(findings, [], `seed ${seed}, after ${fuzzer.inputs} inputs`);
    assert.ok(fuzzer.inputs > 100, `${fuzzer.inputs} inputs`);
  });
}

test('every vector is an input to begin with, the long ones by their beginnings', () => {
  const seeds = new Set(fuzzSeeds().map((bytes) => bytes.toString('latin1')));
  for (const { id, wire } of [...REPLY_VECTORS, ...REQUEST_VECTORS, ...COMMAND_VECTORS]) {
    const beginning = wire === null ? '' : vectorBytes(wire).toString('latin1', 0, 1024);
    if (beginning !== '' && !seeds.has(beginning)) assert.unreachable(id);
  }
});

test('attributes of a push inside a push are in the form of pushes (found by fuzzing)', () => {
  const input = Buffer.from('>2\r\n+a\r\n|1\r\n+k\r\n$1\r\nv\r\n>1\r\n+b\r\n:1\r\n');
  const reading = readAll(input);
  assert.is(faultOf(input, { form: 'bytes', options: { reply: 'bytes' }, reading, random: () => 0.5 }), undefined);
});

test('a wrong reading is a finding, and the finding a vector', () => {
  const input = Buffer.from(':1\r\n');
  const wrong = readAll(Buffer.from(':2\r\n'));
  const fault = faultOf(input, { form: 'string', options: {}, reading: wrong, random: () => 0.5 });
  assert.is(fault, 'whole: reply 0 is 1, not 2');
  const vector = vectorOf({ input, options: {}, fault: fault! });
  assert.equal(violations([vector], vectorSchema()), []);
  assert.equal(vector.expect, { replies: [[':', '1']] });
});

test('memory that is taken for an announcement is counted', () => {
  const { result, bytes } = allocatedDuring(() => Buffer.alloc(1000).length + Buffer.allocUnsafeSlow(24).length);
  assert.is(result, 1024);
  assert.is(bytes, 1024);
  assert.is(allocatedDuring(() => 1).bytes, 0);
});

test.run();
