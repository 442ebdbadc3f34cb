import type { Cluster } from '../../cluster/index.ts';

/**
 * The program everybody starts with: a key with an expiry, incremented, read back.
 *
 * @throws Error when the cluster answers anything else than 25.
 */
export async function runScenario(cluster: Cluster): Promise<void> {
  const commands = [
    ['SET', 'testkey', 12, 'EX', 1200],
    ['INCRBY', 'testkey', 13],
    ['GET', 'testkey'],
  ];
  let reply: unknown;
  for (const command of commands) {
    reply = await cluster.send(command);
    console.log(`  ${command.join(' ')} -> ${String(reply)}`);
  }
  if (reply !== '25') throw new Error(`the scenario ended with ${String(reply)} instead of 25`);
}
