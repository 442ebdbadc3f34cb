import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { step } from '../../src/testing/index.ts';

const test = suite('testing/step');

function pieces(...args: Parameters<typeof step.send>): string[] {
  const made = step.send(...args);
  return made.kind === 'send' ? made.pieces.map(String) : [];
}

test('bytes are cut before the given offsets', () => {
  assert.equal(pieces('+OK\r\n'), ['+OK\r\n']);
  assert.equal(pieces('+OK\r\n', 1, 4), ['+', 'OK\r', '\n']);
});

test('offsets count bytes, not characters', () => {
  const made = step.send('é!', 2);
  assert.equal(made.kind === 'send' && made.pieces.map((piece) => piece.length), [2, 1]);
});

test('each function makes the step of its name', () => {
  assert.equal(step.expect('GET', 'k'), { kind: 'expect', command: ['GET', 'k'] });
  assert.equal(step.delay(5), { kind: 'delay', delayMs: 5 });
  const bare = [step.close(), step.reset(), step.stopReading(), step.resumeReading(), step.silence()];
  assert.equal(
    bare.map(({ kind }) => kind),
    ['close', 'reset', 'stopReading', 'resumeReading', 'silence'],
  );
});

test.run();
