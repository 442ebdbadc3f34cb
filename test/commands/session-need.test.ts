import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand } from '../../src/commands/find-command.ts';
import { needsSession, runsInSession } from '../../src/commands/session-need.ts';

const test = suite('session need');

function need(...args: string[]): string | undefined {
  return needsSession(findCommand(args));
}

test('commands that change connection state or reply pairing name what to use instead', () => {
  for (const name of ['MULTI', 'EXEC', 'DISCARD']) assert.is(need(name), 'transaction()');
  for (const name of ['WATCH', 'UNWATCH', 'MONITOR', 'WAIT', 'WAITAOF']) assert.is(need(name), 'session()');
  for (const letter of ['', 'P', 'S']) {
    const method = `${letter.toLowerCase()}subscribe()`;
    assert.is(need(`${letter}SUBSCRIBE`), method);
    assert.is(need(`${letter}UNSUBSCRIBE`), `unsubscribe() of what ${method} gave`);
  }
  for (const name of ['RESET', 'QUIT']) assert.is(need(name), 'close()');
  for (const name of ['SELECT', 'AUTH', 'HELLO', 'READONLY', 'READWRITE', 'ASKING', 'SYNC', 'PSYNC', 'REPLCONF']) {
    assert.type(need(name), 'string', name);
  }
});

test('of CLIENT only some subcommands, in any case', () => {
  assert.is(need('client', 'tracking', 'on'), 'session()');
  assert.is(need('CLIENT', 'CACHING', 'yes'), 'session()');
  assert.is(need('CLIENT', 'Reply', 'off'), 'the reply option');
  for (const harmless of ['SETNAME', 'ID', 'LIST', 'KILL']) assert.is(need('CLIENT', harmless), undefined);
});

test('everything else is free to be sent, publishing and unknown commands too', () => {
  for (const name of ['GET', 'SET', 'PUBLISH', 'SPUBLISH', 'BLPOP', 'EVAL', 'NOSUCH', 'constructor']) {
    assert.is(need(name, 'x'), undefined);
  }
});

test('a session runs what names session() or transaction(), and nothing that would change who the connection belongs to', () => {
  for (const name of ['WATCH', 'UNWATCH', 'MULTI', 'EXEC', 'DISCARD', 'MONITOR', 'WAIT', 'WAITAOF']) {
    assert.is(runsInSession(need(name)!), true, name);
  }
  assert.is(runsInSession(need('CLIENT', 'TRACKING')!), true);
  for (const name of ['SELECT', 'AUTH', 'HELLO', 'RESET', 'QUIT', 'READONLY', 'ASKING', 'SUBSCRIBE', 'SYNC']) {
    assert.is(runsInSession(need(name)!), false, name);
  }
  for (const [name, second] of [
    ['CLIENT', 'REPLY'],
    ['SCRIPT', 'DEBUG'],
  ] as const) {
    assert.is(runsInSession(need(name, second)!), false, second);
  }
});

test.run();
