import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/hash-slot.ts';
import { slotOf, type Target, targetOf } from '../../src/cluster/target.ts';
import { findCommand } from '../../src/commands/index.ts';
import { ClusterError } from '../../src/errors.ts';
import { NO_SLOT } from '../../src/net/index.ts';
import type { Argument } from '../../src/resp/index.ts';

const test = suite('target');

function slot(...args: Argument[]): number {
  return slotOf(findCommand(args), args);
}

function target(...args: Argument[]): Target {
  return targetOf(findCommand(args), args);
}

test('a command with a key goes to the slot of the key', () => {
  assert.is(slot('GET', 'foo'), 12182);
  assert.is(slot('set', Buffer.from('foo'), 'v'), 12182);
  assert.is(slot('XREAD', 'STREAMS', 'foo', 0), 12182);
  assert.is(slot('OBJECT', 'ENCODING', 'foo'), 12182);
  assert.equal(target('GET', 'foo'), { kind: 'slot', slot: 12182 });
});

test('a number as a key is its decimal text', () => {
  assert.is(slot('GET', 123456789), 12739);
  assert.is(slot('GET', 123456789n), 12739);
  assert.is(slot('GET', -0), hashSlot('0'));
});

test('several keys go to the slot that they share', () => {
  assert.is(slot('MSET', '{user1000}a', 1, '{user1000}b', 2), 3443);
  assert.is(slot('ZUNIONSTORE', '{user1000}d', 2, 'user1000', '{user1000}b'), 3443);
});

test('keys in different slots are refused, naming two of them by position, never by content', () => {
  const args = ['MGET', 'bar', 'bar', 'foo'];
  try {
    slot(...args);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, ClusterError);
    const refusal = error as ClusterError;
    assert.is(refusal.code, 'ERR_CROSS_SLOT');
    assert.is(refusal.slot, 5061);
    assert.is(refusal.wasSent, false);
    assert.match(refusal.message, 'argument 1 is in slot 5061, argument 3 in slot 12182');
    assert.not.match(refusal.message, 'foo');
  }
  const rename = target('RENAME', 'foo', 'bar');
  assert.is(rename.kind === 'refused' && rename.error.code, 'ERR_CROSS_SLOT');
});

test('a channel is routed by, and an empty optional key is not', () => {
  assert.is(slot('SPUBLISH', 'foo', 'message'), 12182);
  assert.is(slot('MIGRATE', 'h', 1, '', 0, 100, 'KEYS', 'foo'), 12182);
  assert.is(slot('GET', ''), 0);
});

test('a call without a key has no slot', () => {
  for (const args of [['PING'], ['GET'], ['EVAL', 's', 0], ['CLIENT', 'ID'], ['KEYS', 'foo']]) {
    assert.is(slot(...args), NO_SLOT, args.join(' '));
  }
});

test('without a key the request policy decides, and without a policy any node will do', () => {
  assert.equal(target('ECHO', 'x'), { kind: 'anyNode' });
  assert.equal(target('EVAL', 's', 0), { kind: 'anyNode' });
  assert.equal(target('MGET'), { kind: 'anyNode' });
  assert.equal(target('DBSIZE'), { kind: 'allPrimaries' });
  assert.equal(target('SCRIPT', 'LOAD', 's'), { kind: 'allNodes' });
  assert.equal(target('SCAN', 0), { kind: 'special' });
});

test('a command with the policy to be split is, when its keys need it', () => {
  assert.equal(target('MGET', 'foo', 'bar'), { kind: 'split' });
  assert.equal(target('MGET', 'foo', 'x{foo}'), { kind: 'slot', slot: 12182 });
});

test('sessions and blocking calls are for a connection of their own', () => {
  assert.equal(target('MULTI'), { kind: 'lease', slot: NO_SLOT, why: 'session' });
  assert.equal(target('WATCH', 'foo'), { kind: 'lease', slot: 12182, why: 'session' });
  assert.equal(target('BLPOP', 'foo', 1), { kind: 'lease', slot: 12182, why: 'blocking' });
  assert.equal(target('XREAD', 'BLOCK', 1, 'STREAMS', 'foo', 0), { kind: 'lease', slot: 12182, why: 'blocking' });
  assert.equal(target('XREAD', 'STREAMS', 'foo', 0), { kind: 'slot', slot: 12182 });
});

test('the first argument of an unknown command is taken for its key', () => {
  assert.is(slot('MYMODULE.DO', 'foo'), 12182);
  assert.is(slot('MYMODULE.DO'), NO_SLOT);
  assert.equal(target('MYMODULE.DO', 'foo'), { kind: 'unknown', slot: 12182 });
  assert.equal(target('MYMODULE.DO'), { kind: 'unknown', slot: NO_SLOT });
});

test.run();
