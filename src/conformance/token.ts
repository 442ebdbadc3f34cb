/** What a server sends, as a flat sequence: a header, a line or a payload each. */
import { Buffer } from 'node:buffer';

/**
 * One token. Nesting is not resolved: the suite has to see what a decoder would hide, such as a push inside an array.
 */
export interface Token {
  /** The first byte. */
  readonly type: string;
  /** The rest of the line, byte by byte (Latin-1). */
  readonly line: string;
  /** The payload of a bulk string, bulk error or verbatim string that is not null. */
  readonly body?: Buffer;
}

const BULK = '$!=';
const KNOWN = '+-:_#,($!=*%~>|';

/** Cuts bytes into tokens as they arrive; copies what it keeps. */
export class TokenReader {
  /** Everything that is complete. */
  readonly tokens: Token[] = [];
  /** What cannot be RESP; nothing is read behind it. */
  fault: string | undefined;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Less than this and there is nothing to do. */
  #wanted = 1;

  /** True when the bytes end inside a token. */
  get isInside(): boolean {
    return this.#length > 0;
  }

  feed(chunk: Buffer): void {
    if (this.fault !== undefined) return;
    this.#chunks.push(Buffer.from(chunk));
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    let rest = Buffer.concat(this.#chunks);
    for (let used = this.#read(rest); used > 0; used = this.#read(rest)) rest = rest.subarray(used);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }

  /** Reads one token, and returns how many bytes it had; 0 when it is not whole. */
  #read(bytes: Buffer): number {
    this.#wanted = 1;
    if (bytes.length === 0) return 0;
    const type = String.fromCharCode(bytes[0]!);
    if (!KNOWN.includes(type)) return this.#refuse(`a reply begins with ${JSON.stringify(type)}`);
    const lineEnd = bytes.indexOf('\r\n');
    if (lineEnd < 0) return 0;
    const line = bytes.toString('latin1', 1, lineEnd);
    const start = lineEnd + 2;
    if (!BULK.includes(type) || line === '-1') return this.#add({ type, line }, start);
    if (!/^\d+$/.test(line)) return this.#refuse(`a length is ${JSON.stringify(line)}`);
    const end = start + Number(line);
    if (bytes.length < end + 2) {
      this.#wanted = end + 2;
      return 0;
    }
    if (bytes[end] !== 0x0d || bytes[end + 1] !== 0x0a) return this.#refuse('a payload is not followed by CRLF');
    return this.#add({ type, line, body: bytes.subarray(start, end) }, end + 2);
  }

  #add(token: Token, length: number): number {
    this.tokens.push(token);
    return length;
  }

  #refuse(why: string): 0 {
    this.fault = why;
    return 0;
  }
}

/** A token as a person reads it, in the notation of the patterns; long ones are cut. */
export function formatToken({ type, line, body }: Token): string {
  if (body !== undefined) return `${type}${quote(body)}`;
  return /^[ -~]*$/.test(line) && !/^[+].* /.test(type + line)
    ? type + line
    : type + quote(Buffer.from(line, 'latin1'));
}

/** Tokens as a person reads them. */
export function formatTokens(tokens: readonly Token[]): string {
  const shown = tokens.slice(0, 40).map(formatToken);
  return tokens.length > shown.length ? `${shown.join(' ')} ... (${tokens.length} tokens)` : shown.join(' ');
}

const MAX_SHOWN_BYTES = 160;

/** Bytes between quotes, those that cannot be printed as escapes. */
export function quote(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes.subarray(0, MAX_SHOWN_BYTES)) text += escapeByte(byte);
  return bytes.length > MAX_SHOWN_BYTES ? `"${text}..." (${bytes.length} bytes)` : `"${text}"`;
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0x0d, '\\r'],
  [0x0a, '\\n'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

function escapeByte(byte: number): string {
  const named = ESCAPES.get(byte);
  if (named !== undefined) return named;
  return byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
