/** The decoder of this package among the parsers under test. */
import { OverloadError } from '../../errors.ts';
import { Attributed, Decoder, NEED_DATA, Push, type Reply } from '../../resp/index.ts';
import { type ParserKind, sayValue } from './parser.ts';
import type { Said } from './reading.ts';

/** The decoder as it is unless told otherwise, but with maps as Maps. */
export function ownParser(version: string): ParserKind {
  return {
    name: 'slotwire',
    version,
    protocols: [2, 3],
    make: (say) => {
      const decoder = new Decoder({ maps: 'map' });
      return {
        write(chunk) {
          decoder.feed(chunk);
          for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) say(sayReply(reply));
        },
      };
    },
  };
}

function sayReply(reply: Reply): Said {
  return sayValue(reply, (value) => {
    if (value instanceof Push) {
      // Attributes before a push are the push's own here, and around it in the notation.
      const push: Said = ['>', value.elements.map(sayReply)];
      return value.attributes.toReversed().reduce<Said>((around, attributes) => attributed(attributes, around), push);
    }
    if (value instanceof Attributed) return attributed(value.attributes, sayReply(value.value));
    return value instanceof OverloadError ? ['error', 'too large'] : undefined;
  });
}

function attributed(attributes: Reply, value: Said): Said {
  const [, pairs] = sayReply(attributes);
  return ['|', pairs, value];
}
