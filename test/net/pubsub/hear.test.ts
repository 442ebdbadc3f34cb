import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hear } from '../../../src/net/pubsub/hear.ts';
import { Decoder, NEED_DATA, type Reply } from '../../../src/resp/index.ts';

const test = suite('net/pubsub/hear');

/** What a subscriber connection makes of the bytes. */
function heard(wire: string): unknown[] {
  const decoder = new Decoder({ reply: 'bytes', pushes: 'bytes', maxReplyBytes: 200 });
  decoder.feed(Buffer.from(wire, 'latin1'));
  const all: unknown[] = [];
  for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) all.push(hear(reply as Reply));
  return all;
}

/** The same frame as RESP2 and RESP3 have it. */
function inBoth(elements: string): unknown {
  const [two] = heard(`*${elements}`);
  const [three] = heard(`>${elements}`);
  assert.equal(two, three);
  return two;
}

test('messages of every kind are read alike in RESP2 and RESP3 (protocol 39)', () => {
  const message = inBoth('3\r\n$7\r\nmessage\r\n$1\r\n\xe9\r\n$2\r\n\r\n\r\n');
  const key = '\xe9';
  const channel = Buffer.from(key, 'latin1');
  assert.equal(message, { kind: 'message', topicKind: 'message', key, channel, payload: Buffer.from('\r\n') });
  const sharded = inBoth('3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$1\r\nm\r\n') as { topicKind: string };
  assert.is(sharded.topicKind, 'smessage');
  assert.equal(inBoth('4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\nc1\r\n$1\r\nm\r\n'), {
    kind: 'message',
    topicKind: 'pmessage',
    key: 'c*',
    channel: Buffer.from('c1'),
    payload: Buffer.from('m'),
  });
});

test('confirmations name what they confirm', () => {
  const words = ['subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe'];
  assert.equal(
    words.map((word) => inBoth(`3\r\n$${word.length}\r\n${word}\r\n$1\r\nc\r\n:1\r\n`)),
    [
      { kind: 'subscribed', topicKind: 'message', key: 'c' },
      { kind: 'subscribed', topicKind: 'pmessage', key: 'c' },
      { kind: 'subscribed', topicKind: 'smessage', key: 'c' },
      { kind: 'unsubscribed', topicKind: 'message', key: 'c' },
      { kind: 'unsubscribed', topicKind: 'pmessage', key: 'c' },
      { kind: 'unsubscribed', topicKind: 'smessage', key: 'c' },
    ],
  );
});

test('PING is answered in four shapes, by protocol, state and argument', () => {
  assert.equal(heard('+PONG\r\n$2\r\n17\r\n*2\r\n$4\r\npong\r\n$2\r\n17\r\n*2\r\n$4\r\npong\r\n$0\r\n\r\n'), [
    { kind: 'pong', token: '' },
    { kind: 'pong', token: '17' },
    { kind: 'pong', token: '17' },
    { kind: 'pong', token: '' },
  ]);
});

test('errors are errors, and what is skipped for its size is told apart', () => {
  assert.is((heard('-NOPERM no\r\n')[0] as { error: Error }).error.message, 'NOPERM no');
  const large = 'x'.repeat(300);
  for (const type of ['*', '>']) {
    assert.equal(heard(`${type}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$300\r\n${large}\r\n`), [{ kind: 'tooLarge' }]);
  }
});

test('what is not for us is left alone', () => {
  for (const wire of ['>2\r\n$10\r\ninvalidate\r\n_\r\n', '*1\r\n:1\r\n', ':1\r\n', '>2\r\n$7\r\nmessage\r\n:1\r\n']) {
    assert.equal(heard(wire), [{ kind: 'other' }]);
  }
  assert.equal(heard('*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n'), [{ kind: 'other' }]);
  assert.equal(heard('*2\r\n$4\r\npong\r\n:1\r\n'), [{ kind: 'other' }]);
});

test.run();
