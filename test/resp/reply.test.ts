import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Attributed, Push, unwrap } from '../../src/resp/index.ts';

const test = suite('reply');

test('unwrap finds the value behind any number of attributes', () => {
  assert.is(unwrap('a'), 'a');
  assert.is(unwrap(new Attributed([], new Attributed(['k', 1], null))), null);
});

test('a push without attributes has none', () => {
  assert.equal(new Push('message', ['message']).attributes, []);
});

test.run();
