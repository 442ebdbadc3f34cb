import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Tally } from '../../../src/net/index.ts';

const test = suite('net/diagnostics/tally');

test('counts by name, whatever the name', () => {
  const tally = new Tally();
  for (const name of ['MOVED', '__proto__', 'MOVED', 'constructor']) tally.add(name);
  assert.equal(Object.entries(tally.counts()), [
    ['MOVED', 2],
    ['__proto__', 1],
    ['constructor', 1],
  ]);
});

test('a server that invents names makes it grow no further', () => {
  const tally = new Tally();
  for (let n = 0; n < 1000; n++) tally.add(`ERR${n}`);
  tally.add('ERR0');
  const counts = tally.counts();
  assert.equal([Object.keys(counts).length, counts['ERR0'], counts['_OTHER']], [65, 2, 936]);
});

test('adds what another one has counted', () => {
  const tally = new Tally();
  tally.add('ASK');
  tally.addAll({ ASK: 2, MOVED: 1 });
  assert.equal({ ...tally.counts() }, { ASK: 3, MOVED: 1 });
  assert.equal(Object.keys(new Tally().counts()), []);
});

test.run();
