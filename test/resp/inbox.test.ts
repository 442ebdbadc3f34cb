import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cursor } from '../../src/resp/cursor.ts';
import { Inbox, LEFT_BYTES } from '../../src/resp/inbox.ts';
import { transcript } from '../support/resp-run.ts';

const test = suite('inbox');

interface Box {
  cursor: Cursor;
  inbox: Inbox;
  /** How often the cursor got other bytes. */
  moves(): number;
}

function box(): Box {
  let moves = 0;
  const cursor = new Cursor();
  return { cursor, inbox: new Inbox(cursor, { attach: () => moves++ }), moves: () => moves };
}

function left({ bytes, position, end }: Cursor): string {
  return bytes.toString('latin1', position, end);
}

test('what is left of a chunk goes before the next one, at the same offset of the stream', () => {
  const { cursor, inbox } = box();
  const chunk = Buffer.alloc(1000, 'a');
  assert.is(inbox.take(chunk), true);
  assert.is(cursor.bytes, chunk, 'a large chunk is read in place');
  cursor.position = 997;
  inbox.leave();
  assert.is.not(cursor.bytes, chunk);
  assert.is(inbox.take(Buffer.from('bc')), true);
  assert.is(left(cursor), 'aaabc');
  assert.is(cursor.offset, 997);
});

test('nothing of a chunk stays behind when it has been read', () => {
  const { cursor, inbox } = box();
  const chunk = Buffer.alloc(1000);
  inbox.take(chunk);
  cursor.position = 1000;
  inbox.leave();
  assert.is.not(cursor.bytes, chunk);
  assert.is(cursor.offset, 1000);
  assert.is(left(cursor), '');
});

test('small chunks are gathered without moving what came before, until there is no room', () => {
  const { cursor, inbox, moves } = box();
  inbox.take(Buffer.from('x'));
  inbox.leave();
  const before = moves();
  for (let n = 1; n < 100; n++) inbox.take(Buffer.from('x'));
  assert.is(moves(), before);
  assert.is(left(cursor), 'x'.repeat(100));
  for (let n = 0; n < 1000; n++) {
    cursor.position = cursor.end - 3;
    inbox.leave();
    assert.is(inbox.take(Buffer.from('yz')), true);
    assert.is(cursor.end - cursor.position, 5);
  }
  assert.is(left(cursor), 'zyzyz');
  assert.ok(moves() - before < 20);
});

test('a chunk for which there is no room behind what is left has to wait', () => {
  const { cursor, inbox } = box();
  inbox.take(Buffer.alloc(5000, 'a'));
  cursor.position = 5000 - LEFT_BYTES;
  inbox.leave();
  assert.is(inbox.take(Buffer.alloc(LEFT_BYTES + 1)), false);
  assert.is(left(cursor), 'a'.repeat(LEFT_BYTES));
  assert.is(inbox.take(Buffer.alloc(LEFT_BYTES, 'b')), true);
  assert.is(left(cursor), 'a'.repeat(LEFT_BYTES) + 'b'.repeat(LEFT_BYTES));
});

test('frames just shorter and longer than what is left are read right, cut anywhere, with chunks of all sizes after', () => {
  for (const length of [1, 55, 56, 63, 64, 65, LEFT_BYTES - 9, LEFT_BYTES - 8, LEFT_BYTES - 7, LEFT_BYTES + 1]) {
    const text = 'x'.repeat(length);
    const wire = Buffer.from(`$${length}\r\n${text}\r\n+${text}\r\n:5\r\n`);
    const step = Math.max(1, Math.floor(length / 50));
    for (let at = 0; at <= wire.length; at += step) {
      for (const next of [1, 3, 4, 30, 300, 3000, 5000]) {
        const chunks = [wire.subarray(0, at), wire.subarray(at, at + next), wire.subarray(at + next)];
        assert.equal(transcript(chunks), [`"${text}"`, `"${text}"`, '5'], `${length} cut at ${at}, ${next}`);
      }
    }
  }
});

test.run();
