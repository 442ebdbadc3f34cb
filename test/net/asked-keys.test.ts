import { Buffer } from 'node:buffer';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AskedKeys } from '../../src/net/asked-keys.ts';
import { Transaction } from '../../src/net/transaction.ts';
import type { Argument } from '../../src/resp/index.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/asked-keys');

function asked(args: readonly Argument[], address?: string) {
  const { command } = makeCommand(args);
  command.askAddress = address;
  return command;
}

test('only keys that an ASK named are known to be where it led', () => {
  const keys = new AskedKeys([asked(['WATCH', 'a', 'é'], 'there'), asked(['GET', 'b'])], 'there');
  for (const [args, isCovered] of [
    [['GET', 'a'], true],
    [['SET', Buffer.from('é'), 1], true],
    [['MGET', 'a', 'é'], true],
    [['MGET', 'a', 'b'], false],
    [['GET', 'b'], false],
    [['PING'], true],
    [['MULTI'], true],
    [['MODULE.DO', 'a'], true],
    [['MODULE.DO', 'b'], false],
  ] as const) {
    assert.is(keys.covers(asked(args)), isCovered, String(args));
  }
});

test('of a transaction, those of all its commands', () => {
  const keys = new AskedKeys([asked(['WATCH', 'a'], 'there')], 'there');
  const command = asked(['EXEC']);
  command.transaction = new Transaction([['INCR', 'a']]);
  assert.is(keys.covers(command), true);
  command.transaction = new Transaction([
    ['INCR', 'a'],
    ['INCR', 'b'],
  ]);
  assert.is(keys.covers(command), false);
});

test.run();
