import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply, ProtocolError } from '../../src/errors.ts';
import {
  Attributed,
  Decoder,
  type DecoderOptions,
  NEED_DATA,
  Push,
  type Reply,
  type ReplyForm,
  unwrap,
  VerbatimString,
} from '../../src/resp/index.ts';
import { failure, replies } from '../support/resp-run.ts';

const test = suite('decoder');

function fed(wire: string, options: DecoderOptions = {}): Decoder {
  const decoder = new Decoder(options);
  decoder.feed(Buffer.from(wire));
  return decoder;
}

test('replies come one by one, then NEED_DATA as often as it is asked', () => {
  const decoder = fed('+OK\r\n:12\r\n$5\r\nhello\r\n*2\r\n_\r\n#t\r\n');
  assert.is(decoder.next(), 'OK');
  assert.is(decoder.next(), 12);
  assert.is(decoder.next(), 'hello');
  assert.equal(decoder.next(), [null, true]);
  assert.is(decoder.next(), NEED_DATA);
  assert.is(decoder.next(), NEED_DATA);
});

test('chunks may be fed before the ones before them are read', () => {
  const decoder = new Decoder();
  for (const text of ['+O', '', 'K\r', '\n$3\r\na', 'bc\r\n:', '5\r\n']) decoder.feed(Buffer.from(text));
  assert.is(decoder.next(), 'OK');
  assert.is(decoder.next(), 'abc');
  assert.is(decoder.next(), 5);
  assert.is(decoder.next(), NEED_DATA);
});

test('a chunk may be any Uint8Array, at any place of its memory', () => {
  const bytes = new Uint8Array(Buffer.from('xxx$5\r\nhello\r\nyyy'));
  const decoder = new Decoder({ reply: 'bytes' });
  decoder.feed(bytes.subarray(3, 14));
  assert.equal(decoder.next(), Buffer.from('hello'));
  assert.is(decoder.next(), NEED_DATA);
});

test('errors are values, alone, nested and as bulk errors', () => {
  const [moved, nested, bulk] = replies('-MOVED 3999 a:1\r\n*1\r\n-ERR x\r\n!8\r\nERR a\r\nb\r\n');
  assert.instance(moved, ErrorReply);
  assert.is((moved as ErrorReply).prefix, 'MOVED');
  assert.instance((nested as unknown[])[0], ErrorReply);
  assert.is((bulk as ErrorReply).message, 'ERR a\r\nb');
});

test('an error poisons: what came before is delivered, and nothing after', () => {
  const decoder = fed('+OK\r\n@\r\n+LATE\r\n');
  assert.is(decoder.next(), 'OK');
  const errors = [1, 2, 3].map(() => {
    try {
      return decoder.next();
    } catch (error) {
      decoder.feed(Buffer.from('+LATER\r\n'));
      return error;
    }
  });
  assert.instance(errors[0], ProtocolError);
  assert.is((errors[0] as ProtocolError).offset, 5);
  assert.ok(errors.every((error) => error === errors[0]));
});

test('an error stays when the form is changed behind it', () => {
  const decoder = fed('@\r\n+LATE\r\n');
  assert.throws(() => decoder.next(), /no RESP type/);
  decoder.reply = 'bytes';
  assert.throws(() => decoder.next(), /no RESP type/);
});

test('offsets count from the first byte of the stream, over all chunks', () => {
  const decoder = fed(':1\r\n:2\r\n');
  while (decoder.next() !== NEED_DATA);
  decoder.feed(Buffer.from('$1\r\na\r\n:x'));
  assert.is(decoder.next(), 'a');
  assert.is(decoder.next(), NEED_DATA);
  decoder.feed(Buffer.from('\r\n'));
  assert.throws(
    () => decoder.next(),
    (error: ProtocolError) => error.code === 'ERR_RESP_SYNTAX' && error.offset === 16,
  );
});

test('the form of replies may change between any two, and a reply that has begun keeps its own', () => {
  const decoder = fed('$1\r\na\r\n$1\r\nb\r\n*2\r\n$1\r\nc\r\n');
  assert.is(decoder.next(), 'a');
  decoder.reply = 'bytes';
  assert.equal(decoder.next(), Buffer.from('b'));
  assert.is(decoder.next(), NEED_DATA);
  decoder.reply = 'string';
  decoder.feed(Buffer.from('$1\r\nd\r\n$1\r\ne\r\n'));
  assert.equal(decoder.next(), [Buffer.from('c'), Buffer.from('d')]);
  assert.is(decoder.next(), 'e');
  assert.is(decoder.reply, 'string');
});

