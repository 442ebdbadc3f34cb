import { ProtocolError } from '../errors.ts';
import type { Cursor } from './cursor.ts';
import { Gather } from './gather.ts';
import { Line } from './line.ts';

/** Finds whole lines, over any number of chunks, looking at each byte once. */
export class LineReader {
  readonly #cursor: Cursor;
  readonly #maxLineBytes: number;
  /** The beginning of a line that goes on in the next chunk, and its offset in the stream. */
  readonly #kept: Gather = new Gather();
  #offset = 0;

  constructor(cursor: Cursor, maxLineBytes: number) {
    this.#cursor = cursor;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The line that begins at the cursor, or undefined when the chunk has not all of it: then {@link resume}. */
  read(): Line | undefined {
    const { bytes, position: start, end, offset } = this.#cursor;
    const lineFeed = this.#cursor.findLineFeed(start);
    this.#offset = offset;
    this.#check((lineFeed < 0 ? end : lineFeed + 1) - start, lineFeed >= 0);
    if (lineFeed >= 0) {
      this.#cursor.position = lineFeed + 1;
      return new Line(bytes, { start, lineFeed }, offset);
    }
    this.#kept.start(0);
    this.#kept.append(bytes, start, end);
    this.#cursor.position = end;
    return undefined;
  }

  /** Goes on with a line of which some was read. */
  resume(): Line | undefined {
    const { bytes, position, end } = this.#cursor;
    const lineFeed = this.#cursor.findLineFeed(position);
    const stop = lineFeed < 0 ? end : lineFeed + 1;
    const kept = this.#kept;
    this.#check(kept.length + stop - position, lineFeed >= 0);
    kept.append(bytes, position, stop);
    this.#cursor.position = stop;
    return lineFeed < 0 ? undefined : new Line(kept.bytes, { start: 0, lineFeed: kept.length - 1 }, this.#offset);
  }

  /** Refuses a line when it has as many bytes as are allowed, and no line feed among them. */
  #check(length: number, isWhole: boolean): void {
    const limit = this.#maxLineBytes;
    if (length < limit || (isWhole && length === limit)) return;
    throw new ProtocolError('ERR_RESP_LIMIT', `line of more than ${limit} bytes (maxLineBytes)`, this.#offset + limit);
  }
}
