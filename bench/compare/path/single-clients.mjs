/** Every contestant on one server, behind the same interface; strings and RESP3, as they are set up for speed. */
import { once } from 'node:events';
import { each } from './clients.mjs';

/** `host`, `port`, `password` */
export const SINGLE_CLIENTS = { slotwire, ioredis, 'node-redis': nodeRedis, bun };

async function slotwire({ host, port, password }) {
  const { connect } = await import('../../../dist/index.js');
  const client = await connect({ host, port, password, maxCommandsPerNode: 1e6 });
  return {
    send: (args) => client.send(args),
    sendBatch: (commands) => client.sendAll(commands),
  };
}

async function ioredis({ host, port, password }) {
  const { Redis } = await import('ioredis');
  const client = new Redis({ host, port, password, enableAutoPipelining: true });
  client.on('error', () => undefined);
  await once(client, 'ready');
  return each(([command, key, value]) => (command === 'GET' ? client.get(key) : client.set(key, value)));
}

async function nodeRedis({ host, port, password }) {
  const { createClient } = await import('@redis/client');
  const client = createClient({ url: `redis://${host}:${port}`, password });
  client.on('error', () => undefined);
  await client.connect();
  return each(([command, key, value]) => (command === 'GET' ? client.get(key) : client.set(key, value)));
}

/** Under Bun alone: it is a part of it. Auto-pipelining is its default. */
async function bun({ host, port, password }) {
  const { RedisClient } = await import('bun');
  const client = new RedisClient(`redis://:${password}@${host}:${port}`);
  await client.connect();
  return each(([command, key, value]) => (command === 'GET' ? client.get(key) : client.set(key, value)));
}
