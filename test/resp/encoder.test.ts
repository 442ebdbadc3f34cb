import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Argument, CommandEncoder, encodeCommand } from '../../src/resp/index.ts';
import { replies } from '../support/resp-run.ts';

const test = suite('encoder');

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  // Lone surrogates.
  fc.array(fc.integer({ min: 0xd700, max: 0xe010 }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  // Lengths at which the header grows a digit.
  fc.constantFrom(9, 10, 39, 40, 41, 99, 100, 999, 1000, 9999, 10000).map((length) => 'x'.repeat(length)),
  fc.constantFrom(3, 4, 33, 34, 333, 334, 3333, 3334, 16383, 16384).map((length) => '€'.repeat(length)),
);

const anyArgument: fc.Arbitrary<Argument> = fc.oneof(
  anyText,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 50 }),
  fc.constantFrom(40, 32 * 1024 - 1, 32 * 1024, 70_000).map((length) => new Uint8Array(length).fill(length)),
);

const anyCommand = fc.array(anyArgument, { minLength: 1, maxLength: 12 });

/** What a server must receive for an argument. */
function bytesOf(argument: Argument): Buffer {
  return typeof argument === 'object' ? Buffer.from(argument) : Buffer.from(String(argument));
}

test('a command is an array of bulk strings, lengths in bytes', () => {
  assert.is(encodeCommand(['SET', 'é', 12]).toString(), '*3\r\n$3\r\nSET\r\n$2\r\né\r\n$2\r\n12\r\n');
});

test('numbers and bigints are decimal, zero has no sign, a lone surrogate is U+FFFD', () => {
  const encoded = replies(encodeCommand(['x', -0, 1.5, 1e21, 2 ** 53, -(2n ** 63n), '\ud800a']));
  assert.equal(encoded, [['x', '0', '1.5', '1e+21', '9007199254740992', '-9223372036854775808', '\ufffda']]);
});

test('a server reads the same bytes back, whatever the arguments', () => {
  const property = fc.property(anyCommand, (args) => {
    assert.equal(replies(encodeCommand(args), { reply: 'bytes' }), [args.map(bytesOf)]);
  });
  fc.assert(property, { numRuns: 300 });
});

test('many commands in one batch, over small and large slabs, are the commands one after the other', () => {
  const anyBatches = fc.array(fc.array(anyCommand, { maxLength: 8 }), { maxLength: 6 });
  const property = fc.property(anyBatches, fc.constantFrom(64, 500, 65536), (batches, slabBytes) => {
    const encoder = new CommandEncoder(slabBytes);
    for (const commands of batches) {
      for (const args of commands) encoder.append(args);
      const expected = Buffer.concat(commands.map(encodeCommand));
      assert.is(encoder.byteLength, expected.length);
      const batch = encoder.take();
      assert.is(encoder.byteLength, 0);
      assert.is(batch.byteLength, expected.length);
      assert.ok(Buffer.concat([...batch.pieces]).equals(expected));
      encoder.release(batch);
    }
  });
  fc.assert(property, { numRuns: 200 });
});

test('a batch stays untouched until it is released, however many follow it', () => {
  const encoder = new CommandEncoder(128);
  const taken = Array.from({ length: 50 }, (_, index) => {
    encoder.append(['SET', `key:${index}`, 'v'.repeat(index)]);
    return { batch: encoder.take(), expected: encodeCommand(['SET', `key:${index}`, 'v'.repeat(index)]) };
  });
  for (const { batch, expected } of taken) assert.ok(Buffer.concat([...batch.pieces]).equals(expected));
});

test('released memory is used again, and a batch is released once', () => {
  const encoder = new CommandEncoder(1024);
  encoder.append(['PING']);
  const first = encoder.take();
  encoder.release(first);
  encoder.append(['PING']);
  const second = encoder.take();
  assert.is(second.pieces[0]!.byteOffset, first.pieces[0]!.byteOffset);
  assert.is(second.pieces[0]!.buffer, first.pieces[0]!.buffer);
  encoder.release(first);
  encoder.append(['ECHO', 'a']);
  assert.is(second.pieces[0]!.toString(), '*1\r\n$4\r\nPING\r\n');
});

test('bytes appended after a batch was taken are safe when that batch is released', () => {
  const encoder = new CommandEncoder(1024);
  encoder.append(['GET', 'a']);
  const first = encoder.take();
  encoder.append(['GET', 'b']);
  encoder.release(first);
  encoder.append(['GET', 'c']);
  const expected = Buffer.concat([encodeCommand(['GET', 'b']), encodeCommand(['GET', 'c'])]);
  assert.ok(Buffer.concat([...encoder.take().pieces]).equals(expected));
});

test('a flush of short commands is one piece; a large value is not copied', () => {
  const encoder = new CommandEncoder();
  for (let index = 0; index < 500; index++) encoder.append(['SET', `key:${index}`, index]);
  assert.is(encoder.take().pieces.length, 1);
  const large = Buffer.alloc(100_000, 'x');
  encoder.append(['SET', 'key', large]);
  const { pieces } = encoder.take();
  assert.is(pieces.length, 3);
  assert.is(pieces[1]!.buffer, large.buffer);
  assert.is(pieces[1]!.byteOffset, large.byteOffset);
});

test('encodeCommand hands out memory of its own, and refuses what cannot be sent', () => {
  const first = encodeCommand(['PING']);
  encodeCommand(['ECHO', 'x']);
  assert.is(first.toString(), '*1\r\n$4\r\nPING\r\n');
  assert.throws(() => encodeCommand([]), /at least one argument/);
  assert.throws(() => encodeCommand(['SET', 'k', Number.NaN]), /argument 2 must be finite/);
});

test.run();
