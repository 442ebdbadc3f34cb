/**
 * The small language in which a case says what it expects of a step: patterns of tokens, separated by spaces.
 *
 *     +OK  +"two words"  +~"contains"  +!"does not contain"  +?       simple strings
 *     -  -WRONGTYPE  -ERR~"contains"                                    errors, by their first word
 *     :1  ,1.5  (123  #t  _  $-1  *-1  :?                               one line, exactly or any
 *     $"bytes"  $~"contains"  $!"..."  $?  ="txt:..."                   payloads
 *     *3  %2  ~3  >2  |1  *?                                            headers: what is inside follows
 *     ?  **  %*  ~*  %{server proto=:3}                                 one whole value, one whole aggregate, a map with keys
 *     (...)x100  ...                                                    so many times; anything to the end
 */
import { Buffer } from 'node:buffer';
import type { Token } from './token.ts';
import { expandWords, type Words } from './words.ts';

/** `full`: all of it was there and nothing else; `partial`: not yet all; `no`: more will not help. */
export type Match = 'full' | 'partial' | 'no';

/** One element: matches the tokens from an index on, and returns the index behind them. */
type Element = (tokens: readonly Token[], from: number) => number | 'partial' | 'no';

/** A pattern with its words replaced. */
export class Pattern {
  /** As it was written. */
  readonly text: string;
  /** True when it ends with `...`. */
  readonly isOpen: boolean;
  /** How many whole values it expects; undefined where it leaves that open. */
  readonly valueCount: number | undefined;
  readonly #elements: readonly Element[];
  readonly #words: Words;

  constructor(text: string, words: Words) {
    this.text = text;
    this.#words = words;
    const trimmed = text.trim();
    this.isOpen = trimmed.endsWith('...');
    const parsed = parseElements(this.isOpen ? trimmed.slice(0, -3) : trimmed, words, 0);
    this.#elements = parsed.map(({ element }) => element);
    this.valueCount = this.isOpen ? undefined : countValues(parsed);
  }

  /** True when it expects nothing. */
  get isEmpty(): boolean {
    return this.#elements.length === 0 && !this.isOpen;
  }

