/** Arbitrary streams of replies, whole and broken, and limits that they meet. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import type { DecoderOptions } from '../../src/resp/index.ts';
import { anyMutation, anyStream, anyStyle } from './resp-arbitraries.ts';
import { type BuiltForm, encodeValue, type Value } from './resp-value.ts';

export const anyForm: fc.Arbitrary<BuiltForm> = fc.constantFrom<BuiltForm>('string', 'bytes');

export const anyValuesAndWire: fc.Arbitrary<[Value[], Buffer]> = fc
  .tuple(anyStream, anyStyle)
  .map(([values, style]) => [values, Buffer.concat(values.map((value) => encodeValue(value, style)))]);

export const anyWire: fc.Arbitrary<Buffer> = anyValuesAndWire.map(([, wire]) => wire);

export const anyMutatedWire: fc.Arbitrary<Buffer> = fc
  .tuple(anyWire, fc.array(anyMutation, { maxLength: 4 }))
  .map(([wire, mutations]) => mutations.reduce((bytes: Buffer, mutate) => mutate(bytes), wire));

/** Small enough to be met by the replies that are generated. */
export const anyLimits: fc.Arbitrary<DecoderOptions> = fc.record(
  {
    maxDepth: fc.integer({ min: 1, max: 5 }),
    maxBulkBytes: fc.integer({ min: 1, max: 40 }),
    maxElements: fc.integer({ min: 1, max: 6 }),
    maxReplyBytes: fc.integer({ min: 1, max: 120 }),
    maxLineBytes: fc.integer({ min: 128, max: 140 }),
  },
  { requiredKeys: [] },
);
