import { Buffer, isUtf8 } from 'node:buffer';
import { ErrorReply, OverloadError } from '../../src/errors.ts';
import { Attributed, Push, type Reply, VerbatimString } from '../../src/resp/index.ts';

/** What RESP can say, with its types kept apart: the language between wire, decoder and reference. */
export type Value =
  | { type: '+' | '-' | '$' | '!'; bytes: Buffer }
  | { type: '='; format: string; bytes: Buffer }
  | { type: ':' | '('; value: bigint }
  | { type: ','; value: number }
  | { type: '#'; value: boolean }
  | { type: '_' }
  | { type: '*' | '~' | '>' | '%'; items: Value[] }
  /** Inside a push attributes are in the form of pushes, whatever was asked for. */
  | { type: '|'; attributes: Value[]; value: Value; isInPush?: true }
  | { type: 'overload' };

/** The forms that differ in what is built. */
export type BuiltForm = 'string' | 'bytes';

/** Writes down a value as the decoder must deliver it, for comparison. */
export function renderValue(value: Value, form: BuiltForm): string {
  switch (value.type) {
    case '+':
      return form === 'string' || isUtf8(value.bytes) ? renderText(value.bytes) : renderBytes(value.bytes);
    case '-':
    case '!':
      return `error ${renderText(value.bytes)}`;
    case '$':
    case '=':
      return form === 'string' ? renderText(value.bytes) : renderBytes(value.bytes);
    case ':':
      return Number.isSafeInteger(Number(value.value)) ? `${value.value}` : `${value.value}n`;
    case '(':
      return `${value.value}n`;
    case ',':
      return renderNumber(value.value);
    case '#':
      return `${value.value}`;
    case '_':
      return 'null';
    case '>':
      return `push ${renderValues(value.items, 'string')}`;
    case '|':
      return renderAttributed(value, form);
    case 'overload':
      return 'overload';
    default:
      return renderValues(value.items, form);
  }
}

/** Attributes before a push belong to the push object, in its order. */
function renderAttributed(value: Value & { type: '|' }, form: BuiltForm): string {
  const attributes: string[] = [];
  let annotated: Value = value;
  for (; annotated.type === '|'; annotated = annotated.value) {
    attributes.push(renderValues(annotated.attributes, annotated.isInPush ? 'string' : form));
  }
  if (annotated.type === '>') return `${renderValue(annotated, form)} with ${attributes.join(' ')}`;
  return attributes.reduceRight((inner, one) => `attributed ${one} ${inner}`, renderValue(annotated, form));
}

/** Writes down what the decoder delivered. */
export function renderReply(reply: Reply): string {
  if (typeof reply === 'string') return JSON.stringify(reply);
  if (typeof reply === 'number') return renderNumber(reply);
  if (typeof reply === 'bigint') return `${reply}n`;
  if (typeof reply !== 'object' || reply === null) return `${reply}`;
  if (Buffer.isBuffer(reply)) return renderBytes(reply);
  if (Array.isArray(reply)) return `[${reply.map(renderReply).join(' ')}]`;
  if (reply instanceof ErrorReply) return `error ${JSON.stringify(reply.message)}`;
  if (reply instanceof OverloadError) return 'overload';
  if (reply instanceof Attributed) return `attributed ${renderReply(reply.attributes)} ${renderReply(reply.value)}`;
  if (reply instanceof VerbatimString) return `${reply.format}:${renderReply(reply.value)}`;
  if (reply instanceof Push) return renderPush(reply);
  const entries = reply instanceof Map ? [...reply] : Object.entries(reply);
  return `{${entries.map(([key, value]) => `${renderReply(key)}=${renderReply(value)}`).join(' ')}}`;
}

function renderPush(push: Push): string {
  const attributes = push.attributes.length === 0 ? '' : ` with ${push.attributes.map(renderReply).join(' ')}`;
  return `push ${renderReply(push.elements)}${attributes}`;
}

