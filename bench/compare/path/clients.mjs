/**
 * Every contestant behind one interface: `send(args)` and `sendBatch(commands)`, set up as its users would for speed, with
 * replies as strings unless bytes are asked for.
 */
import { once } from 'node:events';

/**
 * @param options `seeds`, `password`, `form` ('string' | 'bytes'), `protocol` (2 | 3)
 * @returns {Promise<{ send, sendBatch, close } | undefined>} undefined where it can't do what the load asks for
 */
export function connectContestant(name, options) {
  return CONTESTANTS[name](options);
}

const CONTESTANTS = { slotwire, ioredis, 'ioredis auto': ioredisAuto, 'node-redis': nodeRedis, glide };
export const NAMES = Object.keys(CONTESTANTS);

async function slotwire({ seeds, password, form, protocol }) {
  const { connectCluster } = await import('../../../dist/index.js');
  const cluster = await connectCluster({ seeds, password, reply: form, protocol, maxCommandsPerNode: 1e6 });
  return {
    send: (args) => cluster.send(args),
    sendBatch: (commands) => cluster.sendAll(commands),
    close: () => cluster.close(),
  };
}

async function ioredis({ seeds, password, form, protocol }, options = {}) {
  const { Cluster } = await import('ioredis');
  const cluster = new Cluster(seeds, { redisOptions: { password, protocol }, ...options });
  cluster.on('error', () => undefined);
  await once(cluster, 'ready');
  const get = form === 'bytes' ? (key) => cluster.getBuffer(key) : (key) => cluster.get(key);
  // It does not split an MGET over slots: its users send a GET for each key.
  const send = ([command, key, ...rest]) => {
    if (command === 'MGET') return Promise.all([key, ...rest].map(get));
    return command === 'GET' ? get(key) : cluster.set(key, rest[0]);
  };
  return each(send, async () => cluster.disconnect());
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
  const send = (args) => {
    if (args[0] === 'MGET') return cluster.mGet(args.slice(1));
    return args[0] === 'GET' ? cluster.get(args[1]) : cluster.set(args[1], args[2]);
  };
  return each(send, async () => plain.destroy());
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
  const send = (args) => {
    if (args[0] === 'MGET') return client.mget(args.slice(1));
    return args[0] === 'GET' ? client.get(args[1]) : client.set(args[1], args[2]);
  };
  return each(send, async () => client.close());
}

/** No peer has a batch over all nodes that follows redirections: its users send command by command. */
function each(send, close) {
  return { send, sendBatch: (commands) => Promise.all(commands.map(send)), close };
}
