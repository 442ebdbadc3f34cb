// redis-parser: the parser of node_redis before version 4, and of ioredis before version 6. RESP2 only.
import { sayValue, serveParser } from 'slotwire/conformance';
import { load, versionOf } from './peer.mjs';

const Parser = load('redis-parser');

function make(say) {
  let fatal;
  const parser = new Parser({
    returnReply: (reply) => say(sayValue(reply)),
    returnError: (error) => say(sayValue(error)),
    returnFatalError: (error) => {
      fatal ??= error;
    },
  });
  return {
    write(chunk) {
      parser.execute(chunk);
      if (fatal !== undefined) throw fatal;
    },
  };
}

serveParser({ name: 'redis-parser', version: versionOf('redis-parser'), protocols: [2], make });