  /** The same with any error where it wants a certain one. */
  withAnyErrors(): Pattern {
    return new Pattern(this.text.replace(CERTAIN_ERROR, '$1-'), this.#words);
  }

  match(tokens: readonly Token[]): Match {
    let index = 0;
    for (const element of this.#elements) {
      const next = element(tokens, index);
      if (typeof next === 'string') return next;
      index = next;
    }
    return index === tokens.length || this.isOpen ? 'full' : 'no';
  }
}

const QUOTED = /^([~!]?)"((?:[^"\\]|\\.)*)"/s;
const CERTAIN_ERROR = /(^|[\s(])-(?=[A-Z0-9~!"])[A-Z0-9]*(?:[~!]?"(?:[^"\\]|\\.)*")?/g;
const GROUP = /^\((?!-?\d)/;

/** An element as it was read: with what its header announces; undefined for any number. */
interface ParsedElement {
  readonly element: Element;
  readonly opens: number | undefined;
}

function parseElements(text: string, words: Words, count: number): ParsedElement[] {
  const elements: ParsedElement[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    if (GROUP.test(rest)) {
      const close = /\)x(\d+)/.exec(rest);
      if (close === null) throw new Error(`a group without its )xN: ${text}`);
      const inner = rest.slice(1, close.index);
      for (let number = 1; number <= Number(close[1]); number++) elements.push(...parseElements(inner, words, number));
      rest = rest.slice(close.index + close[0].length).trimStart();
    } else {
      const { element, length } = parseElement(rest, words, count);
      elements.push({ element, opens: opensOf(rest.slice(0, length)) });
      rest = rest.slice(length).trimStart();
    }
  }
  return elements;
}

/** How many values follow what is written so: `*3` announces three, `**` is whole by itself. */
function opensOf(word: string): number | undefined {
  const [, type, line] = /^([*%~>|])(\d+|\?)$/.exec(word) ?? [];
  if (type === undefined || line === undefined) return 0;
  return line === '?' ? undefined : valuesInside({ type, line }) + (type === '|' ? 1 : 0);
}

function countValues(elements: readonly ParsedElement[]): number | undefined {
  let count = 0;
  let open = 0;
  for (const { opens } of elements) {
    if (opens === undefined) return undefined;
    if (open === 0) {
      count++;
      open = 1;
    }
    open += opens - 1;
  }
  return count;
}

function parseElement(text: string, words: Words, count: number): { element: Element; length: number } {
  const braces = /^%\{([^}]*)\}/.exec(text);
  if (braces !== null) return { element: mapWith(braces[1]!.split(/\s+/)), length: braces[0].length };
  const type = text[0]!;
  // An error's first word comes before its quoted part.
  const code = type === '-' ? (/^-([A-Z0-9]*)(?=[~"!\s]|$)/.exec(text)?.[1] ?? '') : '';
  const quoted = QUOTED.exec(text.slice(1 + code.length));
  if (quoted !== null) {
    const bytes = expandWords(readEscapes(quoted[2]!), words, { count, encoding: 'latin1' });
    const test = payloadTest(quoted[1]!, bytes);
    return { element: payload(type, test, code), length: 1 + code.length + quoted[0].length };
  }
  const word = /^\S+/.exec(text)![0];
  return { element: plainElement(word, words, count), length: word.length };
}

const AGGREGATES = '*%~>|';

function plainElement(word: string, words: Words, count: number): Element {
  if (word === '?') return skipValue;
  const type = word[0]!;
  const rest = word.slice(1);
  if (rest === '*' && AGGREGATES.includes(type)) return wholeOf(type);
  if (type === '-') return payload('-', () => true, rest);
  if (rest === '?' && '$=!'.includes(type)) return payload(type, () => true, '');
  const line = rest.includes('<') ? expandWords(rest, words, { count }).toString('latin1') : rest;
  return one((token) => token.type === type && (line === '?' || token.line === line));
}

function one(test: (token: Token) => boolean): Element {
  return (tokens, from) => {
    const token = tokens[from];
    if (token === undefined) return 'partial';
    return test(token) ? from + 1 : 'no';
  };
}

type PayloadTest = (bytes: Buffer) => boolean;

function payloadTest(mode: string, wanted: Buffer): PayloadTest {
  if (mode === '~') return (bytes) => bytes.includes(wanted);
  if (mode === '!') return (bytes) => !bytes.includes(wanted);
  return (bytes) => bytes.equals(wanted);
}

// A bulk error is an error too.
function payload(type: string, test: PayloadTest, code: string): Element {
  return one((token) => {
    const isRightType = token.type === type || (type === '-' && token.type === '!');
    if (!isRightType) return false;
    const isBulk = '$=!'.includes(token.type);
    if (isBulk && token.body === undefined) return false;
    const bytes = token.body ?? Buffer.from(token.line, 'latin1');
    return test(bytes) && (code === '' || bytes.toString('latin1').split(' ')[0] === code);
  });
}

function wholeOf(type: string): Element {
  return (tokens, from) => {
    const token = tokens[from];
    if (token === undefined) return 'partial';
    return token.type === type && token.line !== '-1' ? skipValue(tokens, from) : 'no';
  };
}

/** A map that has these keys; `key=:3` wants this line as the value too. */
function mapWith(wanted: readonly string[]): Element {
  return (tokens, from) => {
    const end = wholeOf('%')(tokens, from);
    if (typeof end === 'string') return end;
    const found = new Set<string>();
    for (let at = from + 1; at < end; ) {
      const key = tokens[at]!.body?.toString() ?? tokens[at]!.line;
      const value = skipValue(tokens, at) as number;
      found.add(key).add(`${key}=${tokens[value]!.type}${tokens[value]!.line}`);
      at = skipValue(tokens, value) as number;
    }
    return wanted.every((name) => found.has(name)) ? end : 'no';
  };
}

/** How many values follow a header. */
export function valuesInside({ type, line }: Token): number {
  if (!AGGREGATES.includes(type)) return 0;
  const count = Math.max(0, Number(line));
  return type === '%' || type === '|' ? 2 * count : count;
}

function skipValue(tokens: readonly Token[], from: number): number | 'partial' {
  let open = 1;
  let index = from;
  for (; open > 0; index++) {
    const token = tokens[index];
    if (token === undefined) return 'partial';
    // An attribute belongs to the value behind it.
    open += valuesInside(token) - (token.type === '|' ? 0 : 1);
  }
  return index;
}

const UNESCAPED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' };

function readEscapes(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|.)/gs, (_, code: string) => {
    if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return UNESCAPED[code] ?? code;
  });
}
