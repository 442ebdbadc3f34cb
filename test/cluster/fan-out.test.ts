import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FanOut, formOfPart } from '../../src/cluster/fan-out.ts';
import type { CombineRule } from '../../src/cluster/response-policy.ts';
import { ErrorReply, type RedisError } from '../../src/errors.ts';
import type { Outcome } from '../../src/net/index.ts';
import type { ReplyForm } from '../../src/resp/index.ts';

const test = suite('cluster/fan-out');

interface Collected {
  readonly fanOut: FanOut;
  readonly outcomes: Outcome[];
}

function fanOutOf(rule: CombineRule | undefined, addresses: readonly string[], form: ReplyForm = 'string'): Collected {
  const outcomes: Outcome[] = [];
  const settle = (outcome: Outcome): void => void outcomes.push(outcome);
  return { fanOut: new FanOut({ rule, addresses, form, maps: 'pairs', protocol: 3, settle }), outcomes };
}

test('settles once, with the last of the nodes, in the order of the nodes', () => {
  const { fanOut, outcomes } = fanOutOf(undefined, ['h:1', 'h:2']);
  fanOut.settled(1, ['b']);
  assert.equal(outcomes, []);
  fanOut.settled(0, ['a']);
  assert.equal(outcomes, [['a', 'b']]);
});

test('one error counts before all values', () => {
  const { fanOut, outcomes } = fanOutOf('agg_sum', ['h:1', 'h:2']);
  const error = new ErrorReply('ERR no');
  fanOut.settled(0, 1);
  fanOut.settled(1, error);
  assert.equal(outcomes, [error]);
});

test('nobody to ask is ERR_NO_NODE', () => {
  assert.is((fanOutOf('agg_sum', []).outcomes[0] as RedisError).code, 'ERR_NO_NODE');
});

test('a part that is left out counts for nothing, whatever it comes to; all left out is ERR_NO_NODE', () => {
  const { fanOut, outcomes } = fanOutOf('agg_sum', ['h:1', 'h:2']);
  fanOut.leaveOut(1);
  fanOut.settled(1, null);
  fanOut.settled(0, 7);
  assert.equal(outcomes, [7]);
  const alone = fanOutOf('agg_sum', ['h:1']);
  alone.fanOut.leaveOut(0);
  alone.fanOut.settled(0, null);
  assert.is((alone.outcomes[0] as RedisError).code, 'ERR_NO_NODE');
});

test('by node, whoever answered in the place of another is named', () => {
  const { fanOut, outcomes } = fanOutOf('byNode', ['h:1', 'h:2']);
  fanOut.moveTo(0, 'h:3');
  assert.equal([fanOut.asks('h:1'), fanOut.asks('h:3')], [false, true]);
  fanOut.settled(0, 'a');
  fanOut.settled(1, 'b');
  assert.equal(outcomes, [['h:3', 'a', 'h:2', 'b']]);
});

test('raw replies of several nodes are put together anew; one of them is passed on as it is', () => {
  const sum = fanOutOf('agg_sum', ['h:1', 'h:2'], 'raw');
  assert.equal([formOfPart('agg_sum', 'raw'), formOfPart('all_succeeded', 'raw')], ['bytes', 'raw']);
  sum.fanOut.settled(0, 1);
  sum.fanOut.settled(1, 2);
  assert.equal(String(sum.outcomes[0]), ':3\r\n');
  const ok = fanOutOf('all_succeeded', ['h:1', 'h:2'], 'raw');
  ok.fanOut.settled(0, Buffer.from('+OK\r\n'));
  ok.fanOut.settled(1, Buffer.from('+OK\r\n'));
  assert.equal(String(ok.outcomes[0]), '+OK\r\n');
});

test('replies that were skipped are null together, and errors are told', () => {
  const { fanOut, outcomes } = fanOutOf('agg_sum', ['h:1', 'h:2'], 'skip');
  fanOut.settled(0, null);
  fanOut.settled(1, null);
  assert.equal(outcomes, [null]);
});

test.run();
