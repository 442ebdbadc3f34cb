/** A server in this process that plays bytes, to test a client with what real servers rarely do. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type Runtime, systemRuntime } from '../net/index.ts';
import { beginsWith, describeCommand, type Step, type WireBytes } from './script.ts';
import { type ConnectionOwner, type Handler, type ReceivedCommand, ScriptedConnection } from './scripted-connection.ts';

/** What a scripted server does; with nothing given it reads and stays silent. */
export interface ScriptedNodeOptions {
  /** One script per connection, in the order in which they are accepted. */
  readonly scripts?: readonly (readonly Step[])[] | undefined;
  /** Of every connection that has none of its own in `scripts`. */
  readonly script?: readonly Step[] | undefined;
  /** Is asked for every command before the script; what it answers, the script does not see. */
  readonly handler?: Handler | undefined;
  /** Is asked for what comes when a connection's script is over, or when it has none. */
  readonly fallback?: Handler | undefined;
  /** 127.0.0.1 */
  readonly host?: string | undefined;
  /** A free one. */
  readonly port?: number | undefined;
  /** The path of a Unix socket instead. */
  readonly path?: string | undefined;
  /** Certificate and key, as `node:tls` takes them, to speak TLS. */
  readonly tls?: TlsOptions | undefined;
  /** Times the delays of scripts; the real time by default. */
  readonly clock?: Pick<Runtime, 'setTimer'> | undefined;
}

interface OneAnswer {
  readonly command: readonly WireBytes[];
  readonly bytes: WireBytes;
}

/** Answers nothing; for a handler that must keep others from answering. */
export const NO_ANSWER = '';

const UNTIL_TIMEOUT_MS = 5000;

/** A server that plays bytes. It listens until {@link close}. */
export class ScriptedNode {
  readonly connections: ScriptedConnection[] = [];
  /** All commands of all connections, in the order in which they came in. */
  readonly commands: ReceivedCommand[] = [];
  /** What went otherwise than the scripts expect. */
  readonly failures: string[] = [];
  /** May be exchanged at any time. */
  handler: Handler;
  readonly #options: ScriptedNodeOptions;
  readonly #server: Server;
  /** Every accepted socket, those in the middle of a TLS handshake included. */
  readonly #sockets = new Set<Socket>();
  readonly #answers: OneAnswer[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #owner: ConnectionOwner;
  #port: number | undefined;

  /** Use {@link listen}. */
  constructor(options: ScriptedNodeOptions = {}) {
    this.#options = options;
    this.handler = options.handler ?? (() => undefined);
    this.#owner = this.#makeOwner();
    this.#server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket) => {
      const index = this.connections.length;
      const script = options.scripts?.[index] ?? options.script ?? [];
      this.connections.push(new ScriptedConnection(socket, this.#owner, { index, script }));
      this.#changed();
    });
  }

  /** Starts a server and resolves when it listens. */
  static async listen(options: ScriptedNodeOptions = {}): Promise<ScriptedNode> {
    const node = new ScriptedNode(options);
    await node.open();
    return node;
  }

  /** Listens, again after {@link close} too: then on the same port. */
  async open(): Promise<void> {
    const { host = '127.0.0.1', path } = this.#options;
    const where = path === undefined ? { host, port: this.#port ?? this.#options.port ?? 0 } : { path };
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(where, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  get host(): string {
    return this.#options.host ?? '127.0.0.1';
  }

  /** Known from when it listens; 0 for a Unix socket. */
  get port(): number {
    return this.#port ?? 0;
  }

  /** `host:port`, or the path of a Unix socket. */
  get address(): string {
    return this.#options.path ?? `${this.host}:${this.port}`;
  }

  /** The received commands as texts, in the order in which they came in: `['HELLO 3', 'GET k']`. */
  get texts(): string[] {
    return this.commands.map(({ text }) => text);
  }

  /**
   * Answers the next command that begins with these arguments with these bytes, once, before any handler is asked. Given
   * several times, in that order.
   */
  answerOnce(command: readonly WireBytes[], bytes: WireBytes): void {
    this.#answers.push({ command, bytes });
  }

  /**
   * Resolves when a condition holds; looked at whenever something comes in, is played or ends.
   *
   * @throws {Error} with what was received, when it does not within five seconds.
   */
  async until(condition: (node: this) => boolean): Promise<void> {
    if (condition(this)) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        reject(new Error(`the condition did not come true; received: ${JSON.stringify(this.texts)}`));
      }, UNTIL_TIMEOUT_MS);
      const look = () => {
        if (!condition(this)) return;
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve();
      };
      this.#watchers.add(look);
    });
  }

  /**
   * @throws {Error} when a connection sent what its script does not expect, or scripts and single answers were not
   * played to their end.
   */
  verify(): void {
    const scripts = this.#options.scripts ?? [];
    const unplayed = Array.from({ length: Math.max(scripts.length, this.connections.length) }, (_, index) => {
      const { length } = scripts[index] ?? this.#options.script ?? [];
      const remaining = this.connections[index]?.remainingSteps ?? length;
      return remaining === 0 ? [] : [`connection ${index}: ${remaining} of ${length} steps were not reached`];
    }).flat();
    const unused = this.#answers.map(({ command }) => `nobody sent ${describeCommand(command)}`);
    const problems = [...this.failures, ...unplayed, ...unused];
    if (problems.length > 0) throw new Error(`${this.address}: ${problems.join('; ')}`);
  }

  /** Breaks all connections and listens no more. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.reset();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #makeOwner(): ConnectionOwner {
    return {
      clock: this.#options.clock ?? systemRuntime,
      handler: (args, ...context) => this.#takeAnswer(args) ?? this.handler(args, ...context),
      fallback: (...command) => this.#options.fallback?.(...command),
      onCommand: (command) => this.commands.push(command),
      onChange: () => this.#changed(),
      onFailure: (message) => this.failures.push(message),
    };
  }

  #takeAnswer(args: readonly Buffer[]): WireBytes | undefined {
    const index = this.#answers.findIndex(({ command }) => beginsWith(args, command));
    return index < 0 ? undefined : this.#answers.splice(index, 1)[0]?.bytes;
  }

  #changed(): void {
    for (const look of [...this.#watchers]) look();
  }
}
