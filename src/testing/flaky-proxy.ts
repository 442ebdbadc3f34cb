/** A proxy on loopback that does to a client's connections what networks do. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a proxy does with the bytes of the connections it has. */
export type ProxyMode =
  | { readonly kind: 'pass' }
  /** Bytes come late, in their order. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Nothing is read from the client: its writes back up. */
  | { readonly kind: 'stall' };

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes on their way, oldest first: to the server, and to the client. */
  readonly late: { readonly server: Buffer[]; readonly client: Buffer[] };
  /** Bytes vanish for good, in both directions: what follows a gap would be another stream. */
  isDead: boolean;
  /** Bytes from the server that may still pass before the connection is cut. */
  bytesUntilCut: number;
}

/** Stands between a client and one server. Make it with {@link listen}. */
export class FlakyProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #mode: ProxyMode = { kind: 'pass' };
  #port = 0;

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = createServer((client) => this.#accept(client));
  }

  /** Listens on a free port of 127.0.0.1. */
  static async listen(target: { readonly host: string; readonly port: number }): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(target);
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    proxy.#port = (proxy.#server.address() as { port: number }).port;
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** From now on, also for connections that exist. */
  setMode(mode: ProxyMode): void {
    this.#mode = mode;
    for (const { client } of this.#pairs) this.#flow(client);
  }

  /** The connections there are go silent for good, without being closed; new ones are not touched. */
  blackhole(): void {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  /** Each connection is cut when so many bytes more have come from the server: in the middle of a frame, as likely as not. */
  cutAfter(bytes: number): void {
    for (const pair of this.#pairs) pair.bytesUntilCut = bytes;
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) end(pair);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const pair: Pair = {
      client,
      server: connect(this.#target.port, this.#target.host),
      late: { server: [], client: [] },
      isDead: false,
      bytesUntilCut: Number.POSITIVE_INFINITY,
    };
    this.#pairs.add(pair);
    for (const socket of [pair.client, pair.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        // A dead connection does not tell its other end that it is closed.
        if (!pair.isDead || socket === client) end(pair);
        this.#pairs.delete(pair);
      });
    }
    client.on('data', (bytes) => this.#forward(pair, 'server', bytes));
    pair.server.on('data', (bytes) => this.#reply(pair, bytes));
    this.#flow(client);
  }

  #reply(pair: Pair, bytes: Buffer): void {
    const passing = bytes.subarray(0, pair.bytesUntilCut);
    pair.bytesUntilCut -= passing.length;
    this.#forward(pair, 'client', passing);
    if (pair.bytesUntilCut > 0) return;
    pair.client.end(() => end(pair));
    pair.isDead = true;
  }

  #forward(pair: Pair, to: 'client' | 'server', bytes: Buffer): void {
    if (pair.isDead) return;
    const late = pair.late[to];
    if (this.#mode.kind !== 'delay' && late.length === 0) {
      pair[to].write(bytes);
      return;
    }
    // What comes behind bytes that are still late stays behind them: whichever timer ends first lets the oldest go.
    late.push(bytes);
    setTimeout(
      () => {
        const oldest = late.shift()!;
        if (!pair.isDead) pair[to].write(oldest);
      },
      this.#mode.kind === 'delay' ? this.#mode.delayMs : 0,
    );
  }

  #flow(client: Socket): void {
    if (this.#mode.kind === 'stall') client.pause();
    else client.resume();
  }
}

function end({ client, server }: Pair): void {
  client.destroy();
  server.destroy();
}
