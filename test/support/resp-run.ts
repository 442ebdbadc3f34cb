import { Buffer } from 'node:buffer';
import { ProtocolError } from '../../src/errors.ts';
import { Decoder, type DecoderOptions, NEED_DATA, type Reply } from '../../src/resp/index.ts';
import type { Reading } from './resp-reference.ts';
import { type BuiltForm, renderReply, renderValue } from './resp-value.ts';

/** What a decoder made of a stream, written down: one line for each reply or push, and one for an error. */
export function transcript(chunks: Iterable<Uint8Array>, options: DecoderOptions = {}): string[] {
  const lines: string[] = [];
  for (const event of events(new Decoder(options), chunks)) {
    lines.push(event instanceof ProtocolError ? renderError(event) : renderReply(event));
  }
  return lines;
}

/** The same of what the reference says of it. */
export function referenceTranscript(reading: Reading, form: BuiltForm): string[] {
  const lines = reading.values.map((value) => renderValue(value, form));
  if (typeof reading.end === 'object') lines.push(renderError(reading.end));
  return lines;
}

/**
 * Feeds a decoder from one read buffer that is overwritten as soon as the decoder asks for more, as a socket may do it:
 * a value that still lies in the chunk, and should not, is destroyed.
 */
export function overwriting(bytes: Buffer, lengths: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const shared = Buffer.alloc(bytes.length);
  return (function* () {
    for (const chunk of lengths) {
      shared.set(chunk);
      yield shared.subarray(0, chunk.length);
      shared.fill('#');
    }
  })();
}

/** All replies, as they are. */
export function replies(wire: string | Buffer, options: DecoderOptions = {}): Reply[] {
  return [...events(new Decoder(options), [Buffer.from(wire)])].map((event) => {
    if (event instanceof ProtocolError) throw event;
    return event;
  });
}

/** The error that a stream ends with, as `code offset`. */
export function failure(wire: string | Buffer, options: DecoderOptions = {}): string | undefined {
  const last = [...events(new Decoder(options), [Buffer.from(wire)])].at(-1);
  return last instanceof ProtocolError ? renderError(last) : undefined;
}

/** What a decoder delivers, and at the end the error, if there is one; each as soon as it is there. */
function* events(decoder: Decoder, chunks: Iterable<Uint8Array>): Generator<Reply | ProtocolError> {
  try {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) yield reply;
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    yield error;
  }
}

function renderError(error: { code: string; offset: number }): string {
  return `${error.code} ${error.offset}`;
}
