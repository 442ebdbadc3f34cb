import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot, slotOfKey } from '../../src/cluster/hash-slot.ts';
import { isSplittable, type SplitPart, SplitReplies, splitBySlot } from '../../src/cluster/split.ts';
import { findCommand } from '../../src/commands/index.ts';
import { type ClusterError, ErrorReply } from '../../src/errors.ts';
import type { Outcome } from '../../src/net/index.ts';
import type { Argument, Reply, ReplyForm } from '../../src/resp/index.ts';
import { checkProperty } from '../support/property.ts';

const test = suite('cluster/split');

function split(...args: Argument[]): SplitPart[] {
  return splitBySlot(findCommand(args)!, args);
}

function splittable(...args: Argument[]): boolean {
  return isSplittable(findCommand(args)!, args);
}

interface Collected {
  readonly replies: SplitReplies;
  readonly outcomes: Outcome[];
}

function collect(args: readonly Argument[], form: ReplyForm = 'string'): Collected {
  const info = findCommand(args)!;
  const policy = info.responsePolicy as 'agg_sum' | 'all_succeeded' | undefined;
  const outcomes: Outcome[] = [];
  const settle = (outcome: Outcome): void => void outcomes.push(outcome);
  const parts = splitBySlot(info, args);
  return { replies: new SplitReplies({ name: info.name, parts, policy, form, protocol: 3, settle }), outcomes };
}

test('keys of one slot stay together, in their order and as often as they occur', () => {
  assert.equal(split('MGET', 'foo', 'bar', '{foo}2', 'foo'), [
    { slot: 12182, args: ['MGET', 'foo', '{foo}2', 'foo'], keyPositions: [1, 3, 4] },
    { slot: 5061, args: ['MGET', 'bar'], keyPositions: [2] },
  ]);
});

test('what belongs to a key goes with it, what is about all goes with each part', () => {
  assert.equal(
    split('MSET', 'foo', 1, 'bar', 2).map(({ args }) => args),
    [
      ['MSET', 'foo', 1],
      ['MSET', 'bar', 2],
    ],
  );
  assert.equal(
    split('JSON.MSET', 'foo', '$', '1', 'bar', '$', '2').map(({ args }) => args),
    [
      ['JSON.MSET', 'foo', '$', '1'],
      ['JSON.MSET', 'bar', '$', '2'],
    ],
  );
  assert.equal(
    split('JSON.MGET', 'foo', 'bar', '$.a').map(({ args }) => args),
    [
      ['JSON.MGET', 'foo', '$.a'],
      ['JSON.MGET', 'bar', '$.a'],
    ],
  );
});

test('a stated number of keys is stated anew for each part', () => {
  assert.equal(
    split('MSETEX', 3, 'foo', 1, 'bar', 2, '{foo}b', 3, 'EX', 10).map(({ args }) => args),
    [
      ['MSETEX', 2, 'foo', 1, '{foo}b', 3, 'EX', 10],
      ['MSETEX', 1, 'bar', 2, 'EX', 10],
    ],
  );
});

test('what depends on all keys at once is not split, nor what the server would refuse as a whole', () => {
  assert.is(splittable('MSETEX', 2, 'foo', 1, 'bar', 2, 'EX', 10), true);
  assert.is(splittable('MSETEX', 2, 'foo', 1, 'bar', 2, 'nx'), false);
  assert.is(splittable('MSET', 'foo', 1, 'bar'), false);
  assert.is(splittable('MSETNX', 'foo', 1, 'bar', 2), false);
  assert.is(splittable('SUNION', 'foo', 'bar'), false);
});

test('numbers and bytes are keys like any other', () => {
  const keys = [7, 8n, Buffer.from([0xff, 0])];
  for (const part of split('DEL', ...keys)) {
    for (const position of part.keyPositions) assert.is(slotOfKey(keys[position - 1]!), part.slot);
  }
});

test('MGET put together is what one server would have said: in the order of the keys, duplicates included', () => {
  const keys = fc.array(fc.constantFrom('foo', 'bar', '{foo}2', 'baz', '', 'x{bar}'), { minLength: 2, maxLength: 20 });
  checkProperty(
    fc.property(keys, fc.infiniteStream(fc.nat()), (names, order) => {
      const args = ['MGET', ...names];
      const parts = split(...args);
      const { replies, outcomes } = collect(args);
      const waiting = parts.map((part, index) => ({ part, index }));
      while (waiting.length > 0) {
        const [{ part, index }] = waiting.splice(order.next().value % waiting.length, 1) as [(typeof waiting)[0]];
        replies.settled(
          index,
          part.args.slice(1).map((key) => `value of ${key}`),
        );
      }
      assert.equal(outcomes, [names.map((name) => `value of ${name}`)]);
      assert.ok(parts.every(({ slot, args: own }) => own.slice(1).every((key) => hashSlot(key as string) === slot)));
    }),
  );
});

test('counts are added up exactly', () => {
  const { replies, outcomes } = collect(['DEL', 'foo', 'bar']);
  replies.settled(1, 2n ** 53n);
  replies.settled(0, 1);
  assert.equal(outcomes, [2n ** 53n + 1n]);
});

test('a part that fails makes the whole ERR_SPLIT_PARTIAL, with what became of each', () => {
  const { replies, outcomes } = collect(['MSET', 'foo', 1, 'bar', 2, '{foo}b', 3]);
  const refusal = new ErrorReply('OOM command not allowed');
  replies.settled(0, 'OK');
  replies.settled(1, refusal);
  const error = outcomes[0] as ClusterError;
  assert.equal([error.code, error.slot, error.cause], ['ERR_SPLIT_PARTIAL', 5061, refusal]);
  assert.equal(error.parts, [
    { slot: 12182, keyPositions: [1, 5], outcome: 'OK' },
    { slot: 5061, keyPositions: [3], outcome: refusal },
  ]);
  assert.match(error.message, '1 of 2 parts of MSET');
});

test('a part that is answered with another number of values is an error, not a shifted result', () => {
  for (const wrong of [[], ['a', 'b'], 'a', null] as Reply[]) {
    const { replies, outcomes } = collect(['MGET', 'foo', 'bar']);
    replies.settled(0, wrong);
    replies.settled(1, ['b']);
    assert.is((outcomes[0] as ClusterError).code, 'ERR_SPLIT_PARTIAL');
  }
});

test('raw replies are put together as one raw reply; skipped ones are null', () => {
  const raw = collect(['MGET', 'foo', 'bar'], 'raw');
  raw.replies.settled(0, [Buffer.from('a')]);
  raw.replies.settled(1, [null]);
  assert.equal(String(raw.outcomes[0]), '*2\r\n$1\r\na\r\n_\r\n');
  const ok = collect(['MSET', 'foo', 1, 'bar', 2], 'raw');
  ok.replies.settled(0, Buffer.from('+OK\r\n'));
  ok.replies.settled(1, Buffer.from('+OK\r\n'));
  assert.equal(String(ok.outcomes[0]), '+OK\r\n');
  const skipped = collect(['MGET', 'foo', 'bar'], 'skip');
  skipped.replies.settled(0, null);
  skipped.replies.settled(1, null);
  assert.equal(skipped.outcomes, [null]);
});

test.run();
