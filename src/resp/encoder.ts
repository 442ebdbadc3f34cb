import { Buffer } from 'node:buffer';
import { type Argument, checkArguments } from './arguments.ts';
import * as Bytes from './bytes.ts';
import { type Slab, SlabPool } from './slab.ts';

// Constants of this file's own are folded by the engine, imported ones read from memory each time: bench/README.md.
const { CR, DIGIT_0, LF, Type } = Bytes;

/** Encoded commands on their way to a socket: one write where there is one piece, else one writev. */
export interface CommandBatch {
  /** In order. They stay untouched until the batch is released; large arguments are the caller's own bytes. */
  readonly pieces: readonly Buffer[];
  /** Bytes of all pieces. */
  readonly byteLength: number;
}

/** Shorter strings are written by a loop, which costs less than the call into the engine. Measured: bench/README.md. */
const SHORT_CHARACTERS = 40;
/** Larger arguments become pieces of their own: one more piece costs less than the copy. */
const OWN_PIECE_BYTES = 32 * 1024;
/** Longer strings are encoded into memory of their own, because a slab would have to hold three bytes a character. */
const OWN_PIECE_CHARACTERS = 16 * 1024;
/** The longest `$<length>CRLF` and the CRLF after the payload. */
const FRAME_BYTES = 24;

/**
 * Encodes commands into slabs of memory that are used again: the write side of a pipeline.
 *
 * `append` every command of a flush, `take` the batch, hand its pieces to the socket, and `release` it when the socket
 * has written them. Releasing is what lets memory be used again; a batch that is never released is merely collected.
 *
 * Arguments are not checked here: call {@link checkArguments} where they enter.
 */
export class CommandEncoder {
  readonly #pool: SlabPool;
  #slab: Slab;
  #bytes: Buffer;
  #position: number;
  /** Where the bytes begin that no piece has taken yet. */
  #start: number;
  #pieces: Buffer[] = [];
  #slabs: Slab[] = [];
  #pieceBytes = 0;

  constructor(slabBytes: number = 64 * 1024) {
    this.#pool = new SlabPool(slabBytes);
    this.#slab = this.#pool.acquire(slabBytes);
    this.#bytes = this.#slab.bytes;
    this.#position = 0;
    this.#start = 0;
  }

  /** Bytes appended since the last {@link take}. */
  get byteLength(): number {
    return this.#pieceBytes + this.#position - this.#start;
  }

