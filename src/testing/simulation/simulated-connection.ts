import { Buffer } from 'node:buffer';
import type { Transport, TransportEvents } from '../../net/index.ts';
import { BytePipe } from './byte-pipe.ts';
import type { VirtualRuntime } from './virtual-runtime.ts';

/** What the server's end of a connection is told. After `onEnd` nothing more is told. */
export interface ServerEnd {
  onBytes(bytes: Buffer): void;
  onEnd(): void;
}

/** The weather between a client and one node. */
export interface LinkWeather {
  /** The shortest and the longest time a piece travels. */
  minLatencyMs: number;
  maxLatencyMs: number;
  /** Bytes that the server's side takes before it has read them; what is more holds the client's next write. */
  windowBytes: number;
  /** The chance that a piece arrives in two. */
  splitChance: number;
}

export interface SimulatedConnectionOptions {
  readonly runtime: VirtualRuntime;
  readonly random: () => number;
  readonly weather: LinkWeather;
  readonly events: TransportEvents;
  readonly name: string;
}

const GARBAGE = 0x21;

/**
 * A connection of the simulated network: the client's {@link Transport} on one side, a server's session on the other.
 *
 *     client --write--> requests: BytePipe --> ServerEnd.onBytes
 *            <--onBytes-- replies: BytePipe <-- reply
 */
export class SimulatedConnection implements Transport {
  readonly name: string;
  /** Bytes the client wrote, and bytes of replies that reached it, since the beginning. */
  bytesWritten = 0;
  bytesDelivered = 0;
  /** Bytes of replies that were sent. */
  bytesReplied = 0;
  /** The client has ended it, or knows that it is over. */
  isClientGone = false;
  /** Called before the client sees bytes; the counters are up to date. */
  beforeDelivery: (() => void) | undefined;
  readonly #options: SimulatedConnectionOptions;
  readonly #requests: BytePipe;
  readonly #replies: BytePipe;
  #server: ServerEnd | undefined;
  #isServerGone = false;
  #unread = 0;
  #waitingForWindow: (() => void) | undefined;
  #isHalfOpen = false;

  constructor(options: SimulatedConnectionOptions) {
    this.#options = options;
    this.name = options.name;
    const { runtime, random, weather } = options;
    const latencyMs = (): number => weather.minLatencyMs + random() * (weather.maxLatencyMs - weather.minLatencyMs);
    const shared = { runtime, random, latencyMs, splitChance: weather.splitChance, onCut: () => this.reset() };
    this.#requests = new BytePipe({ ...shared, deliver: (bytes) => this.#server?.onBytes(bytes) });
    this.#replies = new BytePipe({ ...shared, deliver: (bytes) => this.#deliver(bytes) });
  }

  /** The server takes the connection; the client is told. */
  accepted(server: ServerEnd): void {
    this.#server = server;
    this.#replies.afterwards(() => {
      if (!this.isClientGone && !this.#isHalfOpen) this.#options.events.onConnect();
    });
  }

  write(pieces: readonly Buffer[], done: () => void): void {
    const bytes = pieces.length === 1 ? Buffer.from(pieces[0]!) : Buffer.concat(pieces);
    this.bytesWritten += bytes.length;
    this.#unread += bytes.length;
    this.#requests.send(bytes);
    if (this.#unread <= this.#options.weather.windowBytes) this.#options.runtime.scheduleFlush(done);
    else this.#waitingForWindow = done;
  }

  destroy(): void {
    if (this.isClientGone) return;
    this.isClientGone = true;
    this.#trace('closed by the client');
    this.#requests.afterwards(() => this.#endServer());
  }

  setReferenced(): void {}

  /** The server has read so many bytes. */
  consumed(bytes: number): void {
    this.#unread -= bytes;
    if (this.#waitingForWindow === undefined || this.#unread > this.#options.weather.windowBytes) return;
    const done = this.#waitingForWindow;
    this.#waitingForWindow = undefined;
    this.#options.runtime.scheduleFlush(done);
  }

  /** The server sends a reply: bytes as latin1 text. */
  reply(text: string): void {
    if (this.isClientGone) return;
    const bytes = Buffer.from(text, 'latin1');
    this.bytesReplied += bytes.length;
    this.#replies.send(bytes);
  }

  /** The server ends it in good order: what it has sent arrives first. */
  end(): void {
    this.#isServerGone = true;
    this.#requests.swallow();
    this.#replies.afterwards(() => this.#tellClient(undefined));
  }

  /** The network breaks it: what is on its way may be lost, and both sides hear of it. */
  reset(): void {
    const { random } = this.#options;
    this.#trace('reset');
    // What has left may still arrive, even when the other side already knows that the connection is over.
    if (random() < 0.5) this.#requests.swallow();
    if (random() < 0.5) this.#replies.swallow();
    this.#requests.afterwards(() => this.#endServer());
    this.#replies.afterwards(() => this.#tellClient(new Error('read ECONNRESET')));
  }

  /** So many more bytes pass in one direction, then the network breaks it. */
  cutAfter(direction: 'requests' | 'replies', bytes: number): void {
    (direction === 'requests' ? this.#requests : this.#replies).cutAfter(bytes);
  }

  /** The other side is gone and nobody is told: nothing arrives in either direction any more. */
  halfOpen(): void {
    this.#trace('half-open from here on');
    this.#isHalfOpen = true;
    this.#requests.swallow();
    this.#replies.swallow();
  }

  #deliver(bytes: Buffer): void {
    if (this.isClientGone) return;
    this.bytesDelivered += bytes.length;
    this.beforeDelivery?.();
    this.#options.events.onBytes(bytes, bytes.length);
    // What is borrowed is not kept: whoever looks at it later sees this.
    bytes.fill(GARBAGE);
  }

  #tellClient(error: Error | undefined): void {
    if (this.isClientGone || this.#isHalfOpen) return;
    this.isClientGone = true;
    this.#options.events.onClose(error);
  }

  #endServer(): void {
    if (this.#isServerGone || this.#isHalfOpen) return;
    this.#isServerGone = true;
    this.#server?.onEnd();
  }

  #trace(text: string): void {
    const { runtime } = this.#options;
    runtime.trace?.(runtime.now(), `${this.name} ${text}`);
  }
}
