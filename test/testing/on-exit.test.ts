import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { onExit } from '../../src/testing/on-exit.ts';
import { runModule } from './support.ts';

const test = suite('testing/on-exit');

const MODULE = JSON.stringify(new URL('../../src/testing/on-exit.js', import.meta.url).href);
const REGISTER = `import { onExit } from ${MODULE}; const withdraw = onExit(() => console.log('cleaned up'));`;
// Keeps the process alive, and tells the test that it is ready for the signal.
const STAY = `setInterval(() => {}, 1000); console.log('ready');`;

test('a clean-up runs when the process comes to its end', async () => {
  const { code, output } = await runModule(REGISTER);
  assert.is(output, 'cleaned up\n');
  assert.is(code, 0);
});

test('a clean-up runs when an exception ends the process', async () => {
  const { code, output } = await runModule(`${REGISTER} throw new Error('test');`);
  assert.is(output, 'cleaned up\n');
  assert.is(code, 1);
});

for (const wanted of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`a clean-up runs on ${wanted}, which then ends the process as ever`, async () => {
    const { signal, output } = await runModule(`${REGISTER} ${STAY}`, wanted);
    assert.is(output, 'ready\ncleaned up\n');
    assert.is(signal, wanted);
  });
}

test('a signal that the program listens to is left to the program', async () => {
  const listener = `process.on('SIGINT', () => { console.log('mine'); process.exit(3); });`;
  const { code, output } = await runModule(`${REGISTER} ${listener} ${STAY}`, 'SIGINT');
  assert.is(output, 'ready\nmine\ncleaned up\n');
  assert.is(code, 3);
});

test('a withdrawn clean-up does not run, and leaves no listener behind', async () => {
  const before = process.listenerCount('SIGINT');
  const withdraw = onExit(() => {});
  assert.is(process.listenerCount('SIGINT'), before + 1);
  withdraw();
  withdraw();
  assert.is(process.listenerCount('SIGINT'), before);
  assert.is((await runModule(`${REGISTER} withdraw();`)).output, '');
});

test.run();
