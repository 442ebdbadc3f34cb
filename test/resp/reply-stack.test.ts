import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Attributed } from '../../src/resp/index.ts';
import { failure, replies } from '../support/resp-run.ts';

const test = suite('reply stack');

test('aggregates nest in every way', () => {
  assert.equal(replies('*3\r\n*0\r\n~1\r\n*-1\r\n%1\r\n*1\r\n:1\r\n%0\r\n'), [[[], [null], [[1], []]]]);
});

test('streamed aggregates end at their dot, inside others too', () => {
  assert.equal(replies('*?\r\n*?\r\n:1\r\n.\r\n*1\r\n:2\r\n~?\r\n.\r\n.\r\n+next\r\n'), [[[1], [2], []], 'next']);
  assert.equal(replies('%?\r\n+a\r\n:1\r\n.\r\n', { maps: 'map' }), [new Map([['a', 1]])]);
});

test('a dot ends nothing but a streamed aggregate, and no map after a key', () => {
  assert.is(failure('.\r\n'), 'ERR_RESP_SYNTAX 0');
  assert.is(failure('*2\r\n:1\r\n.\r\n'), 'ERR_RESP_SYNTAX 8');
  assert.is(failure('*?\r\n|1\r\n+a\r\n:1\r\n.\r\n'), 'ERR_RESP_SYNTAX 16');
  assert.is(failure('%?\r\n+a\r\n.\r\n'), 'ERR_RESP_SYNTAX 8');
});

test('an attribute is no element, and may be on a key, on a value and on an attribute’s value', () => {
  const [reply] = replies('%1\r\n|1\r\n+x\r\n|0\r\n:1\r\n+k\r\n|1\r\n+y\r\n:2\r\n+v\r\n');
  assert.equal(reply, [new Attributed(['x', new Attributed([], 1)], 'k'), new Attributed(['y', 2], 'v')]);
});

test('a push inside a push comes first', () => {
  const pushes = replies('>2\r\n+outer\r\n>1\r\n+inner\r\n:1\r\n+next\r\n');
  assert.equal(
    pushes.slice(0, 2).map((push) => (push as { elements: unknown }).elements),
    [['inner'], ['outer', 1]],
  );
  assert.is(pushes[2], 'next');
});

test('what was read before is no part of what comes after', () => {
  const twice = replies('*2\r\n:1\r\n:2\r\n*2\r\n:3\r\n:4\r\n');
  assert.equal(twice, [
    [1, 2],
    [3, 4],
  ]);
});

test.run();
