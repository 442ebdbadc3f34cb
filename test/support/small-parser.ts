/**
 * A small parser that reads RESP right, and whose methods can be overridden to read it wrong: what the vectors are tested
 * with. It shares no code with the decoder; generators keep its place between chunks.
 */
import { Buffer } from 'node:buffer';
import type { Parser, ParserKind, Said, Say } from '../../src/conformance/index.ts';

/** Yields wherever more bytes are needed. */
export type Reads<T> = Generator<void, T, void>;

const MAX_DEPTH = 200;
const CR = 0x0d;
const LF = 0x0a;

/** One stream's parser. */
export class SmallParser implements Parser {
  protected readonly say: Say;
  protected bytes: Buffer = Buffer.alloc(0);
  protected at = 0;
  #reading: Reads<void>;
  #failure: Error | undefined;

  constructor(say: Say) {
    this.say = say;
    this.#reading = this.stream();
  }

  write(chunk: Buffer): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.bytes = Buffer.concat([this.bytes.subarray(this.at), chunk]);
    this.at = 0;
    try {
      this.#reading.next();
    } catch (error) {
      this.#failure = error as Error;
      throw error;
    }
  }

  /** Forgets its place, as if the stream began here. */
  protected forget(): void {
    this.#failure = undefined;
    this.#reading = this.stream();
  }

  protected *stream(): Reads<void> {
    for (;;) {
      const value = yield* this.value(0);
      if (value !== undefined) this.say(value);
    }
  }

  /** One value; undefined where it was a push, which has been said, without the attributes before it. */
  protected *value(depth: number): Reads<Said | undefined> {
    if (depth > MAX_DEPTH) throw new Error('too deep');
    const type = String.fromCharCode(yield* this.byte());
    if (type === '|') return yield* this.attributed(depth);
    if (type !== '>') return yield* this.plain(type, depth);
    const items = yield* this.items(this.count(yield* this.line()), depth);
    this.push(['>', items]);
    return undefined;
  }

  protected push(push: Said): void {
    this.say(push);
  }

  protected *attributed(depth: number): Reads<Said | undefined> {
    const pairs = yield* this.pairs(this.count(yield* this.line()), depth);
    const value = yield* this.value(depth + 1);
    return value === undefined ? undefined : ['|', pairs, value];
  }

  protected *plain(type: string, depth: number): Reads<Said> {
    switch (type) {
      case '+':
      case '-':
        return [type, hex(yield* this.line())];
      case ':':
        return [':', this.integer((yield* this.line()).toString('latin1'))];
      case '(':
        return ['(', this.bigNumber((yield* this.line()).toString('latin1'))];
      case ',':
        return [',', this.double((yield* this.line()).toString('latin1'))];
      case '#':
        return ['#', this.boolean((yield* this.line()).toString('latin1'))];
      case '_':
        return this.nothing((yield* this.line()).toString('latin1'));
      case '$':
      case '!':
      case '=':
        return yield* this.bulk(type);
      case '*':
      case '~':
      case '%':
        return yield* this.aggregate(type, depth);
      default:
        throw new Error(`a reply begins with ${JSON.stringify(type)}`);
    }
  }

  protected *bulk(type: string): Reads<Said> {
    const header = (yield* this.line()).toString('latin1');
    if (type === '$' && header === '-1') return ['_'];
    if (type === '$' && header === '?') return ['$', hex(yield* this.pieces())];
    const bytes = yield* this.payload(this.count(Buffer.from(header)));
    if (type !== '=') return [type, hex(bytes)];
    if (bytes[3] !== 0x3a) throw new Error('a verbatim string without a format');
    return ['=', bytes.toString('latin1', 0, 3), hex(bytes.subarray(4))];
  }

  protected *pieces(): Reads<Buffer> {
    const pieces: Buffer[] = [];
    for (;;) {
      if ((yield* this.byte()) !== 0x3b) throw new Error('a piece begins with ;');
      const length = this.count(yield* this.line());
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(yield* this.payload(length));
    }
  }

  protected *aggregate(type: string, depth: number): Reads<Said> {
    const header = yield* this.line();
    const text = header.toString('latin1');
    if (type === '*' && text === '-1') return ['_'];
    if (text === '?') return yield* this.streamed(type, depth);
    if (type === '%') return ['%', yield* this.pairs(this.count(header), depth)];
    return [type, yield* this.items(this.count(header), depth)];
  }

  protected *streamed(type: string, depth: number): Reads<Said> {
    const items: Said[] = [];
    for (;;) {
      if (this.at === this.bytes.length) yield;
      else if (this.bytes[this.at] === 0x2e) break;
      else {
        const item = yield* this.value(depth + 1);
        if (item !== undefined) items.push(item);
      }
    }
    this.at++;
    if ((yield* this.line()).length > 0) throw new Error('something behind the end');
    if (type !== '%') return [type, items];
    if (items.length % 2 === 1) throw new Error('a key without a value');
    return ['%', pairsOf(items)];
  }

  protected *items(count: number, depth: number): Reads<Said[]> {
    const items: Said[] = [];
    while (items.length < count) {
      const item = yield* this.value(depth + 1);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  protected *pairs(count: number, depth: number): Reads<unknown[]> {
    return pairsOf(yield* this.items(2 * count, depth));
  }

  protected integer(text: string): string {
    if (!/^[+-]?\d+$/.test(text)) throw new Error('no integer');
    const value = BigInt(text.replace('+', ''));
    if (BigInt.asIntN(64, value) !== value) throw new Error('out of range');
    return `${value}`;
  }

  protected bigNumber(text: string): string {
    if (!/^[+-]?\d+$/.test(text)) throw new Error('no number');
    return `${BigInt(text.replace('+', ''))}`;
  }

  protected double(text: string): string {
    const lower = text.toLowerCase();
    if (/^[+-]?(inf|nan|nan\([0-9a-z_]*\))$/.test(lower)) return lower.replace('+', '').replace(/^-?nan.*/, 'nan');
    if (!/^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new Error('no double');
    return text;
  }

  protected boolean(text: string): boolean {
    if (text !== 't' && text !== 'f') throw new Error('no boolean');
    return text === 't';
  }

  protected nothing(text: string): Said {
    if (text !== '') throw new Error('something behind null');
    return ['_'];
  }

  protected count(line: Buffer): number {
    const text = line.toString('latin1');
    if (!/^\d+$/.test(text) || BigInt(text) > 2n ** 52n) throw new Error('no length');
    return Number(text);
  }

  protected *payload(length: number): Reads<Buffer> {
    while (this.bytes.length - this.at < length + 2) {
      // A byte that cannot be right is refused before the last one is there.
      if (this.bytes.length - this.at === length + 1 && this.bytes[this.at + length] !== CR) break;
      yield;
    }
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    yield* this.payloadEnd();
    return bytes;
  }

  protected *payloadEnd(): Reads<void> {
    if ((yield* this.byte()) !== CR || (yield* this.byte()) !== LF) throw new Error('a payload without its end');
  }

  /** The rest of the line, without its CRLF. */
  protected *line(): Reads<Buffer> {
    for (let from = this.at; ; ) {
      const end = this.bytes.indexOf(LF, from);
      const stop = end < 0 ? this.bytes.length : end;
      const strayAt = this.bytes.subarray(this.at, Math.max(this.at, stop - 1)).indexOf(CR);
      if (strayAt >= 0) throw new Error('a CR inside a line');
      if (end >= 0) {
        const line = this.bytes.subarray(this.at, end - 1);
        if (end === this.at || this.bytes[end - 1] !== CR) throw new Error('a line without CR');
        this.at = end + 1;
        return line;
      }
      from = this.bytes.length - this.at;
      yield;
    }
  }

  protected *byte(): Reads<number> {
    while (this.at === this.bytes.length) yield;
    return this.bytes[this.at++]!;
  }
}

/** Makes parsers of a class. */
export function kindOf(name: string, ParserClass: new (say: Say) => SmallParser): ParserKind {
  return { name, version: '1.0', protocols: [2, 3], make: (say) => new ParserClass(say) };
}

export function hex(bytes: Uint8Array): { hex: string } {
  return { hex: Buffer.from(bytes).toString('hex') };
}

function pairsOf(items: readonly Said[]): unknown[] {
  return items.flatMap((key, at) => (at % 2 === 0 ? [[key, items[at + 1]]] : []));
}
