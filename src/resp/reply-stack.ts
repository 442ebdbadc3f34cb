import { OverloadError, ProtocolError } from '../errors.ts';
import { Borrowed } from './borrowed.ts';
import * as Bytes from './bytes.ts';
import type { Cursor } from './cursor.ts';
import * as Forms from './form.ts';
import { type Begun, Frame, NO_ITEMS, type Unit } from './frame.ts';
import type { DecoderLimits } from './limits.ts';
import { STREAMED_LENGTH } from './line.ts';
import { buildMap } from './map.ts';
import { Attributed, type MapForm, NO_ATTRIBUTES, Push, type Reply } from './reply.ts';
import { lineType, partedType, type Visitor } from './visitor.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { Type } = Bytes;
const { Form } = Forms;

/** What stands for "no whole reply yet". */
export const MORE: unique symbol = Symbol('MORE');

/**
 * The aggregates that are open, and the reply or push they belong to.
 *
 *     | reply's frames, outermost first | push's frames |        a push inside a reply is a unit of its own:
 *                                       ^ #floor        ^ depth  it is delivered by itself and is no element
 *
 * An attribute of n pairs is a frame of 2n + 1 elements: what it annotates is its last one.
 */
export class ReplyStack {
  /** Open frames. */
  depth = 0;
  /** The form of the unit that is being read; `Skip` once it is over a limit. */
  form: Forms.Form = Form.String;
  maps: MapForm = 'pairs';
  pushForm: Forms.Form = Form.String;
  /** Why the unit that is being read will not be delivered. */
  overload: OverloadError | undefined = undefined;
  readonly borrowed: Borrowed = new Borrowed();
  /** Whether the bytes of the reply that is being read are wanted, whatever push came inside it. */
  isRaw = false;
  /** Whether a visitor is told of the reply that is being read; {@link form} says whether it still is. */
  isVisited = false;
  visitor: Visitor = {};
  /** Where pushes lie in a raw reply: the offset where each begins, and where it ends. */
  cuts: number[] = [];
  readonly #cursor: Cursor;
  readonly #limits: DecoderLimits;
  readonly #frames: Frame[] = [];
  /** The depth at which the current unit began, and its offset in the stream. */
  #floor = 0;
  #unitOffset = 0;

  constructor(cursor: Cursor, limits: DecoderLimits) {
    this.#cursor = cursor;
    this.#limits = limits;
  }

  /** Whether values that are elements need no more than to be added to {@link innermost}. */
  get isFillable(): boolean {
    return this.depth > 0 && this.form <= Form.Bytes;
  }

  /** The innermost open aggregate. */
  get innermost(): Frame {
    return this.#frames[this.depth - 1]!;
  }

  /** Makes everything ready for a reply. */
  begin(form: Forms.Form): void {
    this.form = form;
    this.isRaw = form === Form.Raw;
    this.isVisited = form === Form.Visit;
    this.overload = undefined;
    if (this.cuts.length > 0) this.cuts = [];
  }

  /** Begins an aggregate whose header begins at `offset` of the stream. An empty one is complete at once. */
  open(type: number, count: number, offset: number): Reply | typeof MORE {
    const { maxDepth, maxElements } = this.#limits;
    if (this.depth === maxDepth) {
      throw new ProtocolError('ERR_RESP_LIMIT', `more than ${maxDepth} nested aggregates`, offset);
    }
    if (type === Type.Push && count === 0) throw new ProtocolError('ERR_RESP_SYNTAX', 'push without a kind', offset);
    const outer = type === Type.Push ? this.#enter(offset) : undefined;
    if (this.depth === 0) this.#unitOffset = offset;
    const isPaired = type === Type.Map || type === Type.Attribute;
    const elements = isPaired && count > 0 ? count * 2 : count;
    // Before it may be refused, so that a visitor knows that the unit is a push.
    if (this.form === Form.Visit) this.#tellBegin(type, elements);
    if (elements > maxElements) this.refuse(`aggregate of ${elements} elements`, 'maxElements');
    if (elements === 0 && type !== Type.Attribute) return this.#empty(type);
    const frame = this.#nextFrame();
    frame.type = type;
    frame.remaining = count === STREAMED_LENGTH ? -1 : type === Type.Attribute ? elements + 1 : elements;
    frame.items = this.form >= Form.Skip ? NO_ITEMS : [];
    frame.offset = offset;
    frame.outer = outer;
    return MORE;
  }

