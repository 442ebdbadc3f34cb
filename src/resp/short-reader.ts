import { Buffer } from 'node:buffer';
import type { BulkReader } from './bulk-reader.ts';
import * as Bytes from './bytes.ts';
import { BytesWindow } from './bytes-window.ts';
import type { Cursor } from './cursor.ts';
import { readDecimal } from './digits.ts';
import * as Forms from './form.ts';
import type { Begun, Frame } from './frame.ts';
import type { DecoderLimits } from './limits.ts';
import { Push, type Reply } from './reply.ts';
import * as Stack from './reply-stack.ts';
import { TextWindow } from './text-window.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, LF, MINUS, Type } = Bytes;
const { Form } = Forms;
const MORE: typeof Stack.MORE = Stack.MORE;

const NO_CHUNK = Buffer.alloc(0);

const LETTER_O = 0x4f;
const LETTER_K = 0x4b;
const LETTER_T = 0x74;
const LETTER_F = 0x66;

/** Any number of so few digits fits into 32 bits. */
const WORD_DIGITS = 9;
/** What has more digits, or is longer, is read by the strict path. */
const INTEGER_DIGITS = 15;
const LENGTH_DIGITS = 9;
const LINE_BYTES = 64;
/** Larger bulks are read by the path that looks at limits. */
const SMALL_BULK_BYTES = 64 * 1024;
/** Aggregates nested deeper are read by the path that does not recurse. */
const RECURSION_DEPTH = 16;

/**
 * Reads values that lie whole in the chunk, short and plain: nearly all there are.
 *
 * It only ever accepts. {@link MORE} says that somebody else has to look: then the cursor is where it was. So it never
 * throws, and what is wrong is said in one place, by {@link Line} and {@link BulkReader}.
 */
export class ShortReader {
  readonly #cursor: Cursor;
  readonly #stack: Stack.ReplyStack;
  readonly #bulk: BulkReader;
  readonly #texts: TextWindow = new TextWindow();
  readonly #copies: BytesWindow = new BytesWindow();
  /** Whether the windows look into the chunk. */
  #hasWindows = false;
  readonly #maxBulkBytes: number;
  readonly #maxElements: number;
  readonly #maxReplyBytes: number;
  readonly #maxDepth: number;
  /** The aggregates that have begun and not ended, innermost first. */
  readonly #begun: Begun[] = [];

  constructor(cursor: Cursor, stack: Stack.ReplyStack, options: { bulk: BulkReader; limits: DecoderLimits }) {
    this.#cursor = cursor;
    this.#stack = stack;
    this.#bulk = options.bulk;
    const { limits } = options;
    this.#maxBulkBytes = Math.min(SMALL_BULK_BYTES, limits.maxBulkBytes, limits.maxReplyBytes);
    this.#maxElements = limits.maxElements;
    this.#maxReplyBytes = limits.maxReplyBytes;
    this.#maxDepth = Math.min(limits.maxDepth, RECURSION_DEPTH);
  }

