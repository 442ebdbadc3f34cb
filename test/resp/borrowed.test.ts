import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Borrowed } from '../../src/resp/borrowed.ts';
import { Decoder, NEED_DATA, type Reply } from '../../src/resp/index.ts';

const test = suite('borrowed');

test('views become copies where they stand, once', () => {
  const chunk = Buffer.from('abcdef');
  const items: Reply[] = [chunk.subarray(0, 2), 1, chunk.subarray(2, 4)];
  const borrowed = new Borrowed();
  borrowed.note(items, 0);
  borrowed.note(items, 2);
  borrowed.own();
  chunk.fill('#');
  assert.equal(items, [Buffer.from('ab'), 1, Buffer.from('cd')]);
  const [first] = items;
  borrowed.own();
  assert.is(items[0], first);
});

test('what is cleared stays a view', () => {
  const view = Buffer.from('a');
  const items: Reply[] = [view];
  const borrowed = new Borrowed();
  borrowed.note(items, 0);
  borrowed.clear();
  borrowed.own();
  assert.is(items[0], view);
});

test('a reply over several chunks in the view form owns what came in the earlier ones, in every map form', () => {
  const wire = '%2\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n|1\r\n$1\r\nk\r\n$1\r\nv\r\n$1\r\nc\r\n$1\r\nd\r\n';
  for (const maps of ['pairs', 'map', 'object'] as const) {
    const whole = read([Buffer.from(wire)], maps);
    for (let at = 1; at < wire.length; at++) {
      const first = Buffer.from(wire.slice(0, at));
      assert.equal(read([first, Buffer.from(wire.slice(at))], maps), whole, `${maps}, cut at ${at}`);
    }
  }
});

function read(chunks: readonly Buffer[], maps: 'pairs' | 'map' | 'object'): Reply {
  const decoder = new Decoder({ reply: 'view', maps });
  for (const chunk of chunks) {
    decoder.feed(chunk);
    const reply = decoder.next();
    if (reply !== NEED_DATA) return reply;
    chunk.fill('#');
  }
  throw new Error('no reply');
}

test.run();