  /** Appends one command: an array of bulk strings. */
  append(args: readonly Argument[]): void {
    if (this.#bytes.length - this.#position < FRAME_BYTES) this.#nextSlab(FRAME_BYTES);
    this.#header(Type.Array, args.length);
    for (let index = 0; index < args.length; index++) {
      const argument = args[index]!;
      if (typeof argument === 'string') this.#text(argument);
      else if (typeof argument === 'object') this.#binary(argument);
      else this.#text(String(argument));
    }
  }

  /** Hands over what was appended; the encoder goes on behind it. */
  take(): CommandBatch {
    this.#cut();
    const batch = new Batch(this.#pieces, this.#pieceBytes, this.#slabs);
    this.#pieces = [];
    this.#slabs = [];
    this.#pieceBytes = 0;
    return batch;
  }

  /** Says that the socket has written a batch of this encoder: its memory may be used again. Once for each batch. */
  release(batch: CommandBatch): void {
    if (!(batch instanceof Batch)) return;
    for (const slab of batch.release()) {
      slab.users--;
      if (slab.users > 0) continue;
      if (slab !== this.#slab) this.#pool.release(slab);
      else if (this.#start === this.#position) this.#start = this.#position = 0;
    }
  }

  #header(type: number, count: number): void {
    const bytes = this.#bytes;
    let position = this.#position;
    bytes[position++] = type;
    if (count < 10) bytes[position++] = DIGIT_0 + count;
    else if (count < 100) {
      const tens = (count / 10) | 0;
      bytes[position++] = DIGIT_0 + tens;
      bytes[position++] = DIGIT_0 + count - tens * 10;
    } else position = writeDigits(bytes, position, count);
    bytes[position++] = CR;
    bytes[position++] = LF;
    this.#position = position;
  }

  #text(text: string): void {
    const length = text.length;
    if (length > SHORT_CHARACTERS) {
      this.#longText(text);
      return;
    }
    if (this.#bytes.length - this.#position < length + FRAME_BYTES) this.#nextSlab(length + FRAME_BYTES);
    const start = this.#position;
    this.#header(Type.BulkString, length);
    const bytes = this.#bytes;
    let position = this.#position;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) {
        this.#position = start;
        this.#longText(text);
        return;
      }
      bytes[position++] = unit;
    }
    bytes[position++] = CR;
    bytes[position++] = LF;
    this.#position = position;
  }

  /** Writes the text first and its length after that, because only then is it known; mostly it was guessed rightly. */
  #longText(text: string): void {
    const length = text.length;
    if (length >= OWN_PIECE_CHARACTERS) {
      this.#binary(Buffer.from(text));
      return;
    }
    if (this.#bytes.length - this.#position < length * 3 + FRAME_BYTES) this.#nextSlab(length * 3 + FRAME_BYTES);
    const bytes = this.#bytes;
    const start = this.#position;
    const guessed = start + headerBytes(length);
    const written = bytes.write(text, guessed);
    const payload = start + headerBytes(written);
    if (payload !== guessed) bytes.copyWithin(payload, guessed, guessed + written);
    this.#header(Type.BulkString, written);
    bytes[payload + written] = CR;
    bytes[payload + written + 1] = LF;
    this.#position = payload + written + 2;
  }

  #binary(argument: Uint8Array): void {
    const length = argument.byteLength;
    const isOwnPiece = length >= OWN_PIECE_BYTES;
    const needed = (isOwnPiece ? 0 : length) + FRAME_BYTES;
    if (this.#bytes.length - this.#position < needed) this.#nextSlab(needed);
    this.#header(Type.BulkString, length);
    if (isOwnPiece) {
      this.#cut();
      this.#pieces.push(Buffer.from(argument.buffer, argument.byteOffset, length));
      this.#pieceBytes += length;
    } else {
      this.#bytes.set(argument, this.#position);
      this.#position += length;
    }
    this.#bytes[this.#position++] = CR;
    this.#bytes[this.#position++] = LF;
  }

  /** Makes a piece of the bytes that no piece has taken. */
  #cut(): void {
    if (this.#position === this.#start) return;
    this.#pieces.push(this.#bytes.subarray(this.#start, this.#position));
    this.#pieceBytes += this.#position - this.#start;
    this.#start = this.#position;
    if (this.#slabs.at(-1) === this.#slab) return;
    this.#slabs.push(this.#slab);
    this.#slab.users++;
  }

  #nextSlab(needed: number): void {
    this.#cut();
    if (this.#slab.users === 0) this.#pool.release(this.#slab);
    this.#slab = this.#pool.acquire(needed);
    this.#bytes = this.#slab.bytes;
    this.#position = 0;
    this.#start = 0;
  }
}

class Batch implements CommandBatch {
  readonly pieces: readonly Buffer[];
  readonly byteLength: number;
  #slabs: readonly Slab[];

  constructor(pieces: readonly Buffer[], byteLength: number, slabs: readonly Slab[]) {
    this.pieces = pieces;
    this.byteLength = byteLength;
    this.#slabs = slabs;
  }

  /** The slabs that this batch held, once. */
  release(): readonly Slab[] {
    const slabs = this.#slabs;
    this.#slabs = [];
    return slabs;
  }
}

const ENCODER = new CommandEncoder();

/**
 * Encodes one command, as an array of bulk strings, into a Buffer of its own.
 *
 * For many commands at once use a {@link CommandEncoder}, which copies nothing twice.
 *
 * @throws {InvalidArgumentError} for what {@link checkArguments} refuses.
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
 */
export function encodeCommand(args: readonly Argument[]): Buffer {
  checkArguments(args);
  ENCODER.append(args);
  const batch = ENCODER.take();
  const encoded = Buffer.concat(batch.pieces as Buffer[], batch.byteLength);
  ENCODER.release(batch);
  return encoded;
}

/** Bytes of `$<length>CRLF`. */
function headerBytes(length: number): number {
  let bytes = 4;
  for (let rest = length; rest >= 10; rest = Math.floor(rest / 10)) bytes++;
  return bytes;
}

function writeDigits(bytes: Buffer, position: number, value: number): number {
  const end = position + headerBytes(value) - 3;
  for (let at = end - 1, rest = value; at >= position; at--) {
    const quotient = Math.floor(rest / 10);
    bytes[at] = DIGIT_0 + rest - quotient * 10;
    rest = quotient;
  }
  return end;
}
