/** Every vector, in the order of the files' names. */
import arrays from '../vectors/arrays.json' with { type: 'json' };
import attributes from '../vectors/attributes.json' with { type: 'json' };
import bigNumbers from '../vectors/big-numbers.json' with { type: 'json' };
import bulkStrings from '../vectors/bulk-strings.json' with { type: 'json' };
import commands from '../vectors/commands.json' with { type: 'json' };
import doubles from '../vectors/doubles.json' with { type: 'json' };
import errorsAndVerbatim from '../vectors/errors-and-verbatim.json' with { type: 'json' };
import foreign from '../vectors/foreign.json' with { type: 'json' };
import incomplete from '../vectors/incomplete.json' with { type: 'json' };
import integers from '../vectors/integers.json' with { type: 'json' };
import lengths from '../vectors/lengths.json' with { type: 'json' };
import mapsAndSets from '../vectors/maps-and-sets.json' with { type: 'json' };
import nullsAndBooleans from '../vectors/nulls-and-booleans.json' with { type: 'json' };
import pushes from '../vectors/pushes.json' with { type: 'json' };
import requests from '../vectors/requests.json' with { type: 'json' };
import serverReplies from '../vectors/server-replies.json' with { type: 'json' };
import simple from '../vectors/simple.json' with { type: 'json' };
import streamed from '../vectors/streamed.json' with { type: 'json' };
import terminators from '../vectors/terminators.json' with { type: 'json' };
import volume from '../vectors/volume.json' with { type: 'json' };
import type { CommandVector, ReplyVector, RequestVector } from './vector.ts';

/** The files for readers of replies, by name. */
const REPLY_FILES: Readonly<Record<string, unknown>> = {
  ...{ arrays, attributes, 'big-numbers': bigNumbers, 'bulk-strings': bulkStrings, doubles },
  ...{ 'errors-and-verbatim': errorsAndVerbatim, foreign, incomplete, integers, lengths, 'maps-and-sets': mapsAndSets },
  ...{ 'nulls-and-booleans': nullsAndBooleans, pushes, 'server-replies': serverReplies, simple, streamed },
  ...{ terminators, volume },
};

/** Files by their names without the extension, as they are; `vectors.schema.json` says what the compiler cannot see. */
export const VECTOR_FILES: ReadonlyMap<string, unknown> = new Map(
  Object.entries({ ...REPLY_FILES, commands, requests }),
);

/** What a client reads. */
export const REPLY_VECTORS: readonly ReplyVector[] = Object.values(REPLY_FILES).flatMap(
  (vectors) => vectors as ReplyVector[],
);

/** What a server reads. */
export const REQUEST_VECTORS: readonly RequestVector[] = requests as unknown as readonly RequestVector[];

/** What a client writes. */
export const COMMAND_VECTORS: readonly CommandVector[] = commands as unknown as readonly CommandVector[];
