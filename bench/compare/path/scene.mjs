/** The servers that a comparison runs against: started, filled with the keys that are read, and asked what they used. */
import { connect, connectCluster, hashSlot } from '../../../dist/index.js';
import { startCluster, startServer } from '../../../dist/testing/index.js';
import { keysFor } from './loads.mjs';

const PASSWORD = 'CATAPI';
const ROOM = { maxBytesPerNode: 1 << 30, maxBytes: 1 << 30 };

/**
 * A cluster of so many primaries, with a password.
 *
 * @returns `told`: what contestants are told of it; `servers`; `cpu()`; `stop()`
 */
export async function clusterScene(primaries, sizes) {
  const servers = await startCluster({ primaries, replicasPerPrimary: 0, password: PASSWORD });
  try {
    const seeds = servers.nodes.map(({ host, port }) => ({ host, port }));
    const cluster = await connectCluster({ seeds, password: PASSWORD, ...ROOM });
    const ownerOf = (key) => cluster.primaryOf(hashSlot(key));
    const lanes = await fill(cluster, sizes, (keys) =>
      servers.nodes.map(({ host, port, address }) => ({
        host,
        port,
        key: keys.find((key) => ownerOf(key) === address),
      })),
    );
    await cluster.close();
    return sceneOf({ seeds, password: PASSWORD, lanes }, servers, servers.nodes);
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** One server, with a password. */
export async function singleScene(sizes) {
  const server = await startServer({ config: { requirepass: PASSWORD } });
  try {
    const { host, port } = server;
    const client = await connect({ host, port, password: PASSWORD, ...ROOM });
    const lanes = await fill(client, sizes, ([key]) => [{ host, port, key }]);
    const node = { send: (args) => client.send(args) };
    const stop = async () => {
      client.destroy();
      await server.stop();
    };
    return sceneOf({ host, port, password: PASSWORD, lanes }, { stop, server: server.binary }, [node]);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

function sceneOf(told, servers, nodes) {
  const { name, version } = servers.server;
  return { told, servers, server: [name, version.join('.')], cpu: () => usedCpu(nodes), stop: () => servers.stop() };
}

/** Sets every key that will be read. @returns by size, what `lanesOf` makes of its keys: one for each primary. */
async function fill(client, sizes, lanesOf) {
  const lanes = {};
  for (const valueBytes of new Set(sizes)) {
    const keys = keysFor(valueBytes);
    const value = 'v'.repeat(valueBytes);
    for (let at = 0; at < keys.length; at += 50) {
      await client.sendAll(keys.slice(at, at + 50).map((key) => ['SET', key, value]));
    }
    lanes[valueBytes] = lanesOf(keys);
  }
  return lanes;
}

/** What the servers have used of the processor, in microseconds. */
async function usedCpu(nodes) {
  const infos = await Promise.all(nodes.map((node) => node.send(['INFO', 'cpu'])));
  const used = infos.flatMap((info) => [...String(info).matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)]);
  return used.reduce((sum, [, text]) => sum + Number(text) * 1e6, 0);
}
