/** A small server in this process that speaks RESP right, and can be told what to do wrong: what the suite is tested with. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Target } from '../../src/conformance/index.ts';
import { NEED_DATA, RequestDecoder, RequestError } from '../../src/resp/index.ts';

/** Faults: each replaces one thing that the right server does. */
export interface Faults {
  /** What arrived; returns what is read instead. */
  readonly read?: (chunk: Buffer, client: SmallClient) => Buffer;
  /** Bytes that a right server refuses; true: dealt with. */
  readonly refuse?: (error: RequestError, client: SmallClient) => boolean;
  /** A command; returns its reply, or undefined to have it answered right. */
  readonly answer?: (args: readonly string[], client: SmallClient) => string | undefined;
  /** A reply about to be sent. */
  readonly reply?: (reply: string, args: readonly string[], client: SmallClient) => string;
}

/** Texts hold one byte a character. */
export class SmallServer {
  readonly values: Map<string, string> = new Map();
  readonly clients: Set<SmallClient> = new Set();
  readonly faults: Faults;
  readonly password: string | undefined;
  readonly #server: Server = createServer((socket) => this.clients.add(new SmallClient(socket, this)));

  private constructor(faults: Faults, password: string | undefined) {
    this.faults = faults;
    this.password = password;
  }

  static async listen(faults: Faults = {}, password?: string): Promise<SmallServer> {
    const server = new SmallServer(faults, password);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    for (const client of this.clients) client.end();
  }

  publish(channel: string, message: string): number {
    const subscribers = [...this.clients].filter(({ channels }) => channels.has(channel));
    for (const each of subscribers) each.say(`${each.pushSign}3\r\n${bulk('message')}${bulk(channel)}${bulk(message)}`);
    return subscribers.length;
  }
}

/** Two small servers, one with a password, as the suite's target. */
export async function smallTarget(faults: Faults = {}): Promise<{ target: Target; close: () => void }> {
  const [plain, secured] = [await SmallServer.listen(faults), await SmallServer.listen(faults, 'secret')];
  const target: Target = {
    name: 'small',
    plain: { host: '127.0.0.1', port: plain.port },
    secured: { endpoint: { host: '127.0.0.1', port: secured.port }, password: 'secret' },
    words: new Map([['password', 'secret']]),
    gives: new Set(['hostile']),
  };
  const close = () => {
    plain.close();
    secured.close();
  };
  return { target, close };
}

type Command = (args: readonly string[], client: SmallClient) => string;

/** One client's connection. */
export class SmallClient {
  readonly server: SmallServer;
  readonly channels: Set<string> = new Set();
  isAuthenticated: boolean;
  protocol = 2;
  queue: string[][] | undefined;
  isAborted = false;
  replies: 'on' | 'off' | 'skip-next' | 'skip-this' = 'on';
  /** For faults that need a memory. */
  kept = '';
  readonly #socket: Socket;
  #decoder = new RequestDecoder();

  constructor(socket: Socket, server: SmallServer) {
    this.#socket = socket;
    this.server = server;
    this.isAuthenticated = server.password === undefined;
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => server.clients.delete(this));
    socket.on('data', (chunk: Buffer) => this.#onBytes(server.faults.read?.(chunk, this) ?? chunk));
  }

  get pushSign(): '>' | '*' {
    return this.protocol === 3 ? '>' : '*';
  }

  get nothing(): string {
    return this.protocol === 3 ? '_\r\n' : '$-1\r\n';
  }

  say(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Forgets what was read of a command that is not whole. */
  forget(): void {
    this.#decoder = new RequestDecoder();
  }

  run(args: readonly string[]): string {
    const name = args[0]!.toUpperCase();
    const command = COMMANDS[name];
    if (command === undefined) return error(`ERR unknown command '${args[0]!.replace(/[\r\n]/g, ' ')}'`);
    const [least, most] = ARITY[name] ?? [1, Number.POSITIVE_INFINITY];
    if (args.length < least || args.length > most) return error(`ERR wrong number of arguments for '${name}'`);
    return command(args, this);
  }

  #onBytes(chunk: Buffer): void {
    this.#decoder.feed(chunk);
    try {
      for (let request = this.#decoder.next(); request !== NEED_DATA; request = this.#decoder.next()) {
        this.#serve(request.args.map((argument) => argument.toString('latin1')));
      }
    } catch (failure) {
      if (!(failure instanceof RequestError)) throw failure;
      if (this.server.faults.refuse?.(failure, this) === true) return;
      this.#socket.end(failure.answer);
    }
  }

