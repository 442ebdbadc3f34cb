import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand } from '../../src/commands/index.ts';
import { Command, type CommandState, fateAfterLoss, type RetryPolicy } from '../../src/net/index.ts';

const test = suite('net/retry-policy');

function fate(name: string, retry: RetryPolicy, state: CommandState): string {
  const args = [name, 'k'];
  const info = findCommand(args);
  const command = new Command(args, info, { form: 'string', retry, timeoutMs: 1 });
  command.state = state;
  return fateAfterLoss(command);
}

test('what was not written goes out again, whatever it is', () => {
  for (const retry of ['never', 'safe', 'always'] as const) assert.is(fate('INCR', retry, 'queued'), 'resend');
});

test('what was written goes out again only if that is harmless, or declared to be', () => {
  for (const name of ['GET', 'HGETALL', 'EVAL_RO', 'EXISTS']) assert.is(fate(name, 'safe', 'written'), 'retry', name);
  for (const name of ['SET', 'INCR', 'PUBLISH', 'EVAL', 'PING', 'MY.MODULE'])
    assert.is(fate(name, 'safe', 'written'), 'reject', name);
  assert.is(fate('INCR', 'always', 'written'), 'retry');
  assert.is(fate('GET', 'never', 'written'), 'reject');
});

test.run();
