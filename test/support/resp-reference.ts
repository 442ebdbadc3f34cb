import { Buffer } from 'node:buffer';
import { DEFAULT_LIMITS, type DecoderLimits } from '../../src/resp/index.ts';
import type { Value } from './resp-value.ts';

/** What a stream of bytes says, and how it ends. */
export interface Reading {
  /** Replies and pushes, in the order in which they are delivered. */
  values: Value[];
  /** `whole`: nothing is left over; `pending`: a frame has begun; else the error. */
  end: 'whole' | 'pending' | { code: string; offset: number };
}

/**
 * The reference: RESP as the specification tells it, over a whole input, as slow and as plain as can be.
 *
 * It shares no code with the decoder, knows no chunks and no forms, and recurses.
 */
export function readAll(bytes: Buffer, limits: Partial<DecoderLimits> = {}): Reading {
  const reference = new Reference(bytes, { ...DEFAULT_LIMITS, ...limits });
  try {
    while (reference.at < bytes.length) reference.readTop();
    return { values: reference.delivered, end: 'whole' };
  } catch (error) {
    if (error instanceof Pending) return { values: reference.delivered, end: 'pending' };
    if (error instanceof Fault) return { values: reference.delivered, end: { code: error.code, offset: error.offset } };
    throw error;
  }
}

class Pending extends Error {}

class Fault extends Error {
  readonly code: string;
  readonly offset: number;

  constructor(code: string, offset: number) {
    super(code);
    this.code = code;
    this.offset = offset;
  }
}

/** A reply or a push while it is read: whether it is over a size limit. */
interface Unit {
  start: number;
  isTooLarge: boolean;
  isPush?: true;
}

class Reference {
  at = 0;
  delivered: Value[] = [];
  readonly #bytes: Buffer;
  readonly #limits: DecoderLimits;

  constructor(bytes: Buffer, limits: DecoderLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
  }

  readTop(): void {
    const start = this.at;
    const unit = { start, isTooLarge: false };
    const value = this.#value(unit, 0);
    if (value === undefined) return;
    if ('*~%|'.includes(value.type)) this.#limitUnit(unit);
    this.delivered.push(unit.isTooLarge ? { type: 'overload' } : value);
  }

  /** One value; undefined where it was a push, which has been delivered, after attributes that are the push's. */
  #value(unit: Unit, depth: number): Value | undefined {
    const attributes: Value[][] = [];
    for (let level = depth; ; level++) {
      const start = this.at;
      const type = this.#typeByte();
      if (type === '>') {
        const push = this.#push(start, level);
        if (attributes.length > 0) this.#limitUnit(unit);
        if (unit.isTooLarge) attributes.length = 0;
        this.delivered.push(attributes.reduceRight<Value>(unit.isPush ? attributeInPush : attribute, push));
        return undefined;
      }
      if (type !== '|') {
        const value = this.#plain(type, unit, level);
        return attributes.reduceRight(attribute, value);
      }
      const count = this.#count(this.#line());
      this.#open(start, level);
      attributes.push(this.#elements(count * 2, unit, level + 1));
    }
  }

