/**
 * A client of a cluster in a process of its own, which a test starts where the cluster is on another machine:
 *
 *     node outside-client.js SEED KEY ...
 *
 * Prints, for each key, the value it was set to and the address of its primary, or the message of the error, as JSON.
 */
import { connectCluster, hashSlot } from '../../src/cluster/index.ts';

const [seed, ...keys] = process.argv.slice(2);
try {
  const cluster = await connectCluster({ seeds: [seed!], timeoutMs: 1500 });
  for (const key of keys) {
    const outcome = await cluster.send(['SET', key, 1]).catch((error: Error) => error.message);
    console.log(JSON.stringify([outcome, cluster.primaryOf(hashSlot(key))]));
  }
  cluster.destroy();
} catch (error) {
  console.log(JSON.stringify([(error as Error).message]));
}
