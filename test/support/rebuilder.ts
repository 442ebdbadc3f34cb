import { Buffer, isUtf8 } from 'node:buffer';
import { ErrorReply, type OverloadError, ProtocolError } from '../../src/errors.ts';
import {
  type AggregateType,
  Attributed,
  type BulkType,
  Decoder,
  type DecoderOptions,
  type LineType,
  NEED_DATA,
  Push,
  type Reply,
  type Visited,
  type Visitor,
} from '../../src/resp/index.ts';
import { type BuiltForm, renderReply } from './resp-value.ts';

/** A reply or push of which a visitor is being told. */
interface Unit {
  readonly form: BuiltForm;
  readonly open: { readonly type: AggregateType; readonly items: Reply[] }[];
  /** Attributes that wait for what they annotate, with the number of aggregates that were open around each. */
  readonly attributes: { readonly pairs: Reply[]; readonly depth: number }[];
  value?: Reply;
  overload?: OverloadError;
}

/** A visitor that builds what `next` builds: the slow twin of the decoder's values. */
export class Rebuilder implements Visitor {
  /** The units that are open, a push behind the reply that it interrupts. */
  readonly #units: Unit[];
  readonly #form: BuiltForm;
  #pieces: Buffer[] | undefined;
  #announced: number | undefined;

  constructor(form: BuiltForm) {
    this.#form = form;
    this.#units = [newUnit(form)];
  }

  line(type: LineType, text: Buffer): void {
    this.#leaveOverload();
    this.#place(lineValue(type, Buffer.from(text), this.#unit.form));
  }

  begin(type: BulkType | AggregateType, length: number | undefined): void {
    if (type !== 'push') this.#leaveOverload();
    if (isBulk(type)) {
      this.#pieces = [];
      this.#announced = length;
      return;
    }
    if (type === 'push') this.#units.push(newUnit('string'));
    this.#unit.open.push({ type, items: [] });
  }

  bytes(piece: Buffer): void {
    if (piece.length === 0) throw new Error('an empty piece');
    this.#pieces!.push(Buffer.from(piece));
  }

  end(type: BulkType | AggregateType): void {
    if (isBulk(type)) {
      const bytes = Buffer.concat(this.#pieces!);
      if (this.#announced !== undefined && bytes.length !== this.#announced)
        throw new Error('not as long as announced');
      this.#place(bulkValue(type, bytes, this.#unit.form));
      return;
    }
    const { open, attributes } = this.#unit;
    const { type: opened, items } = open.pop()!;
    if (opened !== type) throw new Error(`${type} ends where ${opened} is open`);
    if (type === 'attribute') attributes.push({ pairs: items, depth: open.length });
    else if (type === 'push') this.#unit.value = items;
    else this.#place(items);
  }

  overload(error: OverloadError): void {
    // While a push is open, or has just ended, the second one is about the reply around it.
    const hasEnded = this.#unit.overload !== undefined || this.#unit.value !== undefined;
    const unit = (hasEnded ? this.#units.at(-2) : undefined) ?? this.#unit;
    unit.overload = error;
  }

  /** What `visit` has come to the end of. */
  ended(visited: Visited): Reply {
    const unit = this.#units.pop()!;
    if (visited === 'push') return this.#push(unit);
    this.#units.push(newUnit(this.#form));
    return unit.overload ?? unit.value!;
  }

  /** Of a reply over a limit nothing more is told: it was a push's attribute that was too large, and the reply is new. */
  #leaveOverload(): void {
    if (this.#unit.overload !== undefined) this.#units[this.#units.length - 1] = newUnit(this.#unit.form);
  }

  get #unit(): Unit {
    return this.#units.at(-1)!;
  }

  #push({ value, overload }: Unit): Push {
    const outer = this.#unit;
    const taken = takeAttributes(outer);
    const attributes = outer.overload === undefined ? taken : [];
    // Attributes between replies were the push's alone, and so was what they did to the size of a reply; unless the reply
    // goes on untold, because the push was inside of an attribute of it: then nothing leaves the overload.
    if (outer.open.length === 0 && outer.attributes.length === 0) {
      this.#units[0] = { ...newUnit(this.#form), ...(outer.overload && { overload: outer.overload }) };
    }
    if (overload !== undefined) return new Push('', [overload], attributes);
    const elements = value as Reply[];
    return new Push(elements[0] as string, elements, attributes);
  }

  #place(value: Reply): void {
    const unit = this.#unit;
    const annotated = takeAttributes(unit).reduceRight((inner, pairs) => new Attributed(pairs, inner), value);
    if (unit.open.length === 0) unit.value = annotated;
    else unit.open.at(-1)!.items.push(annotated);
  }
}

/** The same as `transcript`, of what a visitor that rebuilds the values was told. */
export function visitedTranscript(chunks: Iterable<Uint8Array>, options: DecoderOptions = {}): string[] {
  const form = options.reply as BuiltForm;
  const decoder = new Decoder(options);
  const rebuilder = new Rebuilder(form);
  const lines: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (let visited = decoder.visit(rebuilder); visited !== NEED_DATA; visited = decoder.visit(rebuilder)) {
        lines.push(renderReply(rebuilder.ended(visited)));
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    lines.push(`${error.code} ${error.offset}`);
  }
  return lines;
}

function newUnit(form: BuiltForm): Unit {
  return { form, open: [], attributes: [] };
}

/** The attributes of the value that comes next, outermost first. */
function takeAttributes({ open, attributes }: Unit): Reply[] {
  const first = attributes.findIndex(({ depth }) => depth === open.length);
  return first < 0 ? [] : attributes.splice(first).map(({ pairs }) => pairs);
}

function isBulk(type: BulkType | AggregateType): type is BulkType {
  return type === 'bulkString' || type === 'bulkError' || type === 'verbatimString';
}

function bulkValue(type: BulkType, bytes: Buffer, form: BuiltForm): Reply {
  if (type === 'bulkError') return new ErrorReply(bytes.toString());
  const value = type === 'verbatimString' ? bytes.subarray(4) : bytes;
  return form === 'string' ? value.toString() : value;
}

function lineValue(type: LineType, bytes: Buffer, form: BuiltForm): Reply {
  const text = bytes.toString();
  switch (type) {
    case 'simpleString':
      return form === 'string' || isUtf8(bytes) ? text : bytes;
    case 'simpleError':
      return new ErrorReply(text);
    case 'integer':
      return Number.isSafeInteger(Number(text)) ? Number(text) + 0 : bigint(text);
    case 'bigNumber':
      return bigint(text);
    case 'double':
      return double(text.toLowerCase());
    case 'boolean':
      return text === 't';
    case 'null':
      if (bytes.length > 0) throw new Error('a null with a text');
      return null;
  }
}

function double(text: string): number {
  if (text.includes('nan')) return Number.NaN;
  if (text.includes('inf')) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

function bigint(text: string): bigint {
  return BigInt(text.replace('+', ''));
}