  #push(start: number, depth: number): Value {
    const count = this.#count(this.#line());
    this.#open(start, depth);
    if (count === 0) throw new Fault('ERR_RESP_SYNTAX', start);
    const unit: Unit = { start, isTooLarge: false, isPush: true };
    const items = this.#elements(count, unit, depth + 1);
    this.#limitUnit(unit);
    if (unit.isTooLarge) return { type: '>', items: [{ type: 'overload' }] };
    const kind = items[0]!;
    const isString = kind.type === '+' || kind.type === '$' || kind.type === '=';
    if (!isString) throw new Fault('ERR_RESP_SYNTAX', start);
    return { type: '>', items };
  }

  #plain(type: string, unit: Unit, depth: number): Value {
    const start = this.at - 1;
    switch (type) {
      case '+':
      case '-':
        return { type, bytes: this.#line() };
      case ':':
        return { type, value: this.#integer(this.#line(), true) };
      case '(':
        return { type, value: this.#integer(this.#line(), false) };
      case ',':
        return { type, value: this.#double(this.#line()) };
      case '#':
        return { type, value: this.#oneOf(this.#line(), ['t', 'f']) === 't' };
      case '_':
        this.#oneOf(this.#line(), ['']);
        return { type };
      case '$':
      case '!':
      case '=':
        return this.#bulk(type, unit);
      case '*':
      case '~':
      case '%':
        return this.#aggregate(type, unit, { start, depth });
      default:
        throw new Fault('ERR_RESP_SYNTAX', start);
    }
  }

  #bulk(type: '$' | '!' | '=', unit: Unit): Value {
    const header = this.#line();
    if (type === '$' && header.equals(Buffer.from('?'))) return { type, bytes: this.#pieces(unit) };
    if (type === '$' && header.equals(Buffer.from('-1'))) return { type: '_' };
    const length = this.#count(header);
    if (type === '=' && length < 4) throw new Fault('ERR_RESP_SYNTAX', this.at);
    const start = this.at;
    this.#limitBulk(length, unit);
    const bytes = this.#payload(length);
    if (type !== '=') return { type, bytes };
    if (bytes[3] !== 0x3a) throw new Fault('ERR_RESP_SYNTAX', start + 3);
    return { type, format: bytes.toString('latin1', 0, 3), bytes: bytes.subarray(4) };
  }

  #pieces(unit: Unit): Buffer {
    const pieces: Buffer[] = [];
    let announced = 0;
    for (;;) {
      const start = this.at;
      if (this.#typeByte() !== ';') throw new Fault('ERR_RESP_SYNTAX', start);
      const length = this.#count(this.#line());
      if (length === 0) return Buffer.concat(pieces);
      announced += length;
      this.#limitBulk(announced, unit);
      pieces.push(this.#payload(length));
    }
  }

  #limitUnit(unit: Unit): void {
    if (this.at - unit.start > this.#limits.maxReplyBytes) unit.isTooLarge = true;
  }

  #limitBulk(length: number, unit: Unit): void {
    if (length > this.#limits.maxBulkBytes || length > this.#limits.maxReplyBytes) unit.isTooLarge = true;
  }

  #aggregate(type: '*' | '~' | '%', unit: Unit, place: { start: number; depth: number }): Value {
    const header = this.#line();
    if (type === '*' && header.equals(Buffer.from('-1'))) return { type: '_' };
    if (header.equals(Buffer.from('?'))) {
      this.#open(place.start, place.depth);
      return { type, items: this.#streamed(type, unit, place.depth + 1) };
    }
    const count = this.#count(header) * (type === '%' ? 2 : 1);
    this.#open(place.start, place.depth);
    return { type, items: this.#elements(count, unit, place.depth + 1) };
  }

  #elements(count: number, unit: Unit, depth: number): Value[] {
    const items: Value[] = [];
    if (count > this.#limits.maxElements) unit.isTooLarge = true;
    while (items.length < count) {
      const item = this.#value(unit, depth);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  #streamed(type: string, unit: Unit, depth: number): Value[] {
    const items: Value[] = [];
    while (this.#bytes[this.at] !== 0x2e) {
      const item = this.#value(unit, depth);
      if (item !== undefined) items.push(item);
      if (items.length > this.#limits.maxElements) unit.isTooLarge = true;
    }
    if (type === '%' && items.length % 2 === 1) throw new Fault('ERR_RESP_SYNTAX', this.at);
    this.at++;
    this.#oneOf(this.#line(), ['']);
    return items;
  }

  /** An aggregate opens inside `depth` others. */
  #open(start: number, depth: number): void {
    if (depth >= this.#limits.maxDepth) throw new Fault('ERR_RESP_LIMIT', start);
  }

  #typeByte(): string {
    if (this.at === this.#bytes.length) throw new Pending();
    return String.fromCharCode(this.#bytes[this.at++]!);
  }

  /** The rest of the line, whose type byte has been read; it must end with the first CR or LF, and that must be CRLF. */
  #line(): Buffer {
    const { maxLineBytes } = this.#limits;
    const start = this.at - 1;
    let end = start;
    while (end < this.#bytes.length && this.#bytes[end] !== 0x0a && end - start < maxLineBytes) end++;
    if (end - start === maxLineBytes) throw new Fault('ERR_RESP_LIMIT', end);
    if (end === this.#bytes.length) throw new Pending();
    for (let at = start + 1; at < end; at++) {
      if (this.#bytes[at] === 0x0d && at + 1 < end) throw new Fault('ERR_RESP_SYNTAX', at + 1);
    }
    if (end === start + 1 || this.#bytes[end - 1] !== 0x0d) throw new Fault('ERR_RESP_SYNTAX', end);
    this.at = end + 1;
    return this.#bytes.subarray(start + 1, end - 1);
  }

  #payload(length: number): Buffer {
    const start = this.at;
    const end = start + length;
    for (const [at, byte] of [
      [end, 0x0d],
      [end + 1, 0x0a],
    ] as const) {
      if (at >= this.#bytes.length) throw new Pending();
      if (this.#bytes[at] !== byte) throw new Fault('ERR_RESP_SYNTAX', at);
    }
    this.at = end + 2;
    return this.#bytes.subarray(start, end);
  }

  /** Offset of the first byte of the line that was just read. */
  #lineStart(line: Buffer): number {
    return this.at - 2 - line.length;
  }

  #count(line: Buffer): number {
    const start = this.#lineStart(line);
    if (line[0] === 0x2d || line[0] === 0x2b) throw new Fault('ERR_RESP_SYNTAX', start);
    const count = this.#integer(line, false);
    if (count > 2n ** 52n) throw new Fault('ERR_RESP_SYNTAX', start);
    return Number(count);
  }

  #integer(line: Buffer, isBounded: boolean): bigint {
    const start = this.#lineStart(line);
    const signBytes = line[0] === 0x2d || line[0] === 0x2b ? 1 : 0;
    if (line.length === signBytes) throw new Fault('ERR_RESP_SYNTAX', start + signBytes);
    let value = 0n;
    for (let at = signBytes; at < line.length; at++) {
      const digit = line[at]! - 0x30;
      if (digit < 0 || digit > 9) throw new Fault('ERR_RESP_SYNTAX', start + at);
      value = value * 10n + BigInt(digit);
    }
    if (line[0] === 0x2d) value = -value;
    if (isBounded && BigInt.asIntN(64, value) !== value) throw new Fault('ERR_RESP_SYNTAX', start + signBytes);
    return value;
  }

  #double(line: Buffer): number {
    const text = line.toString('latin1');
    const word = text.toLowerCase().replace(/^[+-]/, '');
    if (word === 'inf') return text.startsWith('-') ? -Infinity : Infinity;
    if (word === 'nan' || /^nan\([0-9a-z_]*\)$/.test(word)) return NaN;
    const [mantissa, exponent, ...more] = word.split('e');
    const [whole, fraction, ...rest] = mantissa!.split('.');
    const digits = [whole!, fraction ?? '0', (exponent ?? '0').replace(/^[+-]/, '')];
    const isNumber = more.length === 0 && rest.length === 0 && digits.every((part) => /^[0-9]+$/.test(part));
    if (!isNumber) throw new Fault('ERR_RESP_SYNTAX', this.#lineStart(line));
    return Number(text);
  }

  #oneOf(line: Buffer, words: readonly string[]): string {
    const word = line.toString('latin1');
    if (!words.includes(word)) throw new Fault('ERR_RESP_SYNTAX', this.#lineStart(line));
    return word;
  }
}

function attribute(value: Value, attributes: Value[]): Value {
  return { type: '|', attributes, value };
}

function attributeInPush(value: Value, attributes: Value[]): Value {
  return { type: '|', attributes, value, isInPush: true };
}