test('a form that changes in the middle of a bulk or a line holds from the next reply on', () => {
  for (const [beginning, rest] of [
    ['$3\r\na', 'bc\r\n$1\r\nd\r\n'],
    ['$', '3\r\nabc\r\n$1\r\nd\r\n'],
  ] as const) {
    const decoder = fed(beginning);
    assert.is(decoder.next(), NEED_DATA);
    decoder.reply = 'bytes';
    decoder.feed(Buffer.from(rest));
    assert.is(decoder.next(), 'abc');
    assert.equal(decoder.next(), Buffer.from('d'));
  }
});

test('a push in the middle of a reply is delivered first, and is no element', () => {
  const [push, reply] = replies('*3\r\n+PONG\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n:1\r\n+PONG\r\n');
  assert.equal((push as Push).elements, ['message', 'c', 'm']);
  assert.is((push as Push).kind, 'message');
  assert.equal(reply, ['PONG', 1, 'PONG']);
});

test('pushes have a form of their own, whatever the replies have', () => {
  const wire = '>2\r\n$7\r\nmessage\r\n$1\r\nm\r\n$1\r\na\r\n';
  for (const reply of ['string', 'bytes', 'view', 'skip', 'raw'] satisfies ReplyForm[]) {
    assert.equal((fed(wire, { reply }).next() as Push).elements, ['message', 'm']);
    const inBytes = fed(wire, { reply, pushes: 'bytes' }).next() as Push;
    assert.is(inBytes.kind, 'message');
    assert.equal(inBytes.elements, [Buffer.from('message'), Buffer.from('m')]);
  }
});

test('a push must have a kind, and that must be a string', () => {
  assert.is(failure('>0\r\n'), 'ERR_RESP_SYNTAX 0');
  assert.is(failure('+a\r\n>1\r\n:1\r\n'), 'ERR_RESP_SYNTAX 4');
});

test('attributes surround the value they precede, at any depth, any number in a row', () => {
  const [reply] = replies('*3\r\n:1\r\n:2\r\n|1\r\n+ttl\r\n:3600\r\n:3\r\n');
  assert.equal(reply, [1, 2, new Attributed(['ttl', 3600], 3)]);
  const [twice, plain] = replies('|1\r\n+a\r\n:1\r\n|0\r\n-ERR x\r\n+next\r\n');
  assert.is((unwrap(twice!) as ErrorReply).message, 'ERR x');
  assert.is(plain, 'next');
});

test('attributes before a push are the push’s', () => {
  const [push, reply] = replies('*1\r\n|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:2\r\n>1\r\n+x\r\n:7\r\n');
  assert.equal((push as Push).attributes, [
    ['a', 1],
    ['b', 2],
  ]);
  assert.equal(reply, [7]);
});

test('maps are pairs, a Map or an object, and duplicates and hostile keys are safe', () => {
  const wire = '%3\r\n+__proto__\r\n%1\r\n+isAdmin\r\n#t\r\n+a\r\n:1\r\n+a\r\n:2\r\n';
  assert.equal(replies(wire), [['__proto__', ['isAdmin', true], 'a', 1, 'a', 2]]);
  const [map] = replies(wire, { maps: 'map' }) as Map<string, unknown>[];
  assert.is(map!.get('a'), 2);
  const [object] = replies(wire, { maps: 'object' }) as Record<string, unknown>[];
  assert.is(Object.getPrototypeOf(object), null);
  assert.equal(Object.keys(object!), ['__proto__', 'a']);
  assert.is(object!['isAdmin'], undefined);
});

test('verbatim strings are text, or text and format', () => {
  assert.equal(replies('=8\r\nmkd:# hi\r\n'), ['# hi']);
  assert.equal(replies('=8\r\nmkd:# hi\r\n', { verbatim: 'typed' }), [new VerbatimString('mkd', '# hi')]);
  const inBytes = replies('=8\r\nmkd:# hi\r\n', { verbatim: 'typed', reply: 'bytes' });
  assert.equal(inBytes, [new VerbatimString('mkd', Buffer.from('# hi'))]);
});

