import { once } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { TurnEnd } from '../../src/net/turn-end.ts';

const test = suite('net/turn-end');

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what is added in a turn runs after it, once, in order; what is added meanwhile in the next', async () => {
  const seen: string[] = [];
  const end = new TurnEnd();
  end.add(() => {
    seen.push('a');
    end.add(() => seen.push('c'));
  });
  end.add(() => seen.push('b'));
  await Promise.resolve();
  assert.equal(seen, []);
  await turn();
  assert.equal(seen, ['a', 'b']);
  await turn();
  await turn();
  assert.equal(seen, ['a', 'b', 'c']);
});

test('what one of them throws is an uncaught error, and keeps no other from its turn', async () => {
  const seen: string[] = [];
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  const uncaught = once(process, 'uncaughtException');
  const end = new TurnEnd();
  end.add(() => {
    throw new Error('on purpose');
  });
  end.add(() => seen.push('after it'));
  const [error] = (await uncaught) as [Error];
  assert.is(error.message, 'on purpose');
  assert.equal(seen, ['after it']);
  for (const listener of listeners) process.on('uncaughtException', listener);
});

test.run();
