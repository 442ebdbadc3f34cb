import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeCluster } from '../support/fake-cluster.ts';
import { RefusedAppends } from './refused-appends.ts';

const test = suite('chaos/refused-appends');

const REFUSAL = '-CLUSTERDOWN The cluster is down\r\n';

test('of appends those are known that a server refused before one took them', async () => {
  const fake = new FakeCluster(3);
  const witness = new RefusedAppends();
  const cluster = await fake.connect();
  const append = (value: number): Promise<unknown> => {
    const args = ['RPUSH', 'foo', value];
    return fake.settle(witness.sending(args, () => cluster.send(args)));
  };
  const node = fake.nodes[2]!;
  node.answer = () => ':1\r\n';
  await append(0);
  let refusals = 1;
  node.answer = () => (refusals-- > 0 ? REFUSAL : ':2\r\n');
  await append(1);
  assert.equal([witness.wasRefused('foo', 0), witness.wasRefused('foo', 1), witness.count], [false, true, 1]);
  witness.stop();
  cluster.destroy();
});

test.run();
