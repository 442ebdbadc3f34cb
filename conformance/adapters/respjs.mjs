// respjs: a small RESP2 parser that emits events.
import { sayValue, serveParser } from 'slotwire/conformance';
import { load, versionOf } from './peer.mjs';

const Parser = load('respjs');

// It takes the first word of an error for its name.
function sayReply(value) {
  return sayValue(value, (inner) => {
    if (!(inner instanceof Error)) return undefined;
    return ['error', inner.name === 'Error' ? inner.message : `${inner.name} ${inner.message}`];
  });
}

function make(say) {
  let failure;
  const parser = new Parser();
  parser.on('data', (value) => say(sayReply(value)));
  parser.on('error', (error) => {
    failure ??= error;
  });
  return {
    write(chunk) {
      parser.write(chunk);
      if (failure !== undefined) throw failure;
    },
  };
}

serveParser({ name: 'respjs', version: versionOf('respjs'), protocols: [2], make });