test('a view lies in the chunk when all of it is there; raw has the frame as it was', () => {
  const chunk = Buffer.from('$5\r\nhello\r\n*1\r\n:+5\r\n');
  const decoder = new Decoder({ reply: 'view' });
  decoder.feed(chunk);
  const view = decoder.next() as Buffer;
  assert.is(view.buffer, chunk.buffer);
  assert.equal(view, Buffer.from('hello'));
  decoder.reply = 'raw';
  assert.equal(decoder.next(), Buffer.from('*1\r\n:+5\r\n'));
});

test('a view is valid until the next feed, whatever was fed before', () => {
  for (const size of [3, 50, 200, 700, 1400]) {
    const decoder = new Decoder({ reply: 'view' });
    const texts = Array.from({ length: 40 }, (_, n) => String(n).padEnd(size + (n % 7), '.'));
    const wire = Buffer.from(texts.map((text) => `$${text.length}\r\n${text}\r\n`).join(''));
    for (let at = 0; at < wire.length; at += 100) decoder.feed(Buffer.from(wire.subarray(at, at + 100)));
    const views: Reply[] = [];
    for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) views.push(reply);
    assert.equal(views.map(String), texts);
  }
});

test('a raw reply is cleaned of a push inside it that takes whole chunks', () => {
  const wire = Buffer.from(`*2\r\n:1\r\n>2\r\n+x\r\n$50\r\n${'y'.repeat(50)}\r\n:2\r\n`);
  for (const pieceBytes of [1, 3, 7, 20]) {
    const decoder = new Decoder({ reply: 'raw' });
    const delivered: unknown[] = [];
    for (let at = 0; at < wire.length; at += pieceBytes) {
      decoder.feed(wire.subarray(at, at + pieceBytes));
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) delivered.push(reply);
    }
    assert.instance(delivered[0], Push);
    assert.is(String(delivered[1]), '*2\r\n:1\r\n:2\r\n', `${pieceBytes}`);
  }
});

test('a raw reply is cleaned of the pushes inside it, wherever the stream is cut', () => {
  const wire = Buffer.from('*2\r\n:1\r\n|1\r\n+k\r\n:0\r\n>1\r\n+x\r\n:2\r\n+OK\r\n');
  for (let at = 0; at <= wire.length; at++) {
    const decoder = new Decoder({ reply: 'raw' });
    const found = [];
    for (const chunk of [wire.subarray(0, at), wire.subarray(at)]) {
      decoder.feed(chunk);
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) found.push(reply);
    }
    assert.instance(found[0], Push, `cut at ${at}`);
    assert.equal(found.slice(1), [Buffer.from('*2\r\n:1\r\n:2\r\n'), Buffer.from('+OK\r\n')], `cut at ${at}`);
  }
});

test('skipped replies are null, but errors are seen in every form', () => {
  assert.equal(replies('*1\r\n:1\r\n$2\r\nab\r\n:5\r\n', { reply: 'skip' }), [null, null, null]);
  for (const reply of ['skip', 'raw'] as const) {
    const found = replies('-MOVED 1 a:1\r\n!5\r\nERR x\r\n|1\r\n+a\r\n:1\r\n-ASK 1 a:1\r\n', { reply });
    assert.equal(
      found.map((error) => (error as ErrorReply).message),
      ['MOVED 1 a:1', 'ERR x', 'ASK 1 a:1'],
    );
  }
});

test('a simple string that is not UTF-8 is a Buffer where bytes were asked for', () => {
  const wire = Buffer.from('+a\xff\r\n', 'latin1');
  assert.equal(replies(wire), ['a\ufffd']);
  assert.equal(replies(wire, { reply: 'bytes' }), [Buffer.from([0x61, 0xff])]);
  assert.equal(replies('+é\r\n', { reply: 'bytes' }), ['é']);
});

test('an unknown form is refused, when it is set too', () => {
  const unknown = 'text' as unknown as ReplyForm;
  assert.throws(() => new Decoder({ reply: unknown }), /reply must be one of string, bytes, view, skip, raw/);
  const decoder = new Decoder();
  assert.throws(() => {
    decoder.reply = unknown;
  }, /not "text"/);
  assert.throws(() => new Decoder({ maps: 'entries' as 'map' }), /maps must be one of/);
});

test.run();
