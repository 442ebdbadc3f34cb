import type { BulkReader } from './bulk-reader.ts';
import * as Bytes from './bytes.ts';
import { BytesWindow } from './bytes-window.ts';
import type { Cursor } from './cursor.ts';
import { POWERS_OF_TEN, readDecimal } from './digits.ts';
import * as Forms from './form.ts';
import type { Begun, Frame } from './frame.ts';
import type { DecoderLimits } from './limits.ts';
import { Push, type Reply } from './reply.ts';
import * as Stack from './reply-stack.ts';
import { TextWindow } from './text-window.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, DOT, LF, MINUS, Type } = Bytes;
const { Form } = Forms;
const MORE: typeof Stack.MORE = Stack.MORE;

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
  readonly #texts: TextWindow;
  readonly #copies: BytesWindow;
  /** Larger bulks are for somebody else. */
  readonly maxBulkBytes: number;
  readonly #maxElements: number;
  readonly #maxReplyBytes: number;
  readonly #maxDepth: number;
  /** The aggregates that have begun and not ended, innermost first. */
  readonly #begun: Begun[] = [];

  constructor(cursor: Cursor, stack: Stack.ReplyStack, options: { bulk: BulkReader; limits: DecoderLimits }) {
    this.#cursor = cursor;
    this.#stack = stack;
    this.#bulk = options.bulk;
    this.#texts = new TextWindow(cursor);
    this.#copies = new BytesWindow(cursor);
    const { limits } = options;
    this.maxBulkBytes = Math.min(SMALL_BULK_BYTES, limits.maxBulkBytes, limits.maxReplyBytes);
    this.#maxElements = limits.maxElements;
    this.#maxReplyBytes = limits.maxReplyBytes;
    this.#maxDepth = Math.min(limits.maxDepth, RECURSION_DEPTH);
  }

  /** The cursor has got another chunk, or has been set back in its own. */
  attach(): void {
    this.#texts.reset();
    this.#copies.reset();
  }

  /**
   * The value that begins at the cursor, an aggregate with all that is in it; `depth` aggregates are open around it.
   *
   * {@link MORE} leaves the cursor where it was; but of an aggregate that is not all here, short and plain, behind what was
   * read of it: that goes onto the stack by {@link leave}, and somebody else goes on from there.
   */
  read(depth: number): Reply | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes, position: start, end } = cursor;
    // Nearly every frame begins with its type, digits and a CRLF.
    const limit = Math.min(start + 1 + WORD_DIGITS, end - 1);
    let at = start + 1;
    let number = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit < 0 || digit > 9) break;
      number = (number * 10 + digit) | 0;
    }
    if (at === start + 1 || at + 1 >= end || bytes[at] !== CR || bytes[at + 1] !== LF) return this.#other(start);
    const type = bytes[start]!;
    const from = at + 2;
    if (type === Type.Integer) {
      cursor.position = from;
      return number;
    }
    if (type === Type.BulkString) {
      const to = from + number;
      if (to + 2 > end || number > this.maxBulkBytes || bytes[to] !== CR || bytes[to + 1] !== LF) return MORE;
      cursor.position = to + 2;
      return this.#stack.form === Form.String ? this.#texts.text(from, to) : this.#bytes(from, to);
    }
    cursor.position = from;
    return this.#aggregate(start, number, depth);
  }

  /** The bulk string whose payload is `[from, to)` in any other form. */
  #bytes(from: number, to: number): Reply {
    return this.#stack.form === Form.Bytes ? this.#copies.copy(from, to) : this.#bulk.value(from, to);
  }

  /** The aggregate whose header begins at `start`, and whose first element begins at the cursor. */
  #aggregate(start: number, count: number, depth: number): Reply | typeof MORE {
    const cursor = this.#cursor;
    const type = cursor.bytes[start]!;
    const elements = type === Type.Map ? count * 2 : count;
    if (elements > this.#maxElements || depth >= this.#maxDepth || !this.#isPlain(type, count, depth)) {
      cursor.position = start;
      return this.#other(start);
    }
    const offset = cursor.base + start;
    const items: Reply[] = [];
    for (let missing = elements; missing > 0; missing--) {
      const element = this.read(depth + 1);
      if (element === MORE) {
        this.#begun.push({ type, items, remaining: missing, offset });
        return MORE;
      }
      items.push(element);
    }
    return depth > 0 ? items : this.#whole(start, items);
  }

  /** Whether an aggregate of the type is its elements, in the form of all others. */
  #isPlain(type: number, count: number, depth: number): boolean {
    const { maps, form, pushForm } = this.#stack;
    if (form > Form.Bytes) return false;
    if (type === Type.Map) return maps === 'pairs';
    if (type === Type.Push) return count > 0 && depth === 0 && form === Form.String && pushForm === Form.String;
    return type === Type.Array || type === Type.Set;
  }

  #whole(start: number, items: Reply[]): Reply | typeof MORE {
    const cursor = this.#cursor;
    if (cursor.position - start <= this.#maxReplyBytes) {
      if (cursor.bytes[start] !== Type.Push) return items;
      if (typeof items[0] === 'string') return new Push(items[0], items);
    }
    // Too large, or not begun by a string: that is for somebody else to say. The windows only ever move on.
    cursor.position = start;
    this.attach();
    return MORE;
  }

  /** Puts what was read of an aggregate onto the stack; false when there is nothing. */
  leave(): boolean {
    if (this.#begun.length === 0) return false;
    this.#stack.adopt(this.#begun);
    return true;
  }

  /** Reads elements of an aggregate that is built, all but its last, which completes it. */
  fill(frame: Frame): void {
    const { items } = frame;
    const { depth } = this.#stack;
    let { remaining } = frame;
    for (; remaining > 1; remaining--) {
      const element = this.read(depth);
      if (element === MORE) break;
      items.push(element);
    }
    frame.remaining = remaining;
  }

  /** What begins with no type, digits and CRLF. */
  #other(start: number): Reply | typeof MORE {
    const { bytes, end } = this.#cursor;
    if (start + 2 >= end) return MORE;
    switch (bytes[start]) {
      case Type.Integer:
        return this.#longInteger(start);
      case Type.BulkString:
        return this.#nullBulk(start);
      case Type.SimpleString:
        return this.simple(start);
      case Type.Double:
        return this.#double(start);
      case Type.Null:
        return this.#null(start);
      case Type.Boolean:
        return this.#boolean(start);
      default:
        return MORE;
    }
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
    return this.#texts.text(start + 1, at);
  }

  /** `$-1`, which a server says for every key that is not there. */
  #nullBulk(start: number): null | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    if (bytes[start + 1] !== MINUS || bytes[start + 2] !== DIGIT_0 + 1 || !cursor.isCrlf(start + 3)) return MORE;
    cursor.position = start + 5;
    return null;
  }

  // , 1 2 . 7 5 CR LF
  //       ^ point   ^ at, until it is behind the digits
  #double(start: number): number | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const first = bytes[start + 1] === MINUS ? start + 2 : start + 1;
    const limit = Math.min(first + WORD_DIGITS + 1, cursor.end);
    let at = first;
    let digits = 0;
    let point = 0;
    for (; at < limit; at++) {
      const digit = bytes[at]! - DIGIT_0;
      if (digit >= 0 && digit <= 9) digits = (digits * 10 + digit) | 0;
      else if (bytes[at] === DOT && point === 0) point = at;
      else break;
    }
    const places = point === 0 ? 0 : at - point - 1;
    const isPlain = at > first && at - first <= WORD_DIGITS && (point === 0 || (point > first && places > 0));
    if (!isPlain || !cursor.isCrlf(at)) return this.#longDouble(start);
    cursor.position = at + 2;
    const magnitude = digits / POWERS_OF_TEN[places]!;
    return first === start + 1 ? magnitude : -magnitude;
  }

  #longDouble(start: number): number | typeof Stack.MORE {
    const cursor = this.#cursor;
    const { bytes } = cursor;
    const limit = Math.min(cursor.end, start + LINE_BYTES);
    let at = start + 1;
    while (at < limit && bytes[at] !== CR) at++;
    const value = cursor.isCrlf(at) ? readDecimal(bytes, start + 1, at) : undefined;
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
