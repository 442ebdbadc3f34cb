/** The other end of the pipes: an adapter around a parser in JavaScript. */
import { Buffer } from 'node:buffer';
import type { ChunkPlan } from './chunk-plan.ts';
import { type ParserKind, readStream } from './parser.ts';

/** What an adapter reads from and writes to; the process's own standard streams do. */
export interface AdapterPipes {
  readonly input: NodeJS.ReadableStream;
  readonly write: (text: string) => void;
}

/** Says who the parser is, and then what it makes of every stream that comes in, until there are no more. */
export function serveParser(kind: ParserKind, pipes: AdapterPipes = standardPipes()): void {
  const { name, version, protocols } = kind;
  pipes.write(`${JSON.stringify(['parser', { name, version, protocols }])}\n`);
  const streams = new StreamReader();
  pipes.input.on('data', (chunk: Buffer) => {
    streams.feed(chunk);
    for (let stream = streams.next(); stream !== undefined; stream = streams.next()) {
      const { values, refusal } = readStream(kind, stream.wire, stream.plan);
      const lines = [...values, ...(refusal === undefined ? [] : [JSON.stringify(['fail', refusal])]), '["end"]'];
      pipes.write(`${lines.join('\n')}\n`);
    }
  });
}

function standardPipes(): AdapterPipes {
  return { input: process.stdin, write: (text) => process.stdout.write(text) };
}

/** Cuts the input into streams: `LENGTH SIZE ...\n`, and so many bytes. */
export class StreamReader {
  #bytes: Buffer = Buffer.alloc(0);

  feed(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next stream that is whole. */
  next(): { readonly wire: Buffer; readonly plan: ChunkPlan } | undefined {
    const lineEnd = this.#bytes.indexOf(0x0a);
    if (lineEnd < 0) return undefined;
    const [length = 0, ...sizes] = this.#bytes.toString('latin1', 0, lineEnd).split(' ').map(Number);
    const end = lineEnd + 1 + length;
    if (this.#bytes.length < end) return undefined;
    const wire = this.#bytes.subarray(lineEnd + 1, end);
    this.#bytes = this.#bytes.subarray(end);
    return { wire, plan: { how: 'as given', sizes } };
  }
}
