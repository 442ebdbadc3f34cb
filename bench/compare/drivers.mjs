// Released peers behind the one interface of the history checker (test/chaos): send a command, get its reply or an error.
// Each is set up as its users would for a cluster with a password. None says whether a rejected command may have run.

/** @returns {Promise<{ send(args): Promise<unknown>, mayHaveRun(error): boolean, close(): Promise<void> }>} */
export async function connectDriver(name, { seeds, password }) {
  const driver = DRIVERS[name];
  if (driver === undefined) throw new Error(`no driver ${name}: one of ${Object.keys(DRIVERS).join(', ')}`);
  return { mayHaveRun: () => true, ...(await driver(seeds, password)) };
}

const DRIVERS = { ioredis, 'ioredis-auto': ioredisAuto, 'node-redis': nodeRedis, glide };

async function ioredis(seeds, password, options = {}) {
  const { Cluster } = await import('ioredis');
  const cluster = new Cluster(seeds, { redisOptions: { password }, ...options });
  cluster.on('error', () => undefined);
  return { send: ([command, ...args]) => cluster.call(command, ...args), close: async () => cluster.disconnect() };
}

function ioredisAuto(seeds, password) {
  return ioredis(seeds, password, { enableAutoPipelining: true });
}

async function nodeRedis(seeds, password) {
  const { createCluster } = await import('@redis/client');
  const rootNodes = seeds.map(({ host, port }) => ({ url: `redis://${host}:${port}` }));
  const cluster = createCluster({ rootNodes, defaults: { password } });
  cluster.on('error', () => undefined);
  await cluster.connect();
  const READS = new Set(['GET', 'MGET', 'LRANGE']);
  return {
    send: (args) => cluster.sendCommand(String(args[1]), READS.has(args[0]), args.map(String)),
    close: async () => cluster.destroy(),
  };
}

async function glide(seeds, password) {
  const { GlideClusterClient, Logger } = await import('@valkey/valkey-glide');
  Logger.init('off');
  const client = await GlideClusterClient.createClient({
    addresses: seeds,
    credentials: { password },
    requestTimeout: 20_000,
    // Its default of 1000 refuses what this load has under way.
    inflightRequestsLimit: 100_000,
  });
  return { send: (args) => client.customCommand(args.map(String)), close: async () => client.close() };
}
