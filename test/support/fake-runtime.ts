import { Buffer } from 'node:buffer';
import type { Endpoint, Runtime, ServiceTarget, Transport, TransportEvents } from '../../src/net/index.ts';

/** One connection that the client under test opened: what it wrote, and a hand on its other end. */
export class FakeTransport implements Transport {
  readonly endpoint: Endpoint;
  peerAddress: string | undefined;
  readonly #events: TransportEvents;
  /** Bytes written and not taken yet. */
  written = '';
  isDestroyed = false;
  isReferenced = true;
  /** Set: writes are held, as by a server that does not read; call {@link release}. */
  isStalled = false;
  /** Called when something was written. */
  onWrite: (() => void) | undefined;
  #held: (() => void)[] = [];

  constructor(endpoint: Endpoint, events: TransportEvents) {
    this.endpoint = endpoint;
    this.#events = events;
  }

  write(pieces: readonly Buffer[], done: () => void): void {
    for (const piece of pieces) this.written += piece.toString('latin1');
    if (this.isStalled) this.#held.push(done);
    else done();
    this.onWrite?.();
  }

  destroy(): void {
    this.isDestroyed = true;
  }

  setReferenced(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
  }

  /** What was written since the last call. */
  take(): string {
    const { written } = this;
    this.written = '';
    return written;
  }

  /** The commands written since the last call, as words; arguments in these tests hold no CRLF. */
  takeCommands(): string[] {
    const lines = this.take().split('\r\n');
    const commands: string[] = [];
    for (let at = 0; at < lines.length - 1; ) {
      const count = Number(lines[at]!.slice(1));
      const words: string[] = [];
      for (let i = 0; i < count; i++) words.push(lines[at + 2 + 2 * i]!);
      commands.push(words.join(' '));
      at += 1 + 2 * count;
    }
    return commands;
  }

  accept(): void {
    this.#events.onConnect();
  }

  /** Accepts, and answers the PING of a handshake in RESP2 without a password. */
  welcome(): void {
    this.accept();
    this.take();
    this.reply('+PONG\r\n');
  }

  reply(text: string): void {
    const bytes = Buffer.from(text);
    this.#events.onBytes(bytes, bytes.length);
    // What is borrowed is not kept: whoever looks at it later sees this.
    bytes.fill(0x21);
  }

  close(error?: Error): void {
    this.isDestroyed = true;
    this.#events.onClose(error);
  }

  release(): void {
    this.isStalled = false;
    for (const done of this.#held.splice(0)) done();
  }
}

interface Timer {
  at: number;
  callback: () => void;
}

/** Virtual time, and a network whose other end is the test. */
export class FakeRuntime implements Runtime {
  time = 1000;
  readonly transports: FakeTransport[] = [];
  readonly #timers = new Set<Timer>();
  #flushes: (() => void)[] = [];
  /** Called when the client dials. */
  onOpen: ((transport: FakeTransport) => void) | undefined;

  now(): number {
    return this.time;
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { at: this.time + delayMs, callback };
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  scheduleFlush(flush: () => void): void {
    this.#flushes.push(flush);
  }

  random(): number {
    return 0.5;
  }

  openTransport(endpoint: Endpoint, events: TransportEvents): Transport {
    const transport = new FakeTransport(endpoint, events);
    this.transports.push(transport);
    this.onOpen?.(transport);
    return transport;
  }

  /** The addresses of host names, none where there is no such name, and the targets of services; others are their own address. */
  readonly hosts: Map<string, readonly string[]> = new Map();
  readonly services: Map<string, readonly ServiceTarget[]> = new Map();
  isReferenced = true;

  resolveHost(name: string): Promise<readonly string[]> {
    const addresses = this.hosts.get(name) ?? [name];
    return addresses.length === 0 ? Promise.reject(new Error(`ENOTFOUND ${name}`)) : Promise.resolve(addresses);
  }

  resolveService(name: string): Promise<readonly ServiceTarget[]> {
    const targets = this.services.get(name);
    return targets === undefined ? Promise.reject(new Error(`ENODATA ${name}`)) : Promise.resolve(targets);
  }

  setReferenced(isReferenced: boolean): void {
    this.isReferenced = isReferenced;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** The connection opened last. */
  get last(): FakeTransport {
    return this.transports.at(-1)!;
  }

  /** Runs what waits for the end of the turn. */
  flush(): void {
    while (this.#flushes.length > 0) for (const flush of this.#flushes.splice(0)) flush();
  }

  /** Lets time pass, timers in their order; then the turn ends. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
      if (next === undefined) break;
      this.#timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.callback();
      this.flush();
    }
    this.time = end;
    this.flush();
  }
}
