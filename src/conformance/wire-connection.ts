/** One raw connection: sends bytes as it is told, and keeps everything that comes back. */
import { type Socket, connect as tcpConnect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import type { Endpoint } from '../net/index.ts';
import { Decoder, NEED_DATA } from '../resp/index.ts';
import type { WireEvent } from './observation.ts';
import { TokenReader } from './token.ts';

/** Where a connection writes down what it sees. */
export interface WireLog {
  readonly events: WireEvent[];
  readonly startedAt: number;
  /** Beyond this nothing is kept of the bytes. */
  bytesLeft: number;
}

export function newWireLog(): WireLog {
  return { events: [], startedAt: performance.now(), bytesLeft: 64 * 1024 };
}

/** How a connection is opened. */
export interface OpenOptions {
  readonly log?: WireLog;
  /** More than this is not taken: a server may send for ever. */
  readonly maxBytes?: number;
}

const CONNECT_TIMEOUT_MS = 5000;

/** A connection of a case. */
export class WireConnection {
  readonly name: string;
  readonly reader: TokenReader = new TokenReader();
  /** How it ended; undefined while it is open. */
  ending: 'fin' | 'rst' | undefined;
  /** Tokens that earlier steps have had. */
  taken = 0;
  readonly #socket: Socket;
  readonly #log: WireLog;
  #bytesLeft: number;
  /** Strict: refuses what a lenient reader would put up with. */
  readonly #decoder = new Decoder({ reply: 'skip', maxDepth: 4096, maxReplyBytes: 2 ** 31 });
  #fault: string | undefined;
  #wake: (() => void) | undefined;

  private constructor(name: string, socket: Socket, { log, maxBytes }: OpenOptions) {
    this.name = name;
    this.#socket = socket;
    this.#log = log ?? newWireLog();
    this.#bytesLeft = maxBytes ?? Number.POSITIVE_INFINITY;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onBytes(chunk));
    socket.on('error', () => {
      this.#close('rst');
    });
    // A server that half-closes has no more to say.
    socket.on('end', () => this.#close('fin'));
    socket.on('close', () => this.#close('fin'));
  }

  /** @throws {Error} when there is nobody, or nobody answers in time. */
  static open(name: string, endpoint: Endpoint, options: OpenOptions = {}): Promise<WireConnection> {
    const { host, port, path, tls } = endpoint;
    const where = path === undefined ? { host, port } : { path };
    // Half-open: what the server still has to say after our FIN is read.
    const socket = tls === undefined ? tcpConnect({ ...where, allowHalfOpen: true }) : tlsConnect({ ...where, ...tls });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), CONNECT_TIMEOUT_MS);
      const refuse = (error: Error) => {
        clearTimeout(timer);
        reject(error);
      };
      socket.once('error', refuse);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer);
        socket.off('error', refuse);
        resolve(new WireConnection(name, socket, options));
      });
    });
  }

  /** What cannot be RESP in what came; undefined when all is well. */
  get fault(): string | undefined {
    return this.reader.fault ?? this.#fault;
  }

  /** Sends bytes in writes of a size, each on its way before the next; ends silently when the other side is gone. */
  async send(bytes: Buffer, cut: number = bytes.length): Promise<void> {
    this.#note('sent', bytes);
    for (let from = 0; from < bytes.length && this.ending === undefined; from += cut) {
      const isTaken = this.#socket.write(bytes.subarray(from, from + cut));
      if (cut < bytes.length) await nextTurn();
      if (!isTaken && cut < bytes.length) await this.#drained();
    }
  }

  /** Says that nothing more will be sent; replies are still read. */
  end(): void {
    this.note('FIN sent');
    this.#socket.end();
  }

  /** Reads nothing until {@link resume}. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#close(this.ending ?? 'fin');
    this.#socket.destroy();
  }

  /** Waits until something comes, the connection ends, or the time is over: then false. */
  changed(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (hasChanged: boolean) => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve(hasChanged);
      };
      const timer = setTimeout(() => settle(false), withinMs);
      this.#wake = () => settle(true);
    });
  }

  note(text: string): void {
    this.#note('note', Buffer.from(text));
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once('drain', resolve);
      this.#socket.once('close', () => resolve());
    });
  }

  #onBytes(chunk: Buffer): void {
    this.#note('got', chunk);
    this.#bytesLeft -= chunk.length;
    if (this.#bytesLeft < 0) {
      this.#fault ??= 'it sends more than is allowed';
      this.close();
      return;
    }
    this.reader.feed(chunk);
    this.#check(chunk);
    this.#wake?.();
  }

  #check(chunk: Buffer): void {
    if (this.#fault !== undefined) return;
    try {
      this.#decoder.feed(chunk);
      while (this.#decoder.next() !== NEED_DATA);
    } catch (error) {
      this.#fault = (error as Error).message;
    }
  }

  #close(how: 'fin' | 'rst'): void {
    if (this.ending !== undefined) return;
    this.ending = how;
    this.note(how === 'fin' ? 'closed' : 'reset');
    this.#wake?.();
  }

  #note(direction: WireEvent['direction'], bytes: Buffer): void {
    if (bytes.length === 0) return;
    const kept = Buffer.from(bytes.subarray(0, Math.max(0, this.#log.bytesLeft)));
    this.#log.bytesLeft -= kept.length;
    const atMs = Math.round((performance.now() - this.#log.startedAt) * 10) / 10;
    const last = this.#log.events.at(-1);
    if (kept.length > 0) this.#log.events.push({ atMs, connection: this.name, direction, bytes: kept });
    else if (last?.direction !== 'note') {
      this.#log.events.push({ atMs, connection: this.name, direction: 'note', bytes: Buffer.from('... not kept') });
    }
  }
}
