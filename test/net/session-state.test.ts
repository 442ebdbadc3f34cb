import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findCommand } from '../../src/commands/index.ts';
import { ErrorReply } from '../../src/errors.ts';
import { SessionState } from '../../src/net/session-state.ts';

const test = suite('net/session-state');

function after(...commands: string[]): SessionState {
  const state = new SessionState();
  for (const command of commands) state.sent(findCommand(command.split(' ')));
  return state;
}

test('what is open says how it is closed', () => {
  assert.is(after('GET a').cleaning, undefined);
  assert.equal(after('WATCH a').cleaning, ['UNWATCH']);
  assert.equal(after('WATCH a', 'MULTI').cleaning, ['DISCARD']);
  assert.equal(after('WATCH a', 'MULTI', 'UNWATCH').cleaning, ['DISCARD']);
  for (const end of ['EXEC', 'DISCARD']) assert.is(after('WATCH a', 'MULTI', end).cleaning, undefined);
  assert.is(after('WATCH a', 'UNWATCH').cleaning, undefined);
});

test('what nobody undoes leaves the connection in doubt; what only asks does not', () => {
  for (const command of ['MONITOR', 'CLIENT TRACKING on', 'CLIENT NO-TOUCH on', 'CLIENT SETNAME x']) {
    assert.is(after(command).isDoubtful, true, command);
  }
  for (const command of ['CLIENT ID', 'CLIENT LIST', 'WAIT 1 0', 'NOSUCH', 'BLPOP a 0']) {
    assert.is(after(command).isDoubtful, false, command);
  }
});

test('EXECABORT has discarded; any other refusal of what should undo has perhaps not', () => {
  for (const [reply, isDoubtful] of [
    ['EXECABORT Transaction discarded', false],
    ['NOPERM no', true],
  ] as const) {
    const state = after('MULTI', 'EXEC');
    state.answered(findCommand(['EXEC']), new ErrorReply(reply));
    assert.is(state.isDoubtful, isDoubtful, reply);
  }
});

test('a MONITOR that was refused is none', () => {
  const state = after('MONITOR');
  assert.is(state.isMonitoring, true);
  state.answered(findCommand(['MONITOR']), new ErrorReply('NOPERM no'));
  assert.is(state.isMonitoring, false);
});

test.run();
