import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runSimulatedDemo } from '../../src/cli/demo/simulated.ts';

const test = suite('cli/demo: on simulated nodes');

test('it says that it is a simulation, moves slots, kills a primary, and verifies every value', async () => {
  const lines: string[] = [];
  const { log } = console;
  console.log = (text: string) => lines.push(text);
  let isRight: boolean;
  try {
    isRight = await runSimulatedDemo({ commands: 1000, callers: 10, seed: 1 });
  } finally {
    console.log = log;
  }
  assert.ok(isRight);
  assert.match(lines[0]!, /^SIMULATION: no server runs/);
  const output = lines.join('\n');
  for (const part of ['INCRBY testkey 13 -> 25', '60 slots moved', 'its replica is primary now', '20 slots moved']) {
    assert.ok(output.includes(part), part);
  }
  assert.match(lines.at(-1)!, /verification {2}exact/);
});

test.run();
