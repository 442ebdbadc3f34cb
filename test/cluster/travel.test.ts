import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { canTravelTogether } from '../../src/cluster/travel.ts';
import type { Argument } from '../../src/resp/index.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('cluster/travel');

function together(
  first: readonly Argument[],
  second: readonly Argument[],
  asked: readonly (string | undefined)[] = [],
): boolean {
  const [a, b] = [first, second].map((args) => makeCommand(args).command);
  [a!.askAddress, b!.askAddress] = asked;
  return canTravelTogether(a!, b!);
}

test('one key keeps its order on one connection, text or bytes', () => {
  assert.is(together(['GET', 'k'], ['SET', 'k', 1]), true);
  assert.is(together(['GET', 'k'], ['SET', Buffer.from('k'), 1]), true);
  assert.is(together(['GET', 'é'], ['GET', new Uint8Array(Buffer.from('é'))]), true);
  assert.is(together(['GET', 'k'], ['GET', 'other']), false);
});

test('commands that ASK sent to one node run there in order, whatever their keys', () => {
  assert.is(together(['GET', 'k'], ['GET', 'other'], ['b', 'b']), true);
  assert.is(together(['GET', 'k'], ['GET', 'k'], ['b', undefined]), false);
  assert.is(together(['GET', 'k'], ['GET', 'k'], ['b', 'c']), false);
});

test('a command on several keys, or on keys that nobody knows, travels alone', () => {
  assert.is(together(['MGET', '{t}a', '{t}b'], ['GET', '{t}a']), false);
  assert.is(together(['GET', '{t}a'], ['MGET', '{t}a', '{t}b'], ['b', 'b']), false);
  assert.is(together(['MODULE.CMD', 'k'], ['MODULE.CMD', 'k']), false);
});

test.run();
