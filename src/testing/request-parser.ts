/**
 * Cuts a client's bytes into commands: arrays of bulk strings, or inline commands.
 *
 * For servers that play: it takes what clients may send and is strict about nothing else. Commands are copies.
 */
export class RequestParser {
  #chunks: Buffer[] = [];
  #size = 0;
  /** No command can be complete before there are so many bytes. */
  #needed = 1;
  /** Bytes of the stream before those that are kept. */
  #consumed = 0;

  /**
   * Takes the next bytes of the stream and returns the commands they complete.
   *
   * @throws {SyntaxError} the bytes are no request; the stream position is lost.
   */
  feed(chunk: Buffer): Request[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#needed) return [];
    const bytes = Buffer.concat(this.#chunks);
    const cursor = new Cursor(bytes);
    const requests: Request[] = [];
    let end = 0;
    for (let args = cursor.readRequest(); args !== undefined; args = cursor.readRequest()) {
      if (args.length > 0) requests.push({ args, start: this.#consumed + end, end: this.#consumed + cursor.offset });
      end = cursor.offset;
    }
    this.#chunks = [Buffer.from(bytes.subarray(end))];
    this.#size = bytes.length - end;
    this.#needed = cursor.needed - end;
    this.#consumed += end;
    return requests;
  }
}

/** A command, and where in its connection's stream it lay: from byte `start` to before byte `end`. */
export interface Request {
  readonly args: Buffer[];
  readonly start: number;
  readonly end: number;
}

const CRLF = '\r\n';

class Cursor {
  readonly #bytes: Buffer;
  offset = 0;
  needed = 1;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next command, undefined when it is not complete, empty for what a server passes over without a reply. */
  readRequest(): Buffer[] | undefined {
    const start = this.offset;
    const line = this.#readLine();
    if (line === undefined) return this.#incomplete(start);
    if (!line.startsWith('*'))
      return line
        .split(/\s+/)
        .filter(Boolean)
        .map((word) => Buffer.from(word));
    const count = parseLength(line, '*');
    const args: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const arg = this.#readBulk();
      if (arg === undefined) return this.#incomplete(start);
      args.push(arg);
    }
    return args;
  }

  #readBulk(): Buffer | undefined {
    const line = this.#readLine();
    if (line === undefined) return undefined;
    const start = this.offset;
    const end = start + parseLength(line, '$');
    this.needed = end + CRLF.length;
    if (this.#bytes.length < this.needed) return undefined;
    this.offset = this.needed;
    return Buffer.from(this.#bytes.subarray(start, end));
  }

  #readLine(): string | undefined {
    const end = this.#bytes.indexOf(CRLF, this.offset);
    this.needed = this.#bytes.length + 1;
    if (end < 0) return undefined;
    const line = this.#bytes.toString('utf8', this.offset, end);
    this.offset = end + CRLF.length;
    return line;
  }

  #incomplete(start: number): undefined {
    this.offset = start;
    return undefined;
  }
}

function parseLength(line: string, type: '*' | '$'): number {
  const match = /^(.)(-?\d+)$/.exec(line);
  if (match === null || match[1] !== type)
    throw new SyntaxError(`no request: expected ${type}, got ${JSON.stringify(line)}`);
  return Number(match[2]);
}
