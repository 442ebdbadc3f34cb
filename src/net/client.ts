import { isBlockingCall } from '../commands/index.ts';
import { ConnectionError, type RedisError } from '../errors.ts';
import type { Argument, Reply } from '../resp/index.ts';
import { BlockingCalls } from './blocking-calls.ts';
import { type ClientStats, callerStats, serverStats } from './client-stats.ts';
import type { Command, CommandSink } from './command.ts';
import { budgetOf } from './connection-budget.ts';
import { CredentialStore } from './credentials.ts';
import { type ConnectionChange, type EventListener, Events, ServerActivity } from './diagnostics/index.ts';
import { checkPort, DEFAULT_PORT, type Endpoint, parseUrl, type TlsOptions } from './endpoint.ts';
import { Intake } from './intake.ts';
import { LeaseDesk } from './lease-desk.ts';
import type { LeasePool } from './lease-pool.ts';
import { singleServerRouter } from './lease-router.ts';
import { Link, type LinkOwner } from './link.ts';
import { lossOf } from './loss.ts';
import { type ClientOptions, type ClientSettings, clientSettings, type SendOptions } from './options.ts';
import {
  OneServer,
  type Payload,
  type PubSub,
  type PubSubForm,
  type SubscribeOptions,
  type Subscription,
  type TopicName,
} from './pubsub/index.ts';
import { fateAfterLoss } from './retry-policy.ts';
import { checkScanOptions, type ScannedServer, type ScanOptions, scanServer } from './scan.ts';
import { bringsScript, type Script, type ScriptCall, scriptCommands } from './script.ts';
import { runSession, type Session } from './session.ts';
import type { SessionContext } from './session-line.ts';

/** Where and how to connect to one server. */
export interface ConnectOptions extends ClientOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 6379. */
  readonly port?: number | undefined;
  /** The path of a Unix socket, instead of host and port. */
  readonly path?: string | undefined;
  /** TLS: `true`, or settings as `node:tls` takes them. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Selected on every connection; default 0. */
  readonly database?: number | undefined;
}

/**
 * Connects to one server.
 *
 * @param target options, or a URL: `redis://user:password@host:port/database`, `rediss://`, `unix:/path`.
 * @returns a client whose connection is made again whenever it is lost.
 * @throws {ConnectionError} `ERR_CONNECT` or `ERR_AUTH`, {@link TimeoutError} `ERR_CONNECT_TIMEOUT`: the first attempt failed.
 */
export async function connect(target: ConnectOptions | string = {}): Promise<Client> {
  const client = new Client(typeof target === 'string' ? optionsOfUrl(target) : target);
  await client.ready();
  return client;
}

/** What a client of one server tells of. */
export interface ClientEvents {
  /** A connection, of whatever kind, was made or not, lost or closed. */
  readonly connection: ConnectionChange;
}

/** The client of one server: `send`, `sendAll`, `close`. Made by {@link connect}. */
export class Client {
  readonly #link: Link;
  readonly #intake: Intake;
  readonly #settings: ClientSettings;
  readonly #desk: LeaseDesk;
  readonly #blockingCalls: BlockingCalls;
  readonly #sessions: SessionContext;
  readonly #credentials: CredentialStore;
  readonly #pubSub: PubSub;
  readonly #pool: LeasePool;
  readonly #events = new Events<ClientEvents>(['connection']);
  readonly #activity = new ServerActivity((change) => this.#events.tell('connection', change));
  #awaitingReady: { resolve: () => void; reject: (error: RedisError) => void } | undefined;