function renderValues(values: readonly Value[], form: BuiltForm): string {
  return `[${values.map((value) => renderValue(value, form)).join(' ')}]`;
}

function renderText(bytes: Buffer): string {
  return JSON.stringify(bytes.toString());
}

function renderBytes(bytes: Buffer): string {
  return `<${bytes.toString('hex')}>`;
}

function renderNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}

/** What is chosen: how null is spelled, whether something is streamed and in what pieces, how a number is spelled. */
export type Spelling = 'null' | 'streamed' | 'number';

/** Chooses among the ways in which one value can be written: a number below `count`, time after time. */
export type Choose = (count: number, of: Spelling) => number;

/** Always the plainest way. */
export const PLAINEST: Choose = () => 0;

/** Writes a value to the wire, in one of its possible spellings. */
export function encodeValue(value: Value, choose: Choose = PLAINEST): Buffer {
  switch (value.type) {
    case '+':
    case '-':
      return frame(value.type, value.bytes);
    case '$':
      return choose(3, 'streamed') === 2 ? streamedString(value.bytes, choose) : bulk('$', value.bytes);
    case '!':
      return bulk('!', value.bytes);
    case '=':
      return bulk('=', Buffer.concat([Buffer.from(`${value.format}:`), value.bytes]));
    case ':':
    case '(':
      return frame(value.type, integerText(value.value, choose));
    case ',':
      return frame(',', doubleText(value.value, choose));
    case '#':
      return frame('#', value.value ? 't' : 'f');
    case '_':
      return Buffer.from(['_\r\n', '$-1\r\n', '*-1\r\n'][choose(3, 'null')]!);
    case '|':
      return Buffer.concat([aggregate('|', value.attributes, choose), encodeValue(value.value, choose)]);
    case 'overload':
      throw new Error('an overload has no encoding');
    default:
      return aggregate(value.type, value.items, choose);
  }
}

function aggregate(type: string, items: readonly Value[], choose: Choose): Buffer {
  const isStreamed = '*~%'.includes(type) && choose(4, 'streamed') === 3;
  const count = type === '%' || type === '|' ? items.length / 2 : items.length;
  const parts = items.map((item) => encodeValue(item, choose));
  const end = isStreamed ? '.\r\n' : '';
  return Buffer.concat([Buffer.from(`${type}${isStreamed ? '?' : count}\r\n`), ...parts, Buffer.from(end)]);
}

function streamedString(bytes: Buffer, choose: Choose): Buffer {
  const pieces: Buffer[] = [Buffer.from('$?\r\n')];
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + 1 + choose(5, 'streamed'));
    pieces.push(bulk(';', bytes.subarray(from, to)));
    from = to;
  }
  return Buffer.concat([...pieces, Buffer.from(';0\r\n')]);
}

function integerText(value: bigint, choose: Choose): string {
  const digits = `${'0'.repeat(choose(4, 'number') === 3 ? 1 + choose(20, 'number') : 0)}${value < 0n ? -value : value}`;
  if (value < 0n || (value === 0n && choose(6, 'number') === 5)) return `-${digits}`;
  return `${choose(5, 'number') === 4 ? '+' : ''}${digits}`;
}

function doubleText(value: number, choose: Choose): string {
  if (Number.isNaN(value)) return ['nan', '-nan', 'NAN', 'nan(0x8000000000000)'][choose(4, 'number')]!;
  if (!Number.isFinite(value)) return value > 0 ? ['inf', '+inf', 'INF'][choose(3, 'number')]! : '-inf';
  if (Object.is(value, -0)) return '-0';
  const spelling = [
    String(value),
    value.toExponential(20),
    value.toExponential(20).toUpperCase(),
    value.toPrecision(17),
  ];
  return `${value > 0 && choose(5, 'number') === 4 ? '+' : ''}${spelling[choose(4, 'number')]}`;
}

function bulk(type: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${type}${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

function frame(type: string, content: Buffer | string): Buffer {
  return Buffer.concat([Buffer.from(type), Buffer.from(content), Buffer.from('\r\n')]);
}
