import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply, OverloadError } from '../../src/errors.ts';
import {
  Attributed,
  Decoder,
  type DecoderOptions,
  encodeReply,
  NEED_DATA,
  Push,
  type Reply,
  VerbatimString,
  type WireReply,
  wire,
} from '../../src/resp/index.ts';
import { checkProperty } from '../support/property.ts';
import { anyStream, anyStyle } from '../support/resp-arbitraries.ts';
import { readAll } from '../support/resp-reference.ts';
import { replies } from '../support/resp-run.ts';
import { encodeValue, renderReply } from '../support/resp-value.ts';

const test = suite('encode reply');

/** The bytes in both protocols, with `|` for CRLF. */
function both(reply: WireReply): { resp3: string; resp2: string } {
  const show = (protocol: 2 | 3): string => encodeReply(reply, { protocol }).toString('latin1').replaceAll('\r\n', '|');
  return { resp3: show(3), resp2: show(2) };
}

test('strings and bytes are bulk strings, whose length is in bytes', () => {
  assert.equal(both('€'), { resp3: '$3|\xe2\x82\xac|', resp2: '$3|\xe2\x82\xac|' });
  assert.equal(both(Buffer.from([0xff, 13, 10])), { resp3: '$3|\xff||', resp2: '$3|\xff||' });
  assert.equal(both(new Uint8Array([65])), { resp3: '$1|A|', resp2: '$1|A|' });
});

test('numbers that JavaScript can count on are integers, all others doubles', () => {
  assert.equal(both([0, -5, 2 ** 53 - 1]).resp3, '*3|:0|:-5|:9007199254740991|');
  assert.equal(both([-0, 1.5, 2 ** 53, 1e21]).resp3, '*4|,-0|,1.5|,9007199254740992|,1e+21|');
  assert.equal(both([NaN, Infinity, -Infinity]).resp3, '*3|,nan|,inf|,-inf|');
  assert.equal(both([1.5, -Infinity]).resp2, '*2|$3|1.5|$4|-inf|');
});

test('bigints are what the decoder has as bigints: integers past 2^53, and big numbers', () => {
  assert.equal(
    both([5n, 2n ** 53n, -(2n ** 63n), 2n ** 63n]).resp3,
    `*4|(5|:${2n ** 53n}|:${-(2n ** 63n)}|(${2n ** 63n}|`,
  );
  assert.equal(both(5n).resp2, '$1|5|');
});

test('null and booleans have types of their own in RESP3 alone', () => {
  assert.equal(both([null, true, false]), { resp3: '*3|_|#t|#f|', resp2: '*3|$-1|:1|:0|' });
  assert.equal(both([wire.nullBulkString(), wire.nullArray()]), { resp3: '*2|$-1|*-1|', resp2: '*2|$-1|*-1|' });
});

test('an error is a simple one where its text is one line', () => {
  assert.equal(both(new ErrorReply('ERR x')), { resp3: '-ERR x|', resp2: '-ERR x|' });
  assert.equal(both(new ErrorReply('ERR a\r\nb')), { resp3: '!8|ERR a|b|', resp2: '-ERR a  b|' });
  assert.equal(both(wire.bulkError('ERR x')), { resp3: '!5|ERR x|', resp2: '-ERR x|' });
  const overload = new OverloadError('ERR_REPLY_TOO_LARGE', 'reply too large', { limit: 1, wasSent: true });
  assert.equal(both(overload), { resp3: '-ERR reply too large|', resp2: '-ERR reply too large|' });
});

test('each type can be asked for', () => {
  assert.equal(both(wire.simpleString('OK')), { resp3: '+OK|', resp2: '+OK|' });
  assert.equal(both(wire.simpleError('ERR x')), { resp3: '-ERR x|', resp2: '-ERR x|' });
  assert.equal(both(wire.integer(7n)), { resp3: ':7|', resp2: ':7|' });
  assert.equal(both(wire.integer(-0)), { resp3: ':0|', resp2: ':0|' });
  assert.equal(both(wire.double(7)), { resp3: ',7|', resp2: '$1|7|' });
  assert.equal(both(wire.bigNumber(7n)), { resp3: '(7|', resp2: '$1|7|' });
  assert.equal(both(new VerbatimString('mkd', '# é')), { resp3: '=8|mkd:# \xc3\xa9|', resp2: '$4|# \xc3\xa9|' });
  assert.equal(both(wire.set([1, 'a'])), { resp3: '~2|:1|$1|a|', resp2: '*2|:1|$1|a|' });
  assert.equal(both(wire.map([['a', 1]])), { resp3: '%1|$1|a|:1|', resp2: '*2|$1|a|:1|' });
  assert.equal(both(wire.raw(Buffer.from(':1\r\n'))), { resp3: ':1|', resp2: ':1|' });
});

test('Maps and plain objects are maps', () => {
  assert.equal(both(new Map<WireReply, WireReply>([[1, [2]]])), { resp3: '%1|:1|*1|:2|', resp2: '*2|:1|*1|:2|' });
  assert.equal(both({ a: null }), { resp3: '%1|$1|a|_|', resp2: '*2|$1|a|$-1|' });
  assert.equal(both({}), { resp3: '%0|', resp2: '*0|' });
});

test('an attribute is not counted, and left out in RESP2', () => {
  const noted = wire.attribute([['ttl', 5]], 'x');
  assert.equal(both([noted, noted]), { resp3: `*2|${'|1|$3|ttl|:5|$1|x|'.repeat(2)}`, resp2: '*2|$1|x|$1|x|' });
  assert.equal(both(new Attributed(['ttl', 5], new Attributed([], 'x'))), {
    resp3: '|1|$3|ttl|:5||0|$1|x|',
    resp2: '$1|x|',
  });
});

