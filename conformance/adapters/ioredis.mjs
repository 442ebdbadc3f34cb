// ioredis: its own decoder, since version 6.
import { serveParser } from 'slotwire/conformance';
import { callbackDecoder } from './callback-decoder.mjs';
import { load, versionOf } from './peer.mjs';

const { Decoder } = load('ioredis/built/resp/decoder');

serveParser({ name: 'ioredis', version: versionOf('ioredis'), protocols: [2, 3], make: callbackDecoder(Decoder) });
