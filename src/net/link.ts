import { ConnectionError, type RedisError } from '../errors.ts';
import type { Push, Reply } from '../resp/index.ts';
import { backoffMs } from './backoff.ts';
import type { Command } from './command.ts';
import { Connection } from './connection.ts';
import type { ConnectionEvents, ConnectionOptions } from './connection-options.ts';
import type { Credentials } from './credentials.ts';
import { type Endpoint, formatAddress } from './endpoint.ts';

/** What a link tells its owner. */
export interface LinkOwner {
  onReady(link: Link): void;
  onReply(link: Link, command: Command, reply: Reply): void;
  onPush(link: Link, push: Push): void;
  /**
   * A connection ended, or could not be made. `unanswered` is every live command it had, oldest first; the owner decides
   * the fate of each. `error` is undefined when the connection was replaced on purpose.
   */
  onLost(link: Link, unanswered: Command[], error: RedisError | undefined): void;
  /**
   * A connection takes nothing more, on purpose, and still owes answers to the `unanswered`; what was `queued` is the owner's
   * again, and so is the order in which everything comes from here on. An owner without this leaves both to the link.
   */
  onRetired?(link: Link, unanswered: readonly Command[], queued: readonly Command[]): void;
}

/** What each of its connections is made with. */
export type LinkOptions = Omit<ConnectionOptions, 'delayMs'>;

/** The first pause before a server that could not be reached is dialled again. */
export const FIRST_RECONNECT_DELAY_MS = 20;

/**
 * The way to one server: a connection after the other, each dialled when there is something to send, the later the
 * more often the server could not be reached.
 *
 * When one takes the place of another that still owes answers, it writes nothing until those have come, so that nothing
 * overtakes what was sent before; unless the owner keeps the order itself ({@link LinkOwner.onRetired}):
 *
 *     leaving  | written, unanswered |           what was queued moves over
 *     new                             | queued ...
 */
export class Link {
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly #options: LinkOptions;
  readonly #owner: LinkOwner;
  #connection: Connection | undefined;
  /** Replaced ones that still owe answers. */
  readonly #leaving = new Set<Connection>();
  #lastAnswered: Connection | undefined;
  #failures = 0;
  #generation = 0;
  #pins = 0;
  #isClosed = false;

  constructor(options: LinkOptions, owner: LinkOwner) {
    this.address = formatAddress(options.endpoint);
    this.endpoint = options.endpoint;
    this.#options = options;
    this.#owner = owner;
  }

  get isReady(): boolean {
    return this.#connection?.isReady === true;
  }

  /** How many connections there have been; each may have led to another process. */
  get generation(): number {
    return this.#generation;
  }

  /** Attempts to reach the server since it was last reached. */
  get failures(): number {
    return this.#failures;
  }

  /** The smoothed round trip to the server, in milliseconds; undefined without a connection. */
  get roundTripMs(): number | undefined {
    return this.#connection?.roundTripMs;
  }

  /** The server's availability zone, where the handshake asked for it and the server has one. */
  get zone(): string | undefined {
    return this.#connection?.zone;
  }

  /** Whether the server tells when keys that were read over the connection are written. */
  get isTracking(): boolean {
    return this.#connection?.isTracking === true;
  }

  /** Whether the last reply came over the connection that takes commands, not over one that only answers what it owes. */
  get isLastAnswerCurrent(): boolean {
    return this.#lastAnswered !== undefined && this.#lastAnswered === this.#connection;
  }

  /** Why there is no connection: as many as may be are in use. */
  get limit(): ConnectionError | undefined {
    return this.#connection?.permit.limit;
  }

