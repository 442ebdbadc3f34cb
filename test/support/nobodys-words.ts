/** The same reply from servers of all ages and families, in nobody's words. */

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^error: ERR .*(wrong number of arguments|Wrong CLUSTER subcommand).*/, 'error: wrong number of arguments'],
  // An unknown command of somebody unknown is refused as either.
  [/^error: (ERR unknown command.*|NOAUTH Authentication required\.)$/, 'error: unknown command, or unknown user'],
  [/^error: ERR invalid expire time.*/, 'error: invalid expire time'],
  [/^error: ERR (SELECT is not allowed in cluster mode|DB index is out of range)$/, 'error: no such database'],
];

/**
 * Replies in which errors are texts that begin with `error: `, and hosts are called `host`: without a server's own name
 * and modules, with ranges of slots in order, and without what nodes tell of themselves since 7.0.
 */
export function inNobodysWords(reply: unknown): unknown {
  if (typeof reply === 'string') return WORDS.reduce((text, [pattern, word]) => text.replace(pattern, word), reply);
  if (!Array.isArray(reply)) return reply;
  const isNode = reply.length === 4 && reply[0] === 'host' && Array.isArray(reply[3]);
  const elements = (isNode ? reply.slice(0, 3) : reply).map((each: unknown, i) => {
    return ['server', 'modules'].includes(String(reply[i - 1])) ? 'its own' : inNobodysWords(each);
  });
  return elements.every(isSlotRange) ? elements.sort((one, other) => one[0] - other[0]) : elements;
}

function isSlotRange(element: unknown): element is [number, number, ...unknown[]] {
  return (
    Array.isArray(element) && typeof element[0] === 'number' && typeof element[1] === 'number' && element.length > 2
  );
}