  constructor(options: ConnectOptions) {
    const settings = clientSettings(options);
    const { protocol, clientName } = settings;
    const handshake = { protocol, clientName, database: options.database };
    this.#credentials = new CredentialStore(settings);
    this.#settings = settings;
    const endpoint = endpointOf(options);
    this.#intake = new Intake(settings, this.#sink, { database: options.database ?? 0, place: { endpoint } });
    const shared = { credentials: this.#credentials, budget: budgetOf(settings), activity: this.#activity };
    const linkOptions = { endpoint, settings, handshake, ...shared };
    this.#link = new Link(linkOptions, this.#owner);
    this.#pubSub = new OneServer(linkOptions).pubSub;
    this.#desk = new LeaseDesk(settings);
    this.#pool = this.#desk.poolOf(linkOptions);
    this.#sessions = this.#sessionContext(this.#pool);
    this.#blockingCalls = new BlockingCalls(this.#sessions);
    this.#credentials.watch((credentials) => {
      this.#link.reauthenticate(credentials);
      this.#desk.retire();
    });
  }

  /** `host:port`, or the path of the Unix socket. */
  get address(): string {
    return this.#link.address;
  }

  /** Resolves when the server has welcomed us; rejects when the attempt fails. */
  ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#awaitingReady = { resolve, reject };
      this.#link.open();
    });
  }

  /**
   * Sends one command.
   *
   * @param args name and arguments; bytes are the caller's, and stay unchanged until the promise settles.
   * @returns the reply, in the form of `options.reply`: of the type that its caller states, for what a command is answered
   * with only the caller knows.
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously, for arguments that can't be sent.
   */
  send(args: readonly Argument[], options: SendOptions & { readonly reply: 'skip' }): Promise<null>;
  send(args: readonly Argument[], options: SendOptions & { readonly reply: 'raw' }): Promise<Buffer>;
  send<T extends Reply = Reply>(args: readonly Argument[], options?: SendOptions): Promise<T>;
  send(args: readonly Argument[], options?: SendOptions): Promise<Reply> {
    return this.#intake.send(args, options);
  }

  /** Sends many commands at once; the promise always resolves, with a reply or an error for each, in order. */
  sendAll<T extends Reply = Reply>(
    commands: readonly (readonly Argument[])[],
    options?: SendOptions,
  ): Promise<(T | RedisError)[]> {
    return this.#intake.sendAll(commands, options) as Promise<(T | RedisError)[]>;
  }

  /**
   * Runs commands as one transaction: MULTI, the commands, EXEC. Nobody's commands come in between, and all of them run or
   * none. What fails at run time does not undo the others.
   *
   * @returns a reply for each command; an {@link ErrorReply} for one that failed at run time.
   * @throws {ErrorReply} EXECABORT: nothing ran; `cause` is why the server refused one of the commands.
   */
  transaction<T extends Reply = Reply[]>(
    commands: readonly (readonly Argument[])[],
    options?: SendOptions,
  ): Promise<T> {
    return this.#intake.transaction(commands, options) as Promise<T>;
  }

  /**
   * Runs a function with a connection of its own; see {@link Session}.
   *
   * @returns what the function returns; the connection is given back when it has.
   */
  session<T>(run: (session: Session) => Promise<T>): Promise<T> {
    return runSession(this.#sessions, this.#intake, run);
  }

  /**
   * Subscribes to channels, over a connection that carries subscriptions alone.
   *
   * @returns what they bring, once the server has confirmed them all. They are subscribed again after every loss, and
   * the gap is told.
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously.
   * @throws {ErrorReply} the server would not; {@link TimeoutError}: it did not confirm them within `timeoutMs`.
   */
  subscribe<F extends PubSubForm = 'string'>(
    channels: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#pubSub.subscribe('message', channels, options);
  }

  /** The same for all channels that match glob-style patterns. */
  psubscribe<F extends PubSubForm = 'string'>(
    patterns: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#pubSub.subscribe('pmessage', patterns, options);
  }

  /** The same for sharded channels (SPUBLISH; servers from 7.0 on). */
  ssubscribe<F extends PubSubForm = 'string'>(
    channels: TopicName | readonly TopicName[],
    options?: SubscribeOptions<F>,
  ): Promise<Subscription<Payload<F>>> {
    return this.#pubSub.subscribe('smessage', channels, options);
  }

  /**
   * All keys of the server, page by page: `for await (const keys of client.scan({ match: 'user:*' }))`.
   *
   * Every key that is there from the beginning to the end comes at least once, over a reconnection too; a key may come
   * more than once.
   *
   * @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), synchronously, for options that can't be used.
   */
  scan(options?: ScanOptions & { readonly reply?: 'string' | undefined }): AsyncGenerator<string[], void>;
  scan(options: ScanOptions & { readonly reply: 'bytes' }): AsyncGenerator<Buffer[], void>;
  scan(options: ScanOptions = {}): AsyncGenerator<string[] | Buffer[], void> {
    checkScanOptions(options);
    const link = this.#link;
    const server: ScannedServer = {
      send: (args, sendOptions) => this.#intake.send(args, sendOptions),
      get generation() {
        return link.generation;
      },
      pin: () => link.pin(),
      unpin: () => link.unpin(),
    };
    return scanServer(server, options) as AsyncGenerator<string[] | Buffer[], void>;
  }

  /**
   * Runs a script by its name; a server that does not know it yet is given it. Commands sent meanwhile may overtake a
   * script that has to be given.
   *
   * @throws RangeError (`ERR_INVALID_ARGUMENT`), synchronously: another number of keys than the script declares.
   */
  runScript<T extends Reply = Reply>(script: Script, call: ScriptCall = {}, options?: SendOptions): Promise<T> {
    const [args, fallback] = scriptCommands(script, call);
    return this.#intake.sendAs(args, options, { fallback }) as Promise<T>;
  }

  /** Resolves when less than half of what may be under way is. */
  drained(): Promise<void> {
    return this.#intake.drained();
  }

  /**
   * Calls a function at every event of a kind, never in the middle of the client's own work. What it throws is an uncaught
   * error, and does the client no harm; an event that nobody listens to is nothing.
   *
   * @returns ends it.
   */
  on<E extends keyof ClientEvents>(event: E, listener: EventListener<ClientEvents[E]>): () => void {
    return this.#events.on(event, listener);
  }

  /** The listener is called no more. */
  off<E extends keyof ClientEvents>(event: E, listener: EventListener<ClientEvents[E]>): void {
    this.#events.off(event, listener);
  }

  /** What has happened since the client was made, and how it stands now. */
  stats(): ClientStats {
    const callers = callerStats({ intake: this.#intake, desk: this.#desk, pubSub: this.#pubSub });
    return { ...callers, server: serverStats({ activity: this.#activity, link: this.#link, leases: this.#pool }) };
  }

  /**
   * From now on neither its connections nor its timers keep the process alive; what is under way when everything else has
   * ended is not waited for.
   */
  unref(): this {
    this.#settings.runtime.setReferenced(false);
    return this;
  }

  /** Undoes {@link unref}: the default. */
  ref(): this {
    this.#settings.runtime.setReferenced(true);
    return this;
  }

  /** Ends subscriptions, takes no more commands, waits for those under way (at most `closeTimeoutMs`), then disconnects. */
  async close(): Promise<void> {
    this.#pubSub.close();
    await this.#intake.finish(this.#settings.closeTimeoutMs);
    this.destroy();
  }

  /** Disconnects at once; what is under way rejects with `ERR_CLOSED`. */
  destroy(): void {
    this.#credentials.close();
    this.#pubSub.close();
    this.#intake.abandon();
    this.#link.close();
    this.#desk.close();
  }

  readonly #sink: CommandSink = {
    prepare: (command) => {
      if (command.info !== undefined && isBlockingCall(command.info, command.args)) command.sink = this.#blockingCalls;
      return undefined;
    },
    nodeAdmission: () => undefined,
    dispatch: (command) => this.#link.enqueue(command),
    cancelled: () => undefined,
  };

  #sessionContext(pool: LeasePool): SessionContext {
    return {
      settings: this.#settings,
      desk: this.#desk,
      router: singleServerRouter(pool, this.#settings.runtime),
      settle: (command, outcome) => this.#intake.settle(command, outcome),
      nodeAdmission: () => undefined,
      check: () => undefined,
    };
  }

  readonly #owner: LinkOwner = {
    onReady: () => {
      this.#awaitingReady?.resolve();
      this.#awaitingReady = undefined;
    },
    onReply: (_link, command, reply) => {
      if (bringsScript(command, reply)) this.#link.enqueue(command);
      else this.#intake.settle(command, reply);
    },
    onPush: () => undefined,
    onLost: (_link, unanswered, error) => this.#onLost(unanswered, error),
  };

  /** Whatever may go out again goes out in the order in which it was sent. */
  #onLost(unanswered: readonly Command[], error: RedisError | undefined): void {
    this.#awaitingReady?.reject(error ?? new ConnectionError('ERR_CLOSED', 'the client was closed'));
    this.#awaitingReady = undefined;
    for (const command of unanswered) {
      const isRefused = error?.code === 'ERR_AUTH' && !this.#credentials.mayChange;
      if (isRefused || fateAfterLoss(command) === 'reject') {
        this.#intake.settle(command, lossOf(command, error));
        continue;
      }
      command.lastRefusal = error;
      this.#link.enqueue(command);
    }
  }
}

function endpointOf(options: ConnectOptions): Endpoint {
  const tls = options.tls === true ? {} : options.tls === false ? undefined : options.tls;
  const { host = '127.0.0.1', port = DEFAULT_PORT, path } = options;
  return path === undefined ? { host, port: checkPort(port), tls } : { host: 'localhost', port: 0, path, tls };
}

function optionsOfUrl(url: string): ConnectOptions {
  const { endpoint, username, password, database } = parseUrl(url);
  return { ...endpoint, username, password, database };
}