  /** The cursor has got another chunk, or has been set back in its own. */
  attach(): void {
    if (!this.#hasWindows) return;
    this.#hasWindows = false;
    this.#texts.attach(NO_CHUNK);
    this.#copies.attach(NO_CHUNK);
  }

  /** The value that begins at the cursor. */
  read(): Reply | typeof Stack.MORE {
    const { bytes, position, end } = this.#cursor;
    if (position + 2 >= end) return MORE;
    switch (bytes[position]) {
      case Type.Integer:
        return this.integer(position);
      case Type.BulkString:
        return this.bulkString(position);
      case Type.SimpleString:
        return this.simple(position);
      case Type.Double:
        return this.#double(position);
      case Type.Null:
        return this.#null(position);
      case Type.Boolean:
        return this.#boolean(position);
      default:
        return MORE;
    }
  }

  /** Reads elements of an aggregate that is built, all but its last, which completes it. */
  fill(frame: Frame): void {
    const { items } = frame;
    let { remaining } = frame;
    for (; remaining > 1; remaining--) {
      const element = this.read();
      if (element === MORE) break;
      items.push(element);
    }
    frame.remaining = remaining;
  }

  /**
   * The aggregate that begins at the cursor, with all that is in it. Where not all of it is here, short and plain, what
   * has been read of it goes onto the stack, and somebody else goes on from there.
   */
  aggregate(): Reply | typeof Stack.MORE {
    const stack = this.#stack;
    if (stack.form > Form.Bytes) return MORE;
    const cursor = this.#cursor;
    const { bytes, position } = cursor;
    const items = this.#items(stack.depth);
    if (items === MORE) {
      stack.adopt(this.#begun);
      return MORE;
    }
    if (cursor.position - position <= this.#maxReplyBytes) {
      if (bytes[position] !== Type.Push) return items;
      if (typeof items[0] === 'string') return new Push(items[0], items);
    }
    // Too large, or not begun by a string: that is for somebody else to say. The windows only ever move on.
    cursor.position = position;
    this.attach();
    return MORE;
  }

  #items(depth: number): Reply[] | typeof MORE {
    const { position: start, base } = this.#cursor;
    const type = this.#cursor.bytes[start]!;
    const count = depth < this.#maxDepth ? this.#count(type, depth) : -1;
    if (count < 0) return MORE;
    const items: Reply[] = [];
    for (let missing = count; missing > 0; missing--) {
      let element = this.read();
      if (element === MORE) element = this.#items(depth + 1);
      if (element === MORE) {
        this.#begun.push({ type, items, remaining: missing, offset: base + start });
        return MORE;
      }
      items.push(element);
    }
    return items;
  }

  /** How many elements the plain aggregate at the cursor has; else -1. */
  #count(type: number, depth: number): number {
    if (type !== Type.Array && !this.#isPlain(type, depth)) return -1;
    const { position } = this.#cursor;
    const length = this.length(position);
    const elements = type === Type.Map ? length * 2 : length;
    if (elements <= this.#maxElements && (elements > 0 || type !== Type.Push)) return elements;
    this.#cursor.position = position;
    return -1;
  }

  /** Whether an aggregate of the type is its elements, in the form of all others. */
  #isPlain(type: number, depth: number): boolean {
    const { maps, form, pushForm } = this.#stack;
    if (type === Type.Map) return maps === 'pairs';
    if (type === Type.Push) return depth === 0 && form === Form.String && pushForm === Form.String;
    return type === Type.Set;
  }

  /** Mostly in a register of 32 bits: the integer is the hard shape, of which peers need 25 ns. */
  integer(start: number): number | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    const first = start + 1;
    const limit = Math.min(first + WORD_DIGITS, end - 1);
    let at = first;
    let integer = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      integer = (integer * 10 + digit) | 0;
    }
    if (at + 1 >= end) return MORE;
    if (at === first || bytes[at] !== CR || bytes[at + 1] !== LF) return this.#longInteger(start);
    cursor.position = at + 2;
    return integer;
  }

  #longInteger(start: number): number | typeof Stack.MORE {
    const { bytes, end } = this.#cursor;
    const isNegative = bytes[start + 1] === MINUS;
    const first = isNegative ? start + 2 : start + 1;
    const limit = Math.min(first + INTEGER_DIGITS, end - 1);
    let at = first;
    let value = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === first || !this.#cursor.isCrlf(at)) return MORE;
    this.#cursor.position = at + 2;
    return isNegative ? 0 - value : value;
  }

  /** A simple string, or a simple error's text, of ASCII alone. */
  simple(start: number): string | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[start + 1] === LETTER_O && bytes[start + 2] === LETTER_K && cursor.isCrlf(start + 3)) {
      cursor.position = start + 5;
      return 'OK';
    }
    const limit = Math.min(cursor.end, start + LINE_BYTES);
    let at = start + 1;
    while (at < limit && bytes[at]! >= 0x20 && bytes[at]! < 0x80) at++;
    if (!cursor.isCrlf(at)) return MORE;
    cursor.position = at + 2;
    if (!this.#hasWindows) this.#openWindows();
    return this.#texts.text(start + 1, at);
  }

  // $ 1 6 CR LF payload CR LF
  //   ^ at, until it is behind the digits
  bulkString(start: number): Reply | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    let at = start + 1;
    let length = 0;
    for (const limit = Math.min(at + LENGTH_DIGITS, end); at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      length = (length * 10 + digit) | 0;
    }
    const from = at + 2;
    const to = from + length;
    if (at === start + 1) return this.#nullBulk(start);
    if (to + 2 > end || length > this.#maxBulkBytes) return MORE;
    if (bytes[at] !== CR || bytes[at + 1] !== LF || bytes[to] !== CR || bytes[to + 1] !== LF) return MORE;
    cursor.position = to + 2;
    if (!this.#hasWindows) this.#openWindows();
    const { form } = this.#stack;
    if (form === Form.String) return this.#texts.text(from, to);
    return form === Form.Bytes ? this.#copies.copy(from, to) : this.#bulk.value(from, to);
  }

  /** In the smallest chunks there is often nothing to be had from one. */
  #openWindows(): void {
    this.#hasWindows = true;
    this.#texts.attach(this.#cursor.bytes);
    this.#copies.attach(this.#cursor.bytes);
  }

  /** `$-1`, which a server says for every key that is not there. */
  #nullBulk(start: number): null | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[start + 1] !== MINUS || bytes[start + 2] !== DIGIT_0 + 1 || !cursor.isCrlf(start + 3)) return MORE;
    cursor.position = start + 5;
    return null;
  }

  #double(start: number): number | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const limit = Math.min(cursor.end, start + LINE_BYTES);
    let at = start + 1;
    while (at < limit && bytes[at] !== CR) at++;
    if (!cursor.isCrlf(at)) return MORE;
    const value = readDecimal(bytes, start + 1, at);
    if (value === undefined) return MORE;
    cursor.position = at + 2;
    return value;
  }

  #null(start: number): null | typeof Stack.MORE {
    if (!this.#cursor.isCrlf(start + 1)) return MORE;
    this.#cursor.position = start + 3;
    return null;
  }

  #boolean(start: number): boolean | typeof Stack.MORE {
    const letter = this.#cursor.bytes[start + 1];
    if ((letter !== LETTER_T && letter !== LETTER_F) || !this.#cursor.isCrlf(start + 2)) return MORE;
    this.#cursor.position = start + 4;
    return letter === LETTER_T;
  }

  /** The length in a header; else -1. */
  length(start: number): number {
    const cursor = this.#cursor;
    const { bytes, end } = cursor;
    const limit = Math.min(start + 1 + LENGTH_DIGITS, end);
    let at = start + 1;
    let length = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      length = (length * 10 + digit) | 0;
    }
    if (at === start + 1 || !cursor.isCrlf(at)) return -1;
    cursor.position = at + 2;
    return length;
  }
}
