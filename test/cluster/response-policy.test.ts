import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { combineReplies, repliesByNode } from '../../src/cluster/response-policy.ts';
import { ClusterError, ConnectionError, ErrorReply } from '../../src/errors.ts';
import type { Reply } from '../../src/resp/index.ts';

const test = suite('response policy');
const refusal = new ErrorReply('NOTBUSY No scripts in execution right now.');
const loss = new ConnectionError('ERR_CONNECTION_LOST', 'connection lost');

test('one_succeeded: a success counts before every error, and the first error where all failed', () => {
  assert.is(combineReplies('one_succeeded', [refusal, 'OK', refusal]), 'OK');
  assert.is(combineReplies('one_succeeded', [refusal, null]), null);
  assert.is(combineReplies('one_succeeded', [refusal, loss]), refusal);
});

test('all_succeeded: the first error, or the first reply where none failed', () => {
  assert.is(combineReplies('all_succeeded', ['OK', loss, refusal]), loss);
  assert.is(combineReplies('all_succeeded', ['OK', 'OK']), 'OK');
});

test('without a policy array replies become one array, in the order of the nodes', () => {
  assert.equal(combineReplies(undefined, [['a'], [], ['b', ['c']]]), ['a', 'b', ['c']]);
  assert.equal(combineReplies(undefined, [1, 'x', null]), [1, 'x', null]);
  assert.is(combineReplies(undefined, [['a'], refusal]), refusal);
});

test('logical and, logical or: of integers, and element by element', () => {
  assert.is(combineReplies('agg_logical_and', [1, 1, 0]), 0);
  assert.is(combineReplies('agg_logical_and', [1, 7]), 1);
  assert.is(combineReplies('agg_logical_or', [0, 0, 1]), 1);
  assert.is(combineReplies('agg_logical_or', [0, 0]), 0);
  assert.equal(
    combineReplies('agg_logical_and', [
      [1, 1, 0],
      [1, 0, 0],
    ]),
    [1, 0, 0],
  ); // SCRIPT EXISTS
  assert.equal(
    combineReplies('agg_logical_or', [
      [1, 0],
      [0, 0],
    ]),
    [1, 0],
  );
});

test('least and greatest compare numbers with bigints', () => {
  assert.is(combineReplies('agg_min', [3, 9007199254740993n, 2]), 2);
  assert.is(combineReplies('agg_max', [3, 9007199254740993n, 2]), 9007199254740993n);
  assert.equal(
    combineReplies('agg_min', [
      [1, 5],
      [2, 4],
    ]),
    [1, 4],
  );
});

test('a sum is exact past 2^53, and a bigint only there', () => {
  assert.is(combineReplies('agg_sum', [2, 3]), 5);
  assert.is(combineReplies('agg_sum', [Number.MAX_SAFE_INTEGER, 2]), 9007199254740993n);
  assert.is(combineReplies('agg_sum', [9007199254740993n, -2]), Number.MAX_SAFE_INTEGER);
  assert.is(combineReplies('agg_sum', [0.5, 1]), 1.5);
  assert.equal(
    combineReplies('agg_sum', [
      [1, 2],
      [3, Number.MAX_SAFE_INTEGER],
    ]),
    [4, 9007199254740993n],
  );
});

test('a sum is exact for any integers of 64 bits', () => {
  const integers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 8 });
  const asReply = (value: bigint): Reply => (Number.isSafeInteger(Number(value)) ? Number(value) : value);
  const isExact = (values: bigint[]): boolean => {
    const sum = values.reduce((total, value) => total + value);
    return combineReplies('agg_sum', values.map(asReply)) === asReply(sum);
  };
  return fc.assert(fc.property(integers, isExact));
});

test('an error counts before every aggregate', () => {
  for (const policy of ['agg_sum', 'agg_min', 'agg_max', 'agg_logical_and', 'agg_logical_or'] as const) {
    assert.is(combineReplies(policy, [1, refusal, loss]), refusal);
  }
});

test('replies that can not be combined give ERR_SPLIT_PARTIAL instead of a wrong number', () => {
  const rows: Reply[][] = [
    ['1', 1],
    [1, null],
    [[1], 1],
    [[1], [1, 2]],
    [['a'], [1]],
    [[1], null],
  ];
  for (const replies of rows) {
    const outcome = combineReplies('agg_sum', replies);
    assert.instance(outcome, ClusterError);
    assert.is((outcome as ClusterError).code, 'ERR_SPLIT_PARTIAL');
  }
});

test('a union has every element once, text or bytes', () => {
  assert.equal(combineReplies('union', [['a', 'b'], [], ['b', 'c']]), ['a', 'b', 'c']);
  const [first, second] = [Buffer.from([0xff]), Buffer.from([0xff])];
  assert.equal(combineReplies('union', [[first], [second]]), [first]);
  assert.is(combineReplies('union', [['a'], refusal]), refusal);
});

test('a sum by name adds the numbers and keeps the names, exactly', () => {
  assert.equal(
    combineReplies('sumByName', [
      ['a', 1, 'b', 2n ** 53n],
      ['a', 2, 'b', 1],
    ]),
    ['a', 3, 'b', 2n ** 53n + 1n],
  );
  for (const wrong of [['a'], 'a', ['a', 1, 'b', 2], ['a', 'x'], ['a', null]] as Reply[]) {
    assert.instance(combineReplies('sumByName', [['a', 1], wrong]), ClusterError);
  }
});

test('by node: a map from address to reply, in the form the client has maps; an error counts before all', () => {
  const addresses = ['h:1', 'h:2'];
  assert.equal(repliesByNode(addresses, ['a', ['b']], 'pairs'), ['h:1', 'a', 'h:2', ['b']]);
  assert.equal(
    repliesByNode(addresses, ['a', 'b'], 'map'),
    new Map([
      ['h:1', 'a'],
      ['h:2', 'b'],
    ]),
  );
  const object = repliesByNode(addresses, ['a', 'b'], 'object') as object;
  assert.equal(
    [Object.getPrototypeOf(object), Object.entries(object)],
    [
      null,
      [
        ['h:1', 'a'],
        ['h:2', 'b'],
      ],
    ],
  );
  assert.is(repliesByNode(addresses, ['a', loss], 'pairs'), loss);
});

test('one node is no special case', () => {
  assert.is(combineReplies('agg_sum', [5]), 5);
  assert.equal(combineReplies('agg_logical_and', [[1, 0]]), [1, 0]);
  assert.equal(combineReplies(undefined, [['a']]), ['a']);
});

test.run();
