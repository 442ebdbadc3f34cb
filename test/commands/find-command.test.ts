import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand, knownCommands } from '../../src/commands/find-command.ts';

const test = suite('find command');

test('finds by name as text in any case, and as bytes', () => {
  const get = findCommand(['GET', 'k']);
  assert.is(get?.name, 'GET');
  assert.is(findCommand(['get', 'k']), get);
  assert.is(findCommand(['gEt']), get);
  assert.is(findCommand([Buffer.from('Get'), 'k']), get);
  assert.is(findCommand([new Uint8Array(Buffer.from('get'))]), get);
});

test('finds a subcommand by the first two arguments', () => {
  assert.is(findCommand(['client', 'setname', 'me'])?.name, 'CLIENT SETNAME');
  assert.is(findCommand(['CLIENT', Buffer.from('SetName'), 'me'])?.name, 'CLIENT SETNAME');
  assert.is(findCommand(['xinfo', 'stream', 'k'])?.name, 'XINFO STREAM');
});

test('gives the container when the second word is missing or unknown', () => {
  assert.is(findCommand(['CLIENT'])?.name, 'CLIENT');
  assert.is(findCommand(['CLIENT', 'NO-SUCH'])?.name, 'CLIENT');
  assert.is(findCommand(['CLIENT', 12])?.name, 'CLIENT');
});

test('knows nothing of names that no table has, nor of what every object has', () => {
  for (const name of ['NOSUCH', '', '__proto__', 'constructor', 'toString', 12, 5n]) {
    assert.is(findCommand([name, 'k']), undefined);
  }
});

test('flags are the servers own: readonly is never merely "not a write"', () => {
  assert.ok(findCommand(['GET'])!.isReadonly);
  assert.ok(findCommand(['SET'])!.isWrite);
  for (const neither of ['PUBLISH', 'EVAL', 'PING', 'MULTI']) {
    assert.not(findCommand([neither])!.isReadonly);
    assert.not(findCommand([neither])!.isWrite);
  }
  assert.ok(findCommand(['SET'])!.deniesOom);
  assert.not(findCommand(['DEL'])!.deniesOom);
  assert.ok(findCommand(['CONFIG', 'SET'])!.isAdmin);
  assert.ok(findCommand(['PUBLISH'])!.isPubSub);
});

test('scripts, functions, transactions and modules run code of the user', () => {
  for (const name of ['EVAL', 'EVALSHA', 'EVAL_RO', 'EVALSHA_RO', 'FCALL', 'FCALL_RO', 'EXEC', 'JSON.GET', 'VADD']) {
    assert.ok(findCommand([name])!.runsUserCode, name);
  }
  for (const name of ['GET', 'MULTI', 'SORT', 'PUBLISH']) assert.not(findCommand([name])!.runsUserCode, name);
});

test('has the commands of servers that the generated table does not come from', () => {
  for (const name of ['STRALGO', 'DELEX', 'MSETEX', 'DELIFEQ', 'CLUSTERSCAN', 'FT.SEARCH', 'ARGET']) {
    assert.is(findCommand([name])?.name, name);
  }
});

test('policies are the servers command tips', () => {
  assert.is(findCommand(['DBSIZE'])!.requestPolicy, 'all_shards');
  assert.is(findCommand(['DBSIZE'])!.responsePolicy, 'agg_sum');
  assert.is(findCommand(['CONFIG', 'SET'])!.requestPolicy, 'all_nodes');
  assert.is(findCommand(['MGET'])!.requestPolicy, 'multi_shard');
  assert.is(findCommand(['MGET'])!.responsePolicy, undefined);
  assert.is(findCommand(['SCAN'])!.requestPolicy, 'special');
  assert.is(findCommand(['GET'])!.requestPolicy, undefined);
  // Redis 7.0 said it of MSETNX as well, which is all or nothing: the newer tables count.
  assert.is(findCommand(['MSETNX'])!.requestPolicy, undefined);
});

test('every entry has a name that finds it, and known policies only', () => {
  const requests = new Set([undefined, 'all_nodes', 'all_shards', 'multi_shard', 'special']);
  const responses = /^(undefined|one_succeeded|all_succeeded|agg_(logical_and|logical_or|min|max|sum)|special)$/;
  let count = 0;
  for (const command of knownCommands()) {
    for (const info of [command, ...(command.subcommands ?? [])]) {
      assert.is(findCommand(info.name.toLowerCase().split(' ')), info);
      assert.ok(requests.has(info.requestPolicy), info.name);
      assert.match(String(info.responsePolicy), responses);
      assert.ok(Number.isInteger(info.arity) && info.arity !== 0, info.name);
      count++;
    }
  }
  assert.ok(count > 500, `${count} commands and subcommands`);
});

test.run();
