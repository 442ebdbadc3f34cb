/**
 * Every contestant on a cluster behind one interface: `send(args)` and `sendBatch(commands)`, set up as its users would for
 * speed, with replies as strings unless bytes are asked for.
 */
import { once } from 'node:events';

/** `seeds`, `password`, `form` ('string' | 'bytes'), `protocol` (2 | 3) */
export const CLUSTER_CLIENTS = { slotwire, 'ioredis auto': ioredisAuto, ioredis, 'node-redis': nodeRedis, glide };

async function slotwire({ seeds, password, form, protocol }) {
  const { connectCluster } = await import('../../../dist/index.js');
  const cluster = await connectCluster({ seeds, password, reply: form, protocol, maxCommandsPerNode: 1e6 });
  return {
    send: (args) => cluster.send(args),
    sendBatch: (commands) => cluster.sendAll(commands),
  };
}

async function ioredis({ seeds, password, form, protocol }, options = {}) {
  const { Cluster } = await import('ioredis');
  const cluster = new Cluster(seeds, { redisOptions: { password, protocol }, ...options });
  cluster.on('error', () => undefined);
  await once(cluster, 'ready');
  const get = form === 'bytes' ? (key) => cluster.getBuffer(key) : (key) => cluster.get(key);
  // It does not split an MGET over slots: its users send a GET for each key.
  return each(([command, key, ...rest]) => {
    if (command === 'MGET') return Promise.all([key, ...rest].map(get));
    return command === 'GET' ? get(key) : cluster.set(key, rest[0]);
  });
}

function ioredisAuto(options) {
  return ioredis(options, { enableAutoPipelining: true });
}

async function nodeRedis({ seeds, password, form, protocol }) {
  const { createCluster, RESP_TYPES } = await import('@redis/client');
  const rootNodes = seeds.map(({ host, port }) => ({ url: `redis://${host}:${port}` }));
  const plain = createCluster({ rootNodes, RESP: protocol, defaults: { password } });
  plain.on('error', () => undefined);
  await plain.connect();
  const cluster = form === 'bytes' ? plain.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }) : plain;
  // Its typed methods split an MGET over slots; a raw command does not.
  return each((args) => {
    if (args[0] === 'MGET') return cluster.mGet(args.slice(1));
    return args[0] === 'GET' ? cluster.get(args[1]) : cluster.set(args[1], args[2]);
  });
}

async function glide({ seeds, password, form, protocol }) {
  const { GlideClusterClient, Decoder, Logger, ProtocolVersion } = await import('@valkey/valkey-glide');
  Logger.init('off');
  const client = await GlideClusterClient.createClient({
    addresses: seeds,
    credentials: { password },
    protocol: protocol === 2 ? ProtocolVersion.RESP2 : ProtocolVersion.RESP3,
    defaultDecoder: form === 'bytes' ? Decoder.Bytes : Decoder.String,
    requestTimeout: 20_000,
    inflightRequestsLimit: 100_000,
  });
  return each((args) => {
    if (args[0] === 'MGET') return client.mget(args.slice(1));
    return args[0] === 'GET' ? client.get(args[1]) : client.set(args[1], args[2]);
  });
}

/** No peer has a batch over all nodes that follows redirections: its users send command by command. */
export function each(send) {
  return { send, sendBatch: (commands) => Promise.all(commands.map(send)) };
}
