import { Buffer } from 'node:buffer';

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const LETTER_X = 0x78;

/** What a letter after a backslash stands for, inside double quotes; any other stands for itself. */
const ESCAPES: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a], // n
  [0x72, 0x0d], // r
  [0x74, 0x09], // t
  [0x62, 0x08], // b
  [0x61, 0x07], // a
]);

/**
 * Splits an inline request into arguments as servers do: at blanks, with double quotes, in which `\n \r \t \b \a \xHH`
 * mean bytes, and single quotes, in which only `\'` means anything. A quote may begin inside a word, and ends it.
 *
 * @returns copies; undefined when a quote is not closed, or something other than a blank follows it.
 * @see `sdssplitargs` of the servers, and https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands
 */
export function splitArguments(line: Buffer): Buffer[] | undefined {
  const splitter = new Splitter(line);
  const args: Buffer[] = [];
  while (splitter.skipBlanks()) {
    const argument = splitter.take();
    if (argument === undefined) return undefined;
    args.push(argument);
  }
  return args;
}

class Splitter {
  readonly #line: Buffer;
  /** The bytes of the argument that is being read; no argument is longer than its spelling. */
  readonly #bytes: Buffer;
  #length = 0;
  #at = 0;

  constructor(line: Buffer) {
    this.#line = line;
    this.#bytes = Buffer.allocUnsafe(line.length);
  }

  /** False at the end of the line. */
  skipBlanks(): boolean {
    while (isBlank(this.#line[this.#at])) this.#at++;
    return this.#at < this.#line.length;
  }

  /** The argument that begins here. */
  take(): Buffer | undefined {
    this.#length = 0;
    for (; this.#at < this.#line.length; this.#at++) {
      const byte = this.#line[this.#at]!;
      if (byte === QUOTE || byte === APOSTROPHE) return this.#quoted(byte) ? this.#taken() : undefined;
      if (endsWord(byte)) break;
      this.#put(byte);
    }
    return this.#taken();
  }

  /** Reads from an opening quote to behind its closing one; false when there is none, or no blank after it. */
  #quoted(quote: number): boolean {
    for (this.#at++; this.#at < this.#line.length; this.#at++) {
      const byte = this.#line[this.#at]!;
      if (byte === quote) {
        this.#at++;
        return this.#at === this.#line.length || isBlank(this.#line[this.#at]);
      }
      if (byte === BACKSLASH) this.#escape(quote);
      else this.#put(byte);
    }
    return false;
  }

  #escape(quote: number): void {
    const next = this.#line[this.#at + 1];
    const isEscape = next !== undefined && (quote === QUOTE || next === APOSTROPHE);
    if (!isEscape) {
      this.#put(BACKSLASH);
      return;
    }
    const digits = this.#line.toString('latin1', this.#at + 2, this.#at + 4);
    const isHex = next === LETTER_X && /^[0-9a-f]{2}$/i.test(digits);
    this.#at += isHex ? 3 : 1;
    this.#put(isHex ? Number.parseInt(digits, 16) : quote === QUOTE ? (ESCAPES.get(next) ?? next) : next);
  }

  #put(byte: number): void {
    this.#bytes[this.#length++] = byte;
  }

  #taken(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }
}

/** C's `isspace`. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** Vertical tab and form feed are blanks between words, and yet do not end one. */
function endsWord(byte: number): boolean {
  return isBlank(byte) && byte !== 0x0b && byte !== 0x0c;
}
