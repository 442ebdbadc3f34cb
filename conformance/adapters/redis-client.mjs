// @redis/client: the decoder of node-redis.
import { serveParser } from 'slotwire/conformance';
import { callbackDecoder } from './callback-decoder.mjs';
import { load, versionOf } from './peer.mjs';

const { Decoder } = load('@redis/client/dist/lib/RESP/decoder');

serveParser({
  name: '@redis/client',
  version: versionOf('@redis/client'),
  protocols: [2, 3],
  make: callbackDecoder(Decoder),
});
