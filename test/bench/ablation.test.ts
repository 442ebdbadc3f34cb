import { pathToFileURL } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FEATURES, without } from '../../bench/support/ablation.ts';
import { memoryRuntime, SEED } from '../../bench/support/memory-cluster.ts';

const test = suite('bench/ablation');

const GET = ['GET', 'key'];
const COMMAND_BYTES = '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n'.length;

// The cuts are made in compiled code: who changes that code learns here that the bench of what features cost has to follow.
for (const features of [...Object.keys(FEATURES).map((feature) => [feature]), Object.keys(FEATURES)]) {
  test(`a client without ${features.join(', ')} still answers`, async () => {
    const { connectCluster } = (await import(
      pathToFileURL(`${without(features)}/cluster/index.js`).href
    )) as typeof import('../../src/cluster/index.ts');
    const runtime = memoryRuntime(COMMAND_BYTES, Buffer.from('$5\r\nvalue\r\n'));
    const cluster = await connectCluster({ seeds: [SEED], runtime });
    assert.is(await cluster.send(GET), 'value');
    assert.equal(await cluster.sendAll([GET, GET]), ['value', 'value']);
    cluster.destroy();
  });
}

test.run();