  /** Takes over aggregates that have begun elsewhere, innermost first, and empties the list. */
  adopt(begun: Begun[]): void {
    for (let last = begun.pop(); last !== undefined; last = begun.pop()) {
      const outer = last.type === Type.Push ? this.#enter(last.offset) : undefined;
      if (this.depth === 0) this.#unitOffset = last.offset;
      Object.assign(this.#nextFrame(), last, { outer });
    }
  }

  #nextFrame(): Frame {
    if (this.depth === this.#frames.length) this.#frames.push(new Frame());
    return this.#frames[this.depth++]!;
  }

  /** Puts a value where it belongs: the result is the reply or push that it completes, else {@link MORE}. */
  place(value: Reply): Reply | typeof MORE {
    let element = value;
    while (this.depth > 0) {
      const frame = this.#frames[this.depth - 1]!;
      if (this.form < Form.Skip) this.#add(frame.items, element);
      else if (frame.type === Type.Push && frame.items.length === 0) this.#keepKind(frame, element);
      frame.remaining--;
      if (frame.remaining > 0) {
        if (frame.remaining === 1 && this.form === Form.Visit) this.#tellAttributeEnd(frame);
        return MORE;
      }
      if (frame.remaining < 0) {
        this.#countStreamed(frame);
        return MORE;
      }
      element = this.#close(frame, element);
      if (frame.type === Type.Push) return element;
    }
    return element;
  }

  /** Checks that a `.` at `offset` of the stream ends a streamed aggregate. */
  checkEnd(offset: number): void {
    const frame = this.depth === 0 ? undefined : this.#frames[this.depth - 1];
    if (frame === undefined || frame.remaining >= 0) {
      throw new ProtocolError('ERR_RESP_SYNTAX', 'end of a streamed aggregate where none is open', offset);
    }
    const elements = -1 - frame.remaining;
    if (frame.type === Type.Map && elements % 2 === 1) {
      throw new ProtocolError('ERR_RESP_SYNTAX', 'streamed map that ends after a key', offset);
    }
  }

  /** Ends the streamed aggregate; its value is to be placed. */
  end(): Reply {
    return this.#close(this.#frames[this.depth - 1]!, null);
  }

  /** Gives up the current unit: it is read to its end, and an {@link OverloadError} delivered in its place. */
  refuse(what: string, name: keyof DecoderLimits, limit: number = this.#limits[name]): void {
    if (this.overload !== undefined) return;
    const message = `reply too large: ${what}, more than ${name} (${limit})`;
    this.overload = new OverloadError('ERR_REPLY_TOO_LARGE', message, { limit, wasSent: true });
    this.form = Form.Skip;
    if (this.#floor === 0) this.isRaw = false;
    if (this.isVisited) this.visitor.overload?.(this.overload);
    for (let index = this.#floor; index < this.depth; index++) this.#frames[index]!.items = NO_ITEMS;
  }

  /** Checks the bytes of the current unit, which ends, or has come so far, at `offset` of the stream. */
  checkSize(offset: number): void {
    if (this.depth > this.#floor) this.#limitBytes(offset);
  }

  /** Tells the visitor of a value of one line, which ends at the cursor. */
  tellLine(type: number, text: Buffer): void {
    this.checkSize(this.#cursor.offset);
    if (this.form === Form.Visit) this.visitor.line?.(lineType(type), text);
  }

  #tellBegin(type: number, elements: number): void {
    this.visitor.begin?.(partedType(type), elements === STREAMED_LENGTH ? undefined : elements);
    if (type === Type.Attribute && elements === 0) this.visitor.end?.('attribute');
  }

  /** An attribute ends when what it annotates, its last element, is all that is missing. */
  #tellAttributeEnd(frame: Frame): void {
    if (frame.type === Type.Attribute) this.visitor.end?.('attribute');
  }

  #tellEnd({ type, items, offset }: Frame): void {
    if (type === Type.Attribute) return;
    if (type === Type.Push) pushKind(items, offset);
    this.visitor.end?.(partedType(type));
  }

  /** Of a push that is not built its first element is kept, because it must be a string. */
  #keepKind(frame: Frame, kind: Reply): void {
    if (this.form === Form.Visit) frame.items = [kind];
  }

  #limitBytes(offset: number): void {
    const { maxReplyBytes } = this.#limits;
    if (offset - this.#unitOffset > maxReplyBytes) {
      this.refuse(`frame of more than ${maxReplyBytes} bytes`, 'maxReplyBytes');
    }
  }

