import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hashSlot } from '../../src/cluster/hash-slot.ts';
import type { Route } from '../../src/cluster/route.ts';
import { slotOf, type Target, targetOf, targetOnSingleServer } from '../../src/cluster/target.ts';
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
  assert.equal(target('DBSIZE'), { kind: 'allPrimaries', combine: 'agg_sum' });
  assert.equal(target('KEYS', '*'), { kind: 'allPrimaries', combine: undefined });
  assert.equal(target('SCRIPT', 'LOAD', 's'), { kind: 'allNodes', combine: 'all_succeeded' });
});

test('a command with the policy to be split is, when its keys need it', () => {
  assert.equal(target('MGET', 'foo', 'bar'), { kind: 'split' });
  assert.equal(target('MGET', 'foo', 'x{foo}'), { kind: 'slot', slot: 12182 });
  assert.equal(targetOf(findCommand(['MGET']), ['MGET', 'foo', 'bar'], { split: false }), {
    kind: 'slot',
    slot: 12182,
  });
  const malformed = target('MSET', 'foo', 1, 'bar');
  assert.is(malformed.kind, 'refused', 'the server would run none of it, so no part is run');
});

test('what is about one node is refused, naming the remedy', () => {
  const scan = target('SCAN', 0);
  assert.is(scan.kind === 'refused' && scan.error.code, 'ERR_NO_NODE');
  assert.match(scan.kind === 'refused' ? scan.error.message : '', 'scan()');
  const shutdown = target('SHUTDOWN');
  assert.match(shutdown.kind === 'refused' ? shutdown.error.message : '', 'route: { node }');
});

test('what names a slot or a key as a plain argument goes there', () => {
  assert.equal(target('CLUSTER', 'COUNTKEYSINSLOT', 77), { kind: 'slot', slot: 77 });
  assert.equal(target('CLUSTER', 'GETKEYSINSLOT', Buffer.from('77'), 1), { kind: 'slot', slot: 77 });
  assert.equal(target('CLUSTER', 'KEYSLOT', 'foo'), { kind: 'slot', slot: 12182 });
  assert.equal(target('CLUSTER', 'COUNTKEYSINSLOT', 16384), { kind: 'anyNode' });
  assert.equal(target('CLUSTER', 'COUNTKEYSINSLOT'), { kind: 'anyNode' });
});

test('a route of the caller’s comes before everything else', () => {
  const routed = (args: Argument[], route: Route) => targetOf(findCommand(args), args, { route });
  assert.equal(routed(['GET', 'foo'], { key: 'bar' }), { kind: 'slot', slot: 5061 });
  assert.equal(routed(['GET', 'foo'], { slot: 1, role: 'replica' }), { kind: 'replica', slot: 1 });
  assert.equal(routed(['GET', 'foo'], { slot: 1, role: 'primary' }), { kind: 'slot', slot: 1 });
  assert.equal(routed(['INFO'], { node: 'h:1' }), { kind: 'node', node: 'h:1' });
  assert.equal(routed(['PING'], 'randomPrimary'), { kind: 'anyNode' });
  assert.equal(routed(['PING'], 'randomNode'), { kind: 'randomNode' });
});

test('routed to all, the replies are combined as the command says, else by node', () => {
  const routed = (args: Argument[], route: Route) => targetOf(findCommand(args), args, { route });
  assert.equal(routed(['DBSIZE'], 'allNodes'), { kind: 'allNodes', combine: 'agg_sum' });
  assert.equal(routed(['CONFIG', 'GET', 'port'], 'allPrimaries'), { kind: 'allPrimaries', combine: 'byNode' });
  assert.equal(routed(['GET', 'foo'], 'allNodes'), { kind: 'allNodes', combine: 'byNode' });
  assert.equal(routed(['MY.OWN'], 'allNodes'), { kind: 'allNodes', combine: 'byNode' });
});

test('on a server without cluster mode nothing is split or refused: it has every key', () => {
  const single = (...args: Argument[]): Target => targetOnSingleServer(findCommand(args), args, target(...args));
  assert.equal(single('MGET', 'foo', 'bar'), { kind: 'slot', slot: 12182 });
  assert.equal(single('RENAME', 'foo', 'bar'), { kind: 'slot', slot: 12182 });
  assert.equal(single('SCAN', 0), { kind: 'anyNode' });
  assert.equal(single('DBSIZE'), { kind: 'anyNode' });
});

test('sessions and blocking calls are for a connection of their own', () => {
  assert.equal(target('MULTI'), { kind: 'lease', slot: NO_SLOT, why: 'session' });
  assert.equal(target('WATCH', 'foo'), { kind: 'lease', slot: 12182, why: 'session' });
  assert.equal(target('BLPOP', 'foo', 1), { kind: 'lease', slot: 12182, why: 'blocking' });
  assert.equal(target('XREAD', 'BLOCK', 1, 'STREAMS', 'foo', 0), { kind: 'lease', slot: 12182, why: 'blocking' });
  assert.equal(target('XREAD', 'STREAMS', 'foo', 0), { kind: 'slot', slot: 12182 });
});

test('a subcommand that no table has is as unknown as a command', () => {
  assert.equal(target('CLUSTER', 'NEW-ONE', 'x'), { kind: 'unknown', slot: NO_SLOT });
  assert.equal(target('CLUSTER'), { kind: 'anyNode' });
});

test('the first argument of an unknown command is taken for its key', () => {
  assert.is(slot('MYMODULE.DO', 'foo'), 12182);
  assert.is(slot('MYMODULE.DO'), NO_SLOT);
  assert.equal(target('MYMODULE.DO', 'foo'), { kind: 'unknown', slot: 12182 });
  assert.equal(target('MYMODULE.DO'), { kind: 'unknown', slot: NO_SLOT });
});

test.run();