  /** Answers that the server owes on any connection. */
  get owed(): number {
    let owed = this.#connection?.owed ?? 0;
    for (const connection of this.#leaving) owed += connection.owed;
    return owed;
  }

  /** The longest silence of a connection that owes an answer. */
  get silentMs(): number {
    let silentMs = this.#connection?.silentMs ?? 0;
    for (const connection of this.#leaving) silentMs = Math.max(silentMs, connection.silentMs);
    return silentMs;
  }

  /** Whether a connection owes an answer for a live command that is so. */
  owes(predicate: (command: Command) => boolean): boolean {
    for (const connection of this.#leaving) if (connection.unanswered().some(predicate)) return true;
    return this.#connection?.unanswered().some(predicate) === true;
  }

  /** Dials now, without anything to send. */
  open(): void {
    this.#connection ??= this.#connect();
  }

  /** The same for a command that is about to come, and that can't wait for a connection then. */
  reserve(): void {
    this.open();
    this.#connection?.permit.reserve();
  }

  /** Until {@link unpin}, the connection is not replaced without need: what the server said last is good over it alone. */
  pin(): void {
    this.#pins++;
  }

  unpin(): void {
    if (--this.#pins === 0) this.#connection?.permit.rests();
  }

  enqueue(command: Command): void {
    this.#connection ??= this.#connect();
    this.#connection.enqueue(command);
  }

  /** Withdraws the commands of which no byte is encoded, oldest first. */
  takeQueued(): Command[] {
    return this.#connection?.takeQueued() ?? [];
  }

  /** The same for the commands of one slot alone. */
  takeQueuedOf(slot: number): Command[] {
    return this.#connection?.takeQueuedOf(slot) ?? [];
  }

  /**
   * A reply said that its connection is not what it was: the next command goes over a new one, and the old one closes
   * when it has answered what it owes. Further such replies from the old one change nothing.
   */
  replace(): void {
    if (this.#connection !== undefined && this.#lastAnswered === this.#connection) this.retire();
  }

  /** The connection takes nothing more and closes when it has answered what it owes. */
  retire(): void {
    const old = this.#connection;
    if (old === undefined) return;
    this.#connection = undefined;
    const queued = old.takeQueued();
    const unanswered = old.unanswered();
    this.#leaving.add(old);
    old.drain();
    if (this.#owner.onRetired !== undefined) this.#owner.onRetired(this, unanswered, queued);
    else for (const command of queued) this.enqueue(command);
  }

  /** Ends the connections that owe something; the owner is told with this error. */
  interrupt(error: RedisError): void {
    const connections = [...this.#leaving];
    if (this.#connection !== undefined) connections.push(this.#connection);
    for (const connection of connections) connection.destroy(error);
  }

  /** Ends for good. */
  close(): void {
    this.#isClosed = true;
    const { address } = this;
    this.interrupt(new ConnectionError('ERR_CLOSED', `connection to ${address} closed by this client`, { address }));
  }

  /** Gives the server new credentials over the connection there is; a new connection asks for its own. */
  reauthenticate(credentials: Credentials): void {
    this.#connection?.reauthenticate(credentials);
  }

  get #isHeld(): boolean {
    return this.#pins > 0 || this.#options.listener?.isListening === true;
  }

  #connect(): Connection {
    const { runtime, maxReconnectDelayMs: maxMs } = this.#options.settings;
    const delayMs =
      this.#failures === 0
        ? 0
        : backoffMs(this.#failures - 1, { firstMs: FIRST_RECONNECT_DELAY_MS, maxMs }, runtime.random());
    const connection = new Connection({ ...this.#options, delayMs }, this.#events);
    if (this.#leaving.size > 0 && this.#owner.onRetired === undefined) connection.holdBack();
    return connection;
  }

  readonly #events: ConnectionEvents = {
    onReady: () => {
      this.#failures = 0;
      this.#generation++;
      this.#owner.onReady(this);
    },
    onReply: (connection, command, reply) => {
      this.#lastAnswered = connection;
      this.#owner.onReply(this, command, reply);
    },
    onPush: (push) => this.#owner.onPush(this, push),
    onEnd: (connection, unanswered, error) => {
      this.#leaving.delete(connection);
      if (this.#connection === connection) this.#connection = undefined;
      // What waits behind it was to come after what it had.
      else if (unanswered.length > 0 && this.#owner.onRetired === undefined)
        for (const command of this.takeQueued()) unanswered.push(command);
      // A server that welcomes and then closes is given time as one that can't be reached.
      if (error !== undefined) this.#failures++;
      if (!this.#isClosed || unanswered.length > 0) this.#owner.onLost(this, unanswered, error);
      if (this.#leaving.size === 0) this.#connection?.release();
    },
    onExpired: (connection) => {
      if (connection !== this.#connection || this.#isHeld) return;
      const isBusy = connection.owed > 0;
      this.retire();
      // What comes next need not wait for it to be dialled; where connections are few, it may never come.
      if (isBusy && this.#options.budget === undefined) this.open();
    },
    isHeld: () => this.#isHeld,
  };
}
