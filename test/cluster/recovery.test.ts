import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RECOVERY, recoveryOf } from '../../src/cluster/recovery.ts';
import { ErrorReply } from '../../src/errors.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('cluster/recovery');
const get = makeCommand(['GET', 'foo'], { slot: 12182 }).command;
const script = makeCommand(['EVAL', 'x', 1, 'foo'], { slot: 12182 }).command;
const unknown = makeCommand(['MY.MODULE', 'foo'], { slot: 12182 }).command;

function kinds(text: string): string[] {
  return [get, script, unknown].map((command) => recoveryOf(new ErrorReply(text), command).kind);
}

test('the table, for plain commands; a script or a module is believed only what the server alone says', () => {
  assert.equal(kinds('MOVED 12182 h:1'), ['redirect', 'redirect', 'redirect']);
  assert.equal(kinds('ASK 12182 h:1'), ['redirect', 'redirect', 'redirect']);
  assert.equal(kinds('MOVED 1 h:1'), ['redirect', 'tell', 'tell']);
  assert.equal(kinds('TRYAGAIN Multiple keys request during rehashing of slot'), ['wait', 'wait', 'wait']);
  assert.equal(kinds('TRYAGAIN later'), ['wait', 'tell', 'tell']);
  assert.equal(kinds('CLUSTERDOWN The cluster is down'), ['refresh', 'refresh', 'refresh']);
  assert.equal(kinds('CLUSTERDOWN Hash slot not served'), ['refresh', 'refresh', 'refresh']);
  assert.equal(kinds('CLUSTERDOWN hm'), ['refresh', 'tell', 'tell']);
  for (const prefix of ['LOADING', 'MASTERDOWN', 'READONLY'])
    assert.equal(kinds(`${prefix} x`), ['refresh', 'tell', 'tell']);
  assert.equal(kinds('NOAUTH x'), ['reconnect', 'tell', 'tell']);
});

test('everything else is the caller’s', () => {
  for (const text of [
    'ERR x',
    'WRONGTYPE x',
    'CROSSSLOT x',
    'BUSY x',
    'OOM x',
    'MOVED x',
    'ASK 99999 h:1',
    '__proto__ x',
    'x',
  ]) {
    assert.equal(kinds(text), ['tell', 'tell', 'tell'], text);
  }
  assert.is(RECOVERY['constructor'], undefined);
});

test.run();
