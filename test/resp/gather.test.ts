import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Gather } from '../../src/resp/gather.ts';

const test = suite('gather');

function gathered(pieces: readonly string[], expected = 0): Gather {
  const gather = new Gather();
  gather.start(expected);
  for (const piece of pieces) gather.append(Buffer.from(`<${piece}>`), 1, 1 + Buffer.byteLength(piece));
  return gather;
}

test('pieces come out as one text or one Buffer, from any byte on', () => {
  assert.is(gathered(['caf', 'é', '']).takeText(0), 'café');
  assert.is(gathered(['txt:', 'abc']).takeText(4), 'abc');
  assert.equal(gathered(['abc', 'def']).takeBytes(2), Buffer.from('cdef'));
});

test('it can be used again and again', () => {
  const gather = gathered(['abc']);
  assert.is(gather.takeText(0), 'abc');
  gather.append(Buffer.from('x'), 0, 1);
  assert.is(gather.takeText(0), 'x');
});

test('memory follows what comes, not what was announced', () => {
  assert.ok(gathered(['x'], 500_000_000).bytes.length <= 256);
  assert.ok(gathered(['x'.repeat(1000)], 500_000_000).bytes.length <= 2000);
  assert.ok(gathered(['x'.repeat(1_000_000)], 500_000_000).bytes.length <= 2_000_000);
  assert.ok(gathered(['x'.repeat(30_000)], 16_000_000).bytes.length <= 60_000);
  assert.ok(gathered(['x'.repeat(60_000)], 17_000_000).bytes.length <= 120_000);
});

test('when enough of the announced bytes is there, their memory is taken once and handed over', () => {
  const gather = gathered(['x'.repeat(10_000)], 100_000);
  assert.is(gather.bytes.length, 100_000);
  gather.append(Buffer.alloc(90_000, 'x'), 0, 90_000);
  const { buffer } = gather.bytes;
  assert.is(gather.takeBytes(0).buffer, buffer);
  assert.is(gather.bytes.length, 0);
});

test('bytes handed out are nobody else’s', () => {
  const gather = gathered(['abc']);
  const bytes = gather.takeBytes(0);
  gather.append(Buffer.from('xyz'), 0, 3);
  assert.equal(bytes, Buffer.from('abc'));
});

test('a large text is itself, whatever the memory held before', () => {
  const gather = gathered(['é'.repeat(300)]);
  assert.is(gather.takeText(0), 'é'.repeat(300));
  for (const text of ['x'.repeat(500), 'é'.repeat(250), 'y'.repeat(300)]) {
    gather.append(Buffer.from(text), 0, Buffer.byteLength(text));
    assert.is(gather.takeText(0), text);
  }
});

test('lent bytes stay what they are while the next ones are gathered, and no longer than that', () => {
  const gather = gathered(['abc']);
  const lent = gather.lendBytes();
  gather.append(Buffer.from('xyz'), 0, 3);
  assert.is(lent.toString(), 'abc');
  assert.is(gather.lendBytes().toString(), 'xyz');
  gather.append(Buffer.from('123'), 0, 3);
  assert.is(lent.toString(), '123');
});

test('a large one leaves no memory behind', () => {
  const gather = gathered(['x'.repeat(1_000_000)]);
  gather.takeText(0);
  assert.is(gather.bytes.length, 0);
});

test('it can be cut to its first bytes, with the memory of the others given back', () => {
  const gather = gathered(['txt:', 'x'.repeat(100_000)]);
  gather.truncate(4);
  assert.ok(gather.bytes.length <= 256);
  assert.is(gather.takeText(0), 'txt:');
});

test.run();
