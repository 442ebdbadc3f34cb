import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { ReplyVector } from '../../src/conformance/index.ts';
import { ProtocolError } from '../../src/errors.ts';
import {
  Decoder,
  type DecoderOptions,
  encodeReply,
  NEED_DATA,
  type Reply,
  RequestDecoder,
  RequestError,
} from '../../src/resp/index.ts';
import { allocatedDuring } from './allocations.ts';
import { mutate, type Random } from './mutate.ts';
import { visitedTranscript } from './rebuilder.ts';
import { type Reading, readAll } from './resp-reference.ts';
import { overwriting, referenceTranscript, transcript } from './resp-run.ts';
import { type BuiltForm, renderReply } from './resp-value.ts';
import { contentOf, notationOf } from './vectors.ts';

/** An input that showed a fault. */
export interface Finding {
  readonly input: Buffer;
  readonly options: DecoderOptions;
  /** What was not as it must be. */
  readonly fault: string;
}

/** Inputs that gave something new are mutated in their turn, up to so many. */
const MAX_CORPUS = 20_000;
/** Memory that decoding may take: so much for a byte of input, and the decoder's own. */
const BYTES_PER_BYTE = 64;
const BYTES_OF_DECODER = 16 * 1024;

/** A fuzzer of the codec: a corpus, and a mutator with a seed, so that a run can be repeated. */
export class Fuzzer {
  readonly findings: Finding[] = [];
  inputs = 0;
  readonly #corpus: Buffer[];
  readonly #random: Random;
  readonly #seen = new Set<string>();

  constructor(seeds: readonly Buffer[], random: Random) {
    this.#corpus = [...seeds];
    this.#random = random;
  }

  get corpusSize(): number {
    return this.#corpus.length;
  }

