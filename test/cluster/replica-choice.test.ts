import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseReader } from '../../src/cluster/replica-choice.ts';
import type { Reader, ReadFrom } from '../../src/net/index.ts';

const test = suite('cluster/replica-choice');

function reader(address: string, fields: Partial<Reader> = {}): Reader {
  return { address, isPrimary: false, latencyMs: undefined, zone: undefined, ...fields };
}

/** The addresses that all draws together choose. */
function choices(readFrom: ReadFrom, replicas: readonly Reader[], primary: Partial<Reader> = {}): string[] {
  const readers = { primary: reader('primary', { isPrimary: true, ...primary }), replicas };
  const draws = Array.from({ length: 100 }, (_, n) => chooseReader(readFrom, readers, n / 100).address);
  return [...new Set(draws)].sort();
}

test('preferReplica: all replicas share the reads; without one the primary has them', () => {
  assert.equal(choices('preferReplica', [reader('a'), reader('b')]), ['a', 'b']);
  assert.equal(choices('preferReplica', []), ['primary']);
});

test('nearest: the least latency of them all, primary included; those about as near share', () => {
  const [near, far] = [reader('near', { latencyMs: 1 }), reader('far', { latencyMs: 5 })];
  assert.equal(choices('nearest', [near, far], { latencyMs: 4 }), ['near']);
  assert.equal(choices('nearest', [near, far], { latencyMs: 1.2 }), ['near', 'primary']);
  assert.equal(choices('nearest', [far], { latencyMs: 4 }), ['far', 'primary']);
  assert.equal(choices('nearest', [far], { latencyMs: 1 }), ['primary']);
});

test('nearest: who was not measured does not count; nobody measured: the primary', () => {
  assert.equal(choices('nearest', [reader('new'), reader('far', { latencyMs: 50 })]), ['far']);
  assert.equal(choices('nearest', [reader('new')]), ['primary']);
});

test('zone: a replica there, then the primary there, then any replica', () => {
  const [here, there] = [reader('here', { zone: 'z1' }), reader('there', { zone: 'z2' })];
  assert.equal(choices({ zone: 'z1' }, [here, there], { zone: 'z1' }), ['here']);
  assert.equal(choices({ zone: 'z1' }, [there], { zone: 'z1' }), ['primary']);
  assert.equal(choices({ zone: 'z3' }, [here, there]), ['here', 'there']);
  assert.equal(choices({ zone: 'z1' }, [reader('unknown')]), ['unknown']);
  assert.equal(choices({ zone: 'z1' }, []), ['primary']);
});

test('a function chooses among those it is given; anything else means the primary', () => {
  const seen: string[][] = [];
  const last = (readers: readonly Reader[]): Reader | undefined => {
    seen.push(readers.map(({ address }) => address));
    return readers.at(-1);
  };
  assert.equal(choices(last, [reader('a'), reader('b')]), ['b']);
  assert.equal(seen[0], ['primary', 'a', 'b']);
  assert.equal(
    choices(() => undefined, [reader('a')]),
    ['primary'],
  );
  assert.equal(
    choices(() => reader('a'), [reader('a')]),
    ['primary'],
  );
});

test.run();
