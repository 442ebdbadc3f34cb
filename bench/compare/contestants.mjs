/** slotwire and its released peers, each behind the same few functions. */
import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { hashSlot } from '../../build/src/cluster/index.js';
import { CommandEncoder, Decoder, NEED_DATA, Push } from '../../build/src/resp/index.js';

const require = createRequire(import.meta.url);
const RedisParser = require('redis-parser');
const Resp = require('respjs');
const clusterKeySlot = require('cluster-key-slot');
const NodeRedis = require('@redis/client/dist/lib/RESP/decoder.js');
const encodeNodeRedis = require('@redis/client/dist/lib/RESP/encoder.js').default;
const Ioredis = require('ioredis/built/resp/decoder.js');
const { Command } = require('ioredis');

export const OURS = 'slotwire';

/** What was read, so that no engine may leave the reading out. */
export let consumed = 0;

const { charCodeAt } = String.prototype;

/**
 * Reads of every value one character or byte, so that no string stays a rope or a promise to be made later.
 *
 * It must cost next to nothing, or it hides what is measured. So the sum stays within 32 bits, because a larger one is a new
 * object each time; and nothing is looked up on strings, which costs 10 ns where there are many kinds of them (of one byte
 * or two, cut out or whole).
 */
export function consume(reply) {
  if (typeof reply === 'string') consumed = (consumed + charCodeAt.call(reply, 0)) | 0;
  else if (typeof reply === 'number') consumed = (consumed + reply) | 0;
  else if (Array.isArray(reply)) for (let index = 0; index < reply.length; index++) consume(reply[index]);
  else if (reply instanceof Push) consume(reply.elements);
  else if (Buffer.isBuffer(reply)) consumed = (consumed + (reply[0] ?? 0)) | 0;
  else if (reply instanceof Error) consumed = (consumed + charCodeAt.call(reply.message, 0)) | 0;
}

/** Each makes a function that takes one chunk and consumes what it completes; `form` is string, bytes or view. */
export const DECODERS = {
  [OURS](form) {
    const decoder = new Decoder({ reply: form, pushes: form === 'string' ? 'string' : 'bytes' });
    return (chunk) => {
      decoder.feed(chunk);
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) consume(reply);
    };
  },
  'redis-parser 3'(form) {
    const parser = new RedisParser({ returnReply: consume, returnError: consume, returnBuffers: form !== 'string' });
    return (chunk) => parser.execute(chunk);
  },
  'node-redis 6': (form) => decoderOf(NodeRedis, form),
  'ioredis 6': (form) => decoderOf(Ioredis, form),
  'respjs 4'(form) {
    const parser = new Resp({ bufBulk: form !== 'string' });
    parser.on('data', consume).on('error', consume);
    return (chunk) => parser.write(chunk);
  },
};

/** ioredis 6 has node-redis' decoder, compiled otherwise. Maps as flat arrays, which is the cheapest it has. */
function decoderOf({ Decoder: Peer, RESP_TYPES }, form) {
  const mapping = { [RESP_TYPES.MAP]: Array };
  if (form !== 'string') mapping[RESP_TYPES.BLOB_STRING] = Buffer;
  const decoder = new Peer({ onReply: consume, onErrorReply: consume, onPush: consume, getTypeMapping: () => mapping });
  return (chunk) => decoder.write(chunk);
}

export const SLOTS = { [OURS]: hashSlot, 'cluster-key-slot 1': clusterKeySlot };

/** A Buffer this large goes to the socket as it is; everything else is copied into the flush buffer. */
const OWN_PIECE_BYTES = 16 * 1024;
const flushBuffer = Buffer.allocUnsafeSlow(16 << 20);

function flush(pieces) {
  let position = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') position += flushBuffer.write(piece, position);
    else if (piece.length < OWN_PIECE_BYTES) position += piece.copy(flushBuffer, position);
  }
  return position;
}

/** Each makes a function that brings a batch of commands into bytes, ready for one write to a socket. */
export const ENCODERS = {
  [OURS]() {
    const encoder = new CommandEncoder();
    return (commands) => {
      for (let index = 0; index < commands.length; index++) encoder.append(commands[index]);
      const batch = encoder.take();
      encoder.release(batch);
      return batch.byteLength;
    };
  },
  'node-redis 6': () => (commands) => {
    const pieces = [];
    for (let index = 0; index < commands.length; index++) pieces.push(...encodeNodeRedis(commands[index]));
    return flush(pieces);
  },
  'ioredis 6': () => {
    const ready = new Map();
    return (commands) => {
      if (!ready.has(commands))
        ready.set(
          commands,
          commands.map(([name, ...args]) => new Command(name, args)),
        );
      return flush(ready.get(commands).map((command) => command.toWritable()));
    };
  },
};
