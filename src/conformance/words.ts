/** Words in angle brackets, in what is sent and in what is expected: `<key:name>`, `<fill:1024>`, `<n>`, ... */
import { Buffer } from 'node:buffer';

/** What a run of one case knows. */
export interface Words {
  /** The whole name of a key or channel: below the suite's prefix, and told apart from those of other cases. */
  readonly key: (name: string) => string;
  /** By the word: `nonce`, `password`, `address:B`, `slot:A`, what a step named with `as`, ... */
  readonly values: ReadonlyMap<string, string>;
}

// Keys may have braces in their names, and the counter inside.
const WORD = /<(key:(?:[^<>]|<n>)+|fill:\d+(?::.)?|all-bytes|n|[a-z][a-z-]*(?::[A-Za-z]+)?)>/g;

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/**
 * The bytes of a text with its words replaced.
 *
 * @param count what `<n>` stands for: the number of the repetition, from 1.
 * @param encoding of what is between the words.
 */
export function expandWords(text: string, words: Words, options: { count?: number; encoding?: 'latin1' } = {}): Buffer {
  const encoding = options.encoding ?? 'utf8';
  if (!text.includes('<')) return Buffer.from(text, encoding);
  const pieces: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const bytes = expandWord(match[1]!, words, options.count ?? 0);
    if (bytes === undefined) continue;
    pieces.push(Buffer.from(text.slice(end, match.index), encoding), bytes);
    end = match.index + match[0].length;
  }
  pieces.push(Buffer.from(text.slice(end), encoding));
  return Buffer.concat(pieces);
}

/** Undefined for what only looks like a word. */
function expandWord(word: string, words: Words, count: number): Buffer | undefined {
  if (word === 'n') return Buffer.from(String(count));
  if (word === 'all-bytes') return ALL_BYTES;
  if (word.startsWith('key:')) return Buffer.from(words.key(word.slice(4).replaceAll('<n>', String(count))));
  if (word.startsWith('fill:')) {
    const [, size, letter = 'x'] = word.split(':');
    return Buffer.alloc(Number(size), letter);
  }
  const value = words.values.get(word);
  return value === undefined ? undefined : Buffer.from(value);
}
