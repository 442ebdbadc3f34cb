import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, type ClusterOptions, hashSlot } from '../../src/cluster/index.ts';
import type { ConnectionError } from '../../src/errors.ts';
import { FakeCluster } from '../support/fake-cluster.ts';

const test = suite('cluster/database');

/** What is wrong with options, by its message. */
function fault(options: Partial<ClusterOptions>): string {
  try {
    new Cluster({ seeds: ['redis://10.0.0.1:7000'], ...options }).destroy();
  } catch (error) {
    assert.is((error as { code?: string }).code, 'ERR_INVALID_ARGUMENT');
    return (error as Error).message;
  }
  return 'none';
}

test('every connection that carries commands selects the database first', async () => {
  const fake = new FakeCluster(2);
  for (const node of fake.nodes) node.answer = ([name]) => (name === 'BLPOP' ? '*-1\r\n' : '+OK\r\n');
  const cluster = await fake.connect({ database: 3 });
  await fake.settle(cluster.send(['SET', 'foo', 1]));
  await fake.settle(cluster.send(['BLPOP', 'foo', 1]));
  const owner = fake.nodes.find(({ address }) => address === cluster.primaryOf(hashSlot('foo')))!;
  assert.equal(owner.take(), ['SELECT 3', 'SET foo 1', 'SELECT 3', 'BLPOP foo 1']);
  cluster.destroy();
});

test('database 0 needs no word', async () => {
  const fake = new FakeCluster(1);
  const cluster = await fake.connect({ database: 0 });
  await fake.settle(cluster.send(['SET', 'foo', 1]));
  assert.equal(fake.nodes[0]!.take(), ['SET foo 1']);
  cluster.destroy();
});

test('a URL names the database, and the option comes before it', async () => {
  for (const [options, expected] of [
    [{ seeds: ['redis://10.0.0.1:7000/4', 'redis://10.0.0.1:7001'] }, 'SELECT 4'],
    [{ seeds: ['redis://10.0.0.1:7000/4'], database: 5 }, 'SELECT 5'],
  ] as const) {
    const fake = new FakeCluster(1);
    const cluster = await fake.connect(options);
    assert.equal(fake.nodes[0]!.take(), [expected]);
    cluster.destroy();
  }
});

test('URLs that name different databases, and numbers that are none, are refused', () => {
  assert.match(fault({ seeds: ['redis://a/1', 'redis://b/2'] }), 'different databases');
  assert.is(fault({ seeds: ['redis://a/1', 'redis://b/2'], database: 1 }), 'none');
  for (const database of [-1, 1.5, Number.NaN]) assert.match(fault({ database }), 'database must be an integer');
});

test('nodes that have no such database say so', async () => {
  const fake = new FakeCluster(1);
  fake.nodes[0]!.answer = () => '-ERR SELECT is not allowed in cluster mode\r\n';
  const error = await fake.failure<ConnectionError>(fake.connect({ database: 1 }));
  assert.is(error.code, 'ERR_CONNECT');
  assert.match(error.message, 'SELECT is not allowed in cluster mode');
});

test.run();