  #serve(args: string[]): void {
    const { faults } = this.server;
    const answer = faults.answer?.(args, this) ?? this.#answer(args);
    const isSkipped = this.replies === 'off' || this.replies === 'skip-this';
    if (this.replies === 'skip-this') this.replies = 'on';
    // CLIENT REPLY SKIP itself has no reply, and the command behind it has none either.
    if (this.replies === 'skip-next') this.replies = 'skip-this';
    if (!isSkipped) this.say(faults.reply?.(answer, args, this) ?? answer);
    if (args[0]!.toUpperCase() === 'QUIT') this.end();
  }

  #answer(args: string[]): string {
    const name = args[0]!.toUpperCase();
    if (!this.isAuthenticated && !['AUTH', 'HELLO', 'QUIT'].includes(name))
      return error('NOAUTH Authentication required.');
    const isFree = ['SUBSCRIBE', 'UNSUBSCRIBE', 'PING', 'QUIT'].includes(name);
    if (this.channels.size > 0 && this.protocol === 2 && !isFree) return error(`ERR Can't execute '${name}'`);
    if (this.queue === undefined || ['EXEC', 'DISCARD', 'QUIT'].includes(name)) return this.run(args);
    const isKnown = COMMANDS[name] !== undefined && args.length >= (ARITY[name]?.[0] ?? 1);
    if (!isKnown) {
      this.isAborted = true;
      return this.run(args);
    }
    this.queue.push(args);
    return '+QUEUED\r\n';
  }
}

const ARITY: Readonly<Record<string, readonly [number, number]>> = {
  GET: [2, 2],
  PING: [1, 2],
  ECHO: [2, 2],
  SET: [3, 9],
};

export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

export function error(text: string): string {
  return `-${text}\r\n`;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  PING: (args, client) => {
    const isSubscriber = client.channels.size > 0 && client.protocol === 2;
    if (isSubscriber) return `*2\r\n${bulk('pong')}${bulk(args[1] ?? '')}`;
    return args[1] === undefined ? '+PONG\r\n' : bulk(args[1]);
  },
  ECHO: (args) => bulk(args[1]!),
  SET: (args, { server }) => {
    server.values.set(args[1]!, args[2]!);
    return '+OK\r\n';
  },
  GET: (args, { server, nothing }) => {
    const value = server.values.get(args[1]!);
    return value === undefined ? nothing : bulk(value);
  },
  DEL: (args, { server }) => `:${args.slice(1).filter((key) => server.values.delete(key)).length}\r\n`,
  EXISTS: (args, { server }) => `:${args.slice(1).filter((key) => server.values.has(key)).length}\r\n`,
  INCR: (args, { server }) => {
    const value = Number(server.values.get(args[1]!) ?? 0);
    if (!Number.isSafeInteger(value)) return error('ERR value is not an integer or out of range');
    server.values.set(args[1]!, String(value + 1));
    return `:${value + 1}\r\n`;
  },
  LPUSH: () => error('WRONGTYPE Operation against a key holding the wrong kind of value'),
  AUTH: (args, client) => {
    if (args.at(-1) !== client.server.password) return error('WRONGPASS invalid username-password pair');
    client.isAuthenticated = true;
    return '+OK\r\n';
  },
  HELLO: (args, client) => {
    if (!client.isAuthenticated) return error('NOAUTH HELLO must be called with the client already authenticated');
    if (args[1] !== undefined && !['2', '3'].includes(args[1])) return error('NOPROTO unsupported protocol version');
    client.protocol = Number(args[1] ?? client.protocol);
    const fields = `${bulk('server')}${bulk('small')}${bulk('version')}${bulk('1.0')}${bulk('proto')}:${client.protocol}\r\n`;
    return client.protocol === 3 ? `%3\r\n${fields}` : `*6\r\n${fields}`;
  },
  CLIENT: (args, client) => {
    const [, what, mode] = args.map((text) => text.toUpperCase());
    if (what !== 'REPLY') return '+OK\r\n';
    if (mode === 'ON') client.replies = 'on';
    if (mode === 'ON') return '+OK\r\n';
    client.replies = mode === 'OFF' ? 'off' : 'skip-next';
    return '';
  },
  MULTI: (_, client) => {
    client.queue = [];
    client.isAborted = false;
    return '+OK\r\n';
  },
  EXEC: (_, client) => {
    const { queue } = client;
    client.queue = undefined;
    if (queue === undefined) return error('ERR EXEC without MULTI');
    if (client.isAborted) return error('EXECABORT Transaction discarded because of previous errors.');
    return `*${queue.length}\r\n${queue.map((args) => client.run(args)).join('')}`;
  },
  DISCARD: (_, client) => {
    client.queue = undefined;
    return '+OK\r\n';
  },
  SUBSCRIBE: (args, client) =>
    args
      .slice(1)
      .map((channel) => {
        client.channels.add(channel);
        return `${client.pushSign}3\r\n${bulk('subscribe')}${bulk(channel)}:${client.channels.size}\r\n`;
      })
      .join(''),
  UNSUBSCRIBE: (args, client) => {
    const channels = args.length > 1 ? args.slice(1) : [...client.channels];
    if (channels.length === 0) return `${client.pushSign}3\r\n${bulk('unsubscribe')}${client.nothing}:0\r\n`;
    return channels
      .map((channel) => {
        client.channels.delete(channel);
        return `${client.pushSign}3\r\n${bulk('unsubscribe')}${bulk(channel)}:${client.channels.size}\r\n`;
      })
      .join('');
  },
  PUBLISH: (args, { server }) => `:${server.publish(args[1]!, args[2]!)}\r\n`,
  QUIT: () => '+OK\r\n',
};