  #add(items: Reply[], element: Reply): void {
    items.push(element);
    if (this.form === Form.View && element instanceof Uint8Array) this.borrowed.note(items, items.length - 1);
  }

  #countStreamed(frame: Frame): void {
    const elements = -1 - frame.remaining;
    if (elements > this.#limits.maxElements) this.refuse(`streamed aggregate of ${elements} elements`, 'maxElements');
  }

  /** Takes the innermost frame off, and makes its value; `last` is its last element, for frames that build nothing. */
  #close(frame: Frame, last: Reply): Reply {
    if (this.depth === this.#floor + 1 || this.isVisited) this.checkSize(this.#cursor.offset);
    if (this.form === Form.Visit) this.#tellEnd(frame);
    this.depth--;
    const { items, type } = frame;
    frame.items = NO_ITEMS;
    if (type === Type.Push) return this.#leave(frame, items);
    if (this.form >= Form.Skip) return type === Type.Attribute && this.form !== Form.Visit ? last : null;
    if (type === Type.Map) return this.#map(items);
    return type === Type.Attribute ? this.#attributed(items) : items;
  }

  #map(pairs: Reply[]): Reply {
    // A Map or an object can't have its views replaced later.
    if (this.form === Form.View && this.maps !== 'pairs') this.borrowed.own();
    return buildMap(pairs, this.maps);
  }

  #attributed(items: Reply[]): Reply {
    if (this.form === Form.View) this.borrowed.own();
    const value = items.pop()!;
    return new Attributed(buildMap(items, this.maps), value);
  }

  #empty(type: number): Reply {
    this.#limitBytes(this.#cursor.offset);
    if (this.form === Form.Visit) this.visitor.end?.(partedType(type));
    if (this.form >= Form.Skip) return null;
    return type === Type.Map ? buildMap([], this.maps) : [];
  }

  /** Begins a push, inside a reply or between two. */
  #enter(offset: number): Unit {
    const outer = { form: this.form, offset: this.#unitOffset, overload: this.overload, floor: this.#floor };
    this.form = this.isVisited ? Form.Visit : this.pushForm;
    this.overload = undefined;
    this.#unitOffset = offset;
    this.#floor = this.depth;
    return outer;
  }

  /** Ends a push, and goes on with what it interrupted. */
  #leave(frame: Frame, items: Reply[]): Push {
    const outer = frame.outer!;
    const { overload } = this;
    this.form = outer.form;
    this.overload = outer.overload;
    this.#unitOffset = outer.offset;
    this.#floor = outer.floor;
    frame.outer = undefined;
    const attributes = this.#takeAttributes(frame.offset);
    if (overload !== undefined) return new Push('', [overload], attributes);
    return new Push(pushKind(items, frame.offset), items, attributes);
  }

  /** Attributes that wait for the very value that turned out to be a push are the push's. */
  #takeAttributes(offset: number): readonly Reply[] {
    // Judged here too, so that it does not depend on the chunks whether attributes are there to be taken.
    this.checkSize(this.#cursor.offset);
    if (this.depth === this.#floor && this.form !== Form.Raw) return NO_ATTRIBUTES;
    const attributes: Reply[] = [];
    let start = offset;
    while (this.depth > this.#floor) {
      const frame = this.#frames[this.depth - 1]!;
      if (frame.type !== Type.Attribute || frame.remaining !== 1) break;
      if (this.form < Form.Skip) attributes.unshift(buildMap(frame.items, this.maps));
      frame.items = NO_ITEMS;
      start = frame.offset;
      this.depth--;
    }
    if (this.form === Form.Raw) this.cuts.push(start, this.#cursor.offset);
    return attributes;
  }
}

function pushKind(items: readonly Reply[], offset: number): string {
  const kind = items[0] instanceof Uint8Array ? items[0].toString() : items[0];
  if (typeof kind === 'string') return kind;
  throw new ProtocolError('ERR_RESP_SYNTAX', 'push whose first element is no string', offset);
}
