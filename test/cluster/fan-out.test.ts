import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FanOut } from '../../src/cluster/fan-out.ts';
import { ErrorReply, type RedisError } from '../../src/errors.ts';
import type { Outcome } from '../../src/net/index.ts';

const test = suite('cluster/fan-out');

test('settles once, with the last of the nodes, in the order of the nodes', () => {
  const outcomes: Outcome[] = [];
  const fanOut = new FanOut(undefined, 2, (outcome) => outcomes.push(outcome));
  fanOut.settled(1, ['b']);
  assert.equal(outcomes, []);
  fanOut.settled(0, ['a']);
  assert.equal(outcomes, [['a', 'b']]);
});

test('one error counts before all values', () => {
  const outcomes: Outcome[] = [];
  const fanOut = new FanOut('agg_sum', 2, (outcome) => outcomes.push(outcome));
  const error = new ErrorReply('ERR no');
  fanOut.settled(0, 1);
  fanOut.settled(1, error);
  assert.equal(outcomes, [error]);
});

test('nobody to ask is ERR_NO_NODE', () => {
  let code = '';
  new FanOut('agg_sum', 0, (outcome) => {
    code = (outcome as RedisError).code;
  });
  assert.is(code, 'ERR_NO_NODE');
});

test.run();
