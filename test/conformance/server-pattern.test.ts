import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatTokens, type Match, Pattern, TokenReader } from '../../src/conformance/index.ts';

const test = suite('server pattern');

const WORDS = { key: (name: string) => `prefix:${name}`, values: new Map([['nonce', 'abc']]) };

function match(pattern: string, wire: string): Match {
  const reader = new TokenReader();
  reader.feed(Buffer.from(wire, 'latin1'));
  return new Pattern(pattern, WORDS).match(reader.tokens);
}

const MATCHES: readonly [pattern: string, wire: string, expected: Match][] = [
  ['+OK', '+OK\r\n', 'full'],
  ['+OK', '+OKAY\r\n', 'no'],
  ['+OK', '', 'partial'],
  ['', '', 'full'],
  ['', '+OK\r\n', 'no'],
  ['+"two words"', '+two words\r\n', 'full'],
  ['+~"wor"', '+two words\r\n', 'full'],
  ['+!"wor"', '+two words\r\n', 'no'],
  ['-', '-ERR x\r\n', 'full'],
  ['-ERR', '-ERR x\r\n', 'full'],
  ['-ERR', '-ERROR x\r\n', 'no'],
  ['-ERR', '!5\r\nERR x\r\n', 'full'],
  ['-ERR~"x"', '-ERR y\r\n', 'no'],
  [':?', ':12\r\n', 'full'],
  [':12', ':13\r\n', 'no'],
  ['$"a\\r\\n\\x00"', '$4\r\na\r\n\0\r\n', 'full'],
  ['$?', '$-1\r\n', 'no'],
  ['$-1', '$-1\r\n', 'full'],
  ['$"<key:k>"', '$8\r\nprefix:k\r\n', 'full'],
  ['$~"<nonce>"', '$5\r\nxabcx\r\n', 'full'],
  ['*2 :1 :2', '*2\r\n:1\r\n:2\r\n', 'full'],
  ['*2 :1 :2', '*2\r\n:1\r\n', 'partial'],
  ['*? :1 ...', '*2\r\n:1\r\n:2\r\n', 'full'],
  ['? +PONG', '*2\r\n*1\r\n:1\r\n:2\r\n+PONG\r\n', 'full'],
  ['?', '|1\r\n+a\r\n:1\r\n$1\r\nx\r\n', 'full'],
  ['%*', '%1\r\n+a\r\n:1\r\n', 'full'],
  ['%*', '*0\r\n', 'no'],
  ['%{proto=:3 server}', '%2\r\n$6\r\nserver\r\n$1\r\nx\r\n$5\r\nproto\r\n:3\r\n', 'full'],
  ['%{proto=:2}', '%1\r\n$5\r\nproto\r\n:3\r\n', 'no'],
  ['(:<n>)x3', ':1\r\n:2\r\n:3\r\n', 'full'],
  ['(-ERR)x2', '-ERR\r\n-ERR\r\n', 'full'],
  ['(123', '(123\r\n', 'full'],
  ['_ #t ,1.5', '_\r\n#t\r\n,1.5\r\n', 'full'],
];

for (const [pattern, wire, expected] of MATCHES) {
  test(`${JSON.stringify(pattern)} and ${JSON.stringify(wire)}: ${expected}`, () => {
    assert.is(match(pattern, wire), expected);
  });
}

test('tokens are the same wherever the bytes are cut', () => {
  const wire = Buffer.from('*3\r\n$4\r\na\r\nb\r\n>1\r\n:7\r\n-ERR x\r\n$-1\r\n$0\r\n\r\n', 'latin1');
  const whole = new TokenReader();
  whole.feed(wire);
  for (let at = 1; at < wire.length; at++) {
    const cut = new TokenReader();
    cut.feed(wire.subarray(0, at));
    cut.feed(wire.subarray(at));
    assert.equal(cut.tokens, whole.tokens, `cut at ${at}`);
    assert.is(cut.isInside, false);
  }
});

test('what cannot be RESP is a fault', () => {
  for (const wire of ['hello\r\n', '$1x\r\n', '$1\r\nabc\r\n']) {
    const reader = new TokenReader();
    reader.feed(Buffer.from(wire));
    assert.ok(reader.fault, wire);
  }
});

test('tokens are shown in the notation of the patterns', () => {
  const reader = new TokenReader();
  reader.feed(Buffer.from('*2\r\n$3\r\na\r"\r\n+two words\r\n', 'latin1'));
  assert.is(formatTokens(reader.tokens), '*2 $"a\\r\\"" +"two words"');
});

test.run();