  /** Makes one input and checks it. */
  step(): void {
    const random = this.#random;
    const input = mutate(this.#anyInput(), this.#anyInput(), random);
    const form: BuiltForm = random() < 0.5 ? 'string' : 'bytes';
    const options: DecoderOptions = { reply: form, ...(random() < 0.3 ? anyLimits(random) : {}) };
    this.inputs++;
    const reading = readAll(input, options);
    const fault = faultOf(input, { form, options, reading, random });
    if (fault !== undefined) this.findings.push({ input, options, fault });
    this.#learn(input, reading);
  }

  /** Keeps an input whose reading has a shape that was not seen before. */
  #learn(input: Buffer, reading: Reading): void {
    if (this.#corpus.length >= MAX_CORPUS) return;
    const shape = shapeOf(reading);
    if (this.#seen.has(shape)) return;
    this.#seen.add(shape);
    this.#corpus.push(Buffer.from(input));
  }

  #anyInput(): Buffer {
    return this.#corpus[Math.floor(this.#random() * this.#corpus.length)]!;
  }
}

/** How it ends, which types there are, and how the last value is built: coarse, or everything would be new. */
function shapeOf({ values, end }: Reading): string {
  const types = [...new Set(values.map(({ type }) => type))].sort().join('');
  const last = values.at(-1);
  const inner = last !== undefined && 'items' in last ? last.items.slice(0, 4).map(({ type }) => type) : [];
  return [typeof end === 'string' ? end : end.code, types, last?.type, ...inner].join(' ');
}

interface Case {
  readonly form: BuiltForm;
  readonly options: DecoderOptions;
  readonly reading: Reading;
  readonly random: Random;
}

/** What is wrong with what our readers make of an input; undefined when nothing is. */
export function faultOf(input: Buffer, { form, options, reading, random }: Case): string | undefined {
  try {
    const expected = referenceTranscript(reading, form);
    const { result: whole, bytes } = allocatedDuring(() => transcript([input], options));
    const allowed = input.length * BYTES_PER_BYTE + BYTES_OF_DECODER;
    if (bytes > allowed) return `${bytes} bytes of memory for ${input.length} bytes of input`;
    return (
      difference('whole', whole, expected) ??
      difference('cut', transcript(cutAnywhere(input, random), options), expected) ??
      difference('reused', transcript(overwriting(input, cutAnywhere(input, random)), options), expected) ??
      difference('visited', visitedTranscript(cutAnywhere(input, random), options), expected) ??
      unbuiltFault(input, options, random) ??
      poisonFault(input, options) ??
      encodingFault(input, form) ??
      requestFault(input, random)
    );
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
}

function difference(how: string, actual: readonly string[], expected: readonly string[]): string | undefined {
  const at = Math.max(actual.length, expected.length);
  for (let index = 0; index < at; index++) {
    if (actual[index] === expected[index]) continue;
    return `${how}: reply ${index} is ${actual[index] ?? 'missing'}, not ${expected[index] ?? 'there'}`;
  }
  return undefined;
}

/** Forms that the reference does not know give the same whole and cut. */
function unbuiltFault(input: Buffer, options: DecoderOptions, random: Random): string | undefined {
  const reply = random() < 0.5 ? 'raw' : 'skip';
  const whole = transcript([input], { ...options, reply });
  return difference(reply, transcript(overwriting(input, cutAnywhere(input, random)), { ...options, reply }), whole);
}

/** After an error the same error comes for ever, whatever is fed. */
function poisonFault(input: Buffer, options: DecoderOptions): string | undefined {
  const decoder = new Decoder(options);
  decoder.feed(input);
  const error = drain(decoder);
  if (error === undefined) return undefined;
  if (!(error instanceof ProtocolError)) return `threw ${String(error)}`;
  decoder.feed(Buffer.from('+late\r\n:1\r\n'));
  return drain(decoder) === error && drain(decoder) === error ? undefined : 'not poisoned after an error';
}

function drain(decoder: Decoder): unknown {
  try {
    while (decoder.next() !== NEED_DATA);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What was decoded can be encoded, and decodes to the same. */
function encodingFault(input: Buffer, form: BuiltForm): string | undefined {
  const options = { reply: form, verbatim: 'typed' } as const;
  for (const reply of delivered(input, options)) {
    const encoded = encodeReply(reply);
    const [again, ...more] = [...delivered(encoded, options)];
    if (again === undefined || more.length > 0) return `encoded ${renderReply(reply)} gives ${more.length + 1} replies`;
    // In the bytes form a simple string comes back as the bytes of a bulk string; from then on nothing changes.
    const isSame = form === 'string' ? renderReply(again) === renderReply(reply) : encodeReply(again).equals(encoded);
    if (!isSame) return `encoded ${renderReply(reply)} is decoded to ${renderReply(again)}`;
  }
  return undefined;
}

function* delivered(input: Buffer, options: DecoderOptions): Generator<Reply> {
  const decoder = new Decoder(options);
  decoder.feed(input);
  try {
    for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) yield reply;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** The same bytes as requests: whole and cut they are the same commands, and the same refusal. */
function requestFault(input: Buffer, random: Random): string | undefined {
  const whole = requestLines([input]);
  return difference('requests', requestLines(cutAnywhere(input, random)), whole);
}

function requestLines(chunks: Iterable<Uint8Array>): string[] {
  const decoder = new RequestDecoder();
  const lines: string[] = [];
  try {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (let request = decoder.next(); request !== NEED_DATA; request = decoder.next()) {
        lines.push(`${request.start}-${request.end} ${request.args.map((arg) => arg.toString('hex')).join(' ')}`);
      }
    }
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    lines.push(error.message);
  }
  return lines;
}

function* cutAnywhere(input: Buffer, random: Random): Generator<Buffer> {
  const longest = random() < 0.3 ? 1 : 1 + Math.floor(random() * 40);
  for (let from = 0; from < input.length; ) {
    const to = from + 1 + Math.floor(random() * longest);
    yield input.subarray(from, to);
    from = to;
  }
}

/** Small enough to be met. */
function anyLimits(random: Random): DecoderOptions {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  return {
    maxDepth: upTo(6),
    maxBulkBytes: upTo(40),
    maxElements: upTo(8),
    maxReplyBytes: upTo(150),
    maxLineBytes: 127 + upTo(20),
  };
}

/** A finding as a vector, with what the reference says of it, ready to be put into a file. */
export function vectorOf({ input, fault }: Finding): ReplyVector {
  const { values, end } = readAll(input);
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const ending = end === 'whole' ? {} : { end: end === 'pending' ? ('pending' as const) : ('error' as const) };
  return {
    id: `fuzz/${digest}`,
    title: fault.split('\n')[0]!.slice(0, 200),
    source: ['protocol 28'],
    requirement: 'must',
    protocol: 3,
    wire: contentOf(input),
    expect: { replies: values.filter(({ type }) => type !== 'overload').map(notationOf), ...ending },
  };
}
