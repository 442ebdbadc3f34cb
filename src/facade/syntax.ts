/**
 * What can be written after a command's name: the servers' own descriptions (COMMAND DOCS) as data, and a short
 * notation of it, close to the one on redis.io's command pages.
 *
 * @see https://redis.io/docs/latest/commands/command-docs/
 * @see https://redis.io/docs/latest/reference/command-arguments/
 */

/** One argument of a command, or several that belong together. */
export interface Part {
  /**
   * `token`: the word alone. `value`: one argument of the caller's. `oneof`: one of {@link parts}. `block`: all of
   * {@link parts}.
   */
  readonly kind: 'token' | 'value' | 'oneof' | 'block';
  /** The word that is sent before it. May be the empty string, which is an argument too. */
  readonly token: string | undefined;
  /** What it is called where it has no word of its own. */
  readonly name: string;
  readonly parts: readonly Part[];
  readonly isOptional: boolean;
  /** Whether it is a list, and whether its token is sent once for all `values` or again for each (`token`). */
  readonly repeats: 'never' | 'values' | 'token';
  /** The list's length is sent before it (`numkeys`). */
  readonly isCounted: boolean;
}

// key                 a value                        [NX]                     optional
// NX ~ "km" ""        a token, as it is sent         <NX|XX>                  one of them
// EX:seconds          a token and a value            unit<M|KM>               the same, with a name
// member...           one value or more              LIMIT:{offset count}     a block
// #key...             the same, behind their number  GET...:pattern           the token again before each value
const WORDS: RegExp = /\[|\]|<|>|\||\{|\}|:|#|\.\.\.|"[^"]*"|[^\s[\]<>|{}:#."]+/g;
const NAME: RegExp = /^[a-z]/;

/**
 * Reads the notation of a command's arguments, as the generated table has it.
 *
 * @throws {SyntaxError} the table is broken.
 */
export function parseSyntax(notation: string): readonly Part[] {
  const words = notation.match(WORDS) ?? [];
  if (words.join('') !== notation.replaceAll(' ', '')) throw new SyntaxError(`not a syntax: ${notation}`);
  const reader = new SyntaxReader(words);
  const parts = reader.parts(undefined);
  return parts;
}

class SyntaxReader {
  readonly #words: readonly string[];
  #next = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Parts up to the closing word, which is read too, or to the end; `|` between them means nothing here. */
  parts(end: string | undefined): readonly Part[] {
    const parts: Part[] = [];
    while (this.#words[this.#next] !== end) {
      parts.push(this.#part());
      if (end === '>') this.#skip('|');
    }
    this.#next++;
    return parts;
  }

  #part(): Part {
    if (!this.#skip('[')) return this.#required();
    const part = this.#required();
    this.#expect(']');
    return { ...part, isOptional: true };
  }

  #required(): Part {
    const token = this.#token();
    const isRepeatedToken = token !== undefined && this.#skip('...');
    if (token !== undefined && !this.#skip(':')) return { ...ONE, kind: 'token', token, name: token };
    const isCounted = this.#skip('#');
    const content = this.#content();
    const repeats = isRepeatedToken ? 'token' : this.#skip('...') ? 'values' : 'never';
    return { ...ONE, ...content, token, repeats, isCounted };
  }

  #content(): Pick<Part, 'kind' | 'name' | 'parts'> {
    const name = NAME.test(this.#words[this.#next] ?? '') ? this.#words[this.#next++]! : '';
    if (this.#skip('<')) return { kind: 'oneof', name, parts: this.parts('>') };
    if (this.#skip('{')) return { kind: 'block', name, parts: this.parts('}') };
    if (name === '') this.#fail();
    return { kind: 'value', name, parts: [] };
  }

  #token(): string | undefined {
    const word = this.#words[this.#next] ?? '';
    if (NAME.test(word) || /^[#<{]/.test(word)) return undefined;
    if (/^([[\]>|}:]|\.\.\.|)$/.test(word)) this.#fail();
    this.#next++;
    return word.replaceAll('"', '');
  }

  #skip(word: string): boolean {
    if (this.#words[this.#next] !== word) return false;
    this.#next++;
    return true;
  }

  #expect(word: string): void {
    if (!this.#skip(word)) this.#fail();
  }

  #fail(): never {
    throw new SyntaxError(`unexpected ${this.#words[this.#next] ?? 'end'} in ${this.#words.join(' ')}`);
  }
}

const ONE: Part = {
  kind: 'value',
  token: undefined,
  name: '',
  parts: [],
  isOptional: false,
  repeats: 'never',
  isCounted: false,
};
