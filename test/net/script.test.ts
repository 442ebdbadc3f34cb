import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../src/errors.ts';
import { bringsScript, defineScript, scriptCommands } from '../../src/net/index.ts';
import { makeCommand } from '../support/make-command.ts';

const test = suite('net/script');

test('a script is named by the SHA-1 of its bytes', () => {
  // What SCRIPT LOAD "return 1" answers.
  assert.is(defineScript('return 1').sha1, 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db');
  assert.is(defineScript(Buffer.from('return "é"')).sha1, defineScript('return "é"').sha1);
});

test('a call names it first, and has the whole script at hand', () => {
  const script = defineScript('return 1', { keys: 1 });
  assert.equal(scriptCommands(script, { keys: ['k'], args: [1, 'two'] }), [
    ['EVALSHA', script.sha1, 1, 'k', 1, 'two'],
    ['EVAL', 'return 1', 1, 'k', 1, 'two'],
  ]);
  const reading = defineScript('return 1', { isReadonly: true });
  assert.equal(
    scriptCommands(reading, {}).map(([name]) => name),
    ['EVALSHA_RO', 'EVAL_RO'],
  );
});

test('what can’t be a script, or not its keys, throws', () => {
  assert.throws(() => defineScript(5 as never), /source/);
  assert.throws(() => defineScript('x', { keys: -1 }), /keys/);
  assert.throws(() => scriptCommands(defineScript('x', { keys: 2 }), { keys: ['k'] }), /2 keys, not 1/);
});

test('only the server’s own word makes a command bring its script, and only once', () => {
  const { command } = makeCommand(['EVALSHA', 'sha', 0]);
  const noScript = new ErrorReply('NOSCRIPT No matching script. Please use EVAL.');
  assert.not(bringsScript(command, noScript), 'it has none');
  command.fallback = ['EVAL', 'return 1', 0];
  assert.not(bringsScript(command, 'NOSCRIPT No matching script'));
  assert.not(bringsScript(command, new ErrorReply('ERR NOSCRIPT No matching script')));
  assert.ok(bringsScript(command, noScript));
  assert.equal(command.args, ['EVAL', 'return 1', 0]);
  assert.not(bringsScript(command, noScript));
});

test.run();