test('a push is an array in RESP2, and keeps its attributes in RESP3', () => {
  assert.equal(both(wire.push('message', 'c')), { resp3: '>2|$7|message|$1|c|', resp2: '*2|$7|message|$1|c|' });
  const noted = new Push('x', ['x', 1], [['a', 1], new Map([['b', 2]])]);
  assert.equal(both(noted), { resp3: '|1|$1|a|:1||1|$1|b|:2|>2|$1|x|:1|', resp2: '*2|$1|x|:1|' });
  assert.equal(both(wire.attribute([['a', 1]], wire.push('x'))), { resp3: '|1|$1|a|:1|>1|$1|x|', resp2: '*1|$1|x|' });
});

test('a push that was over a limit is a push still', () => {
  const [push] = replies('>2\r\n+message\r\n$4\r\nabcd\r\n', { maxBulkBytes: 3 });
  const [again] = replies(encodeReply(push!));
  assert.instance(again, Push);
  assert.match(String((again as Push).elements[1]), /reply too large/);
});

test('what is streamed is counted in RESP2', () => {
  assert.equal(both(wire.streamedString(['ab', '', Buffer.from('c')])), {
    resp3: '$?|;2|ab|;1|c|;0|',
    resp2: '$3|abc|',
  });
  assert.equal(both(wire.streamedString([])), { resp3: '$?|;0|', resp2: '$0||' });
  assert.equal(both(wire.streamedArray([1, [2]])), { resp3: '*?|:1|*1|:2|.|', resp2: '*2|:1|*1|:2|' });
  assert.equal(both(wire.streamedSet([])), { resp3: '~?|.|', resp2: '*0|' });
  assert.equal(both([wire.streamedMap([['a', 1]]), 2]), { resp3: '*2|%?|$1|a|:1|.|:2|', resp2: '*2|*2|$1|a|:1|:2|' });
});

test('what can not be a reply is refused', () => {
  const circle: WireReply[] = [];
  circle.push(circle);
  const wrong: [() => unknown, RegExp][] = [
    [() => encodeReply(undefined as unknown as WireReply), /no reply can be undefined/],
    [() => encodeReply([new Date() as unknown as WireReply]), /no reply can be \[object Date\]/],
    [() => encodeReply(circle), /inside itself/],
    [() => encodeReply([wire.push('x')]), /a push inside a reply/],
    [() => encodeReply(wire.attribute([['a', wire.push('x')]], 1)), /a push inside a reply/],
    [() => encodeReply(new Push('', [])), /a push without a kind/],
    [() => encodeReply(new Attributed(['a'], 1)), /a key that has no value/],
    [() => encodeReply(new Attributed(5, 1)), /no reply can be/],
    [() => encodeReply(1, { protocol: 4 as 3 }), /protocol must be 2 or 3/],
    [() => wire.simpleString('a\r\nb'), /one line can't hold "a\\r\\nb"/],
    [() => wire.simpleError('a\nb'), /one line/],
    [() => wire.integer(1.5), /an integer must be one/],
    [() => wire.integer(2n ** 63n), /outside signed 64 bits/],
  ];
  for (const [call, message] of wrong) {
    assert.throws(call, (error: Error & { code: string }) => {
      return error.code === 'ERR_INVALID_ARGUMENT' && message.test(error.message);
    });
  }
});

test('a reply may be nested deeper than JavaScript recurses', () => {
  let reply: WireReply = 1;
  for (let depth = 0; depth < 50_000; depth++) reply = [reply];
  assert.is(encodeReply(reply).length, 50_000 * 4 + 4);
});

const FORMS: DecoderOptions[] = [
  { reply: 'string', verbatim: 'typed' },
  { reply: 'string', maps: 'map' },
  { reply: 'string', maps: 'object', verbatim: 'typed' },
];

test('whatever the decoder delivered becomes bytes that it reads as the same', () => {
  checkProperty(
    fc.property(anyStream, anyStyle, fc.constantFrom(...FORMS), (values, style, options) => {
      const bytes = Buffer.concat(values.map((value) => encodeValue(value, style)));
      for (const reply of replies(bytes, options)) {
        const encoded = encodeReply(reply);
        assert.equal(replies(encoded, options).map(renderReply), [renderReply(reply)]);
        assert.is(readAll(encoded).end, 'whole');
      }
    }),
  );
});

test('in RESP2 it becomes one reply of RESP2 types alone', () => {
  checkProperty(
    fc.property(anyStream, anyStyle, (values, style) => {
      const bytes = Buffer.concat(values.map((value) => encodeValue(value, style)));
      for (const reply of replies(bytes, { maps: 'map' })) {
        const reading = readAll(encodeReply(reply, { protocol: 2 }));
        assert.is(reading.end, 'whole');
        assert.is(reading.values.length, 1);
        assert.not.match(
          JSON.stringify(reading.values, (_, each) => (typeof each === 'bigint' ? 0 : each)),
          /"type":"[%~>#,(=!|]"/,
        );
      }
    }),
  );
});

test('a raw frame can be an element: a proxy need not look into it', () => {
  const decoder = new Decoder({ reply: 'raw' });
  decoder.feed(Buffer.from('%1\r\n+a\r\n,1.50\r\n'));
  const frame = decoder.next() as Reply & Buffer;
  assert.is.not(frame as unknown, NEED_DATA);
  assert.is(both([wire.raw(frame), 1]).resp3, '*2|%1|+a|,1.50|:1|');
});

test.run();
