import { ErrorReply, type RedisError } from '../errors.ts';
import { type Argument, Decoder, NEED_DATA, Push, type Reply, unwrap } from '../resp/index.ts';
import { ByteTimes } from './byte-times.ts';
import type { Command } from './command.ts';
import {
  connectionLost,
  connectionSilent,
  connectTimedOut,
  noCredentials,
  unpairedReply,
} from './connection-errors.ts';
import type { ConnectionEvents, ConnectionOptions, Listener } from './connection-options.ts';
import { type ConnectionEvent, ConnectionState, transition } from './connection-state.ts';
import type { Credentials } from './credentials.ts';
import { type ConnectionFacts, ServerActivity } from './diagnostics/index.ts';
import { formatAddress } from './endpoint.ts';
import { type Agreement, Handshake, type HandshakeStep, refusal } from './handshake.ts';
import { withoutSecrets } from './hide-secrets.ts';
import { isMonitorLine } from './monitor-line.ts';
import type { ClientSettings } from './options.ts';
import { internalCommand, Outbox } from './outbox.ts';
import { Permit } from './permit.ts';
import { Pipeline } from './pipeline.ts';
import type { TimerHandle } from './runtime.ts';
import type { Transport } from './transport.ts';
import { type Sight, Watch } from './watch.ts';

/**
 * One socket, from dialling to its end: the only owner of it.
 *
 * Commands queue from the start, are encoded when the connection flushes, and wait in the pipeline for their replies.
 * Until the server has welcomed us, the pipeline carries the handshake alone.
 */
export class Connection {
  readonly address: string;
  readonly permit: Permit;
  readonly #facts: ConnectionFacts;
  readonly #activity: ServerActivity;
  readonly #settings: ClientSettings;
  readonly #events: ConnectionEvents;
  readonly #options: ConnectionOptions;
  #handshake: Handshake | undefined;
  #credentials: Credentials = {};
  /** Under way while it is set: AUTH with new credentials, or the wait for the pipeline to be empty before it. */
  #reauthentication: Command | undefined;
  readonly #decoder: Decoder;
  readonly #pipeline = new Pipeline();
  readonly #outbox: Outbox;
  /** Set once the server has welcomed us. */
  #listener: Listener | undefined;
  #transport: Transport | undefined;
  #state: ConnectionState = ConnectionState.Idle;
  /** Before it is established. */
  #timer: TimerHandle | undefined;
  #watch: Watch | undefined;
  #isHeldBack = false;
  #isFlushScheduled = false;
  readonly #times: ByteTimes;
  /** MONITOR was answered: lines that answer nobody come in between. */
  #isMonitoring = false;
  #isProbed = true;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    const { settings, endpoint } = options;
    this.address = formatAddress(endpoint);
    this.#facts = { endpoint, kind: options.kind ?? 'shared', peerAddress: undefined, agreed: undefined };
    this.#activity = options.activity ?? new ServerActivity();
    this.#settings = settings;
    this.#events = events;
    this.#options = options;
    const pushes = options.listener === undefined ? 'string' : 'bytes';
    this.#decoder = new Decoder({ maps: settings.maps, maxReplyBytes: settings.maxReplyBytes, pushes });
    this.#times = new ByteTimes(settings.runtime);
    const onMultiAnswered = (reply: Reply): void => this.#multiAnswered(reply);
    const { counters } = this.#activity;
    this.#outbox = new Outbox(this.#pipeline, { maxBatchBytes: settings.maxBatchBytes, onMultiAnswered, counters });
    this.permit = new Permit({ budget: options.budget, events, outbox: this.#outbox, pipeline: this.#pipeline }, this);
    this.#timer = settings.runtime.setTimer(() => this.permit.ask(), options.delayMs);
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state === ConnectionState.Ready;
  }

  /** Replies owed by the server, those of cancelled commands too. */
  get owed(): number {
    return this.#pipeline.owed;
  }

  /** How long nothing came although an answer is owed, in milliseconds. */
  get silentMs(): number {
    return this.#pipeline.owed === 0 ? 0 : this.#times.silentMs;
  }

  /** A smoothed round trip, in milliseconds, measured when nothing else was under way: in the handshake, and since. */
  get roundTripMs(): number | undefined {
    return this.#times.roundTripMs;
  }

  /** The server's availability zone, where it was asked and has one. */
  get zone(): string | undefined {
    return this.#facts.agreed?.zone;
  }

  /** The server tells when keys that were read over this connection are written. */
  get isTracking(): boolean {
    return this.#facts.agreed?.isTracking === true;
  }

  /** The live commands that are owed an answer, oldest first. */
  unanswered(): Command[] {
    return this.#pipeline.unanswered();
  }

  /** Takes a command; it leaves with the next flush, or when the server has welcomed us. */
  enqueue(command: Command): void {
    command.trace?.sentTo(this.#facts);
    this.#outbox.push(command);
    if (this.#isFlushScheduled || this.#outbox.isWriting) return;
    if (this.#state === ConnectionState.Ready) {
      this.#isFlushScheduled = true;
      this.#settings.runtime.scheduleFlush(this.#flush);
    } else if (this.permit.limit !== undefined) this.permit.queued(command);
  }

  /** Writes nothing until {@link release}: another connection still owes answers for what was sent before. */
  holdBack(): void {
    this.#isHeldBack = true;
  }

  release(): void {
    this.#isHeldBack = false;
    this.#flush();
  }

  /** Gives back the commands of which no byte is encoded, oldest first. */
  takeQueued(): Command[] {
    return this.#outbox.takeQueued();
  }

  /** The same for the commands of one slot alone. */
  takeQueuedOf(slot: number): Command[] {
    return this.#outbox.takeQueuedOf(slot);
  }

  /** Writes nothing more; ends when nothing is owed. What is queued goes back to the owner at the end. */
  drain(): void {
    if (this.#state === ConnectionState.Closed) return;
    const state = this.#move('drain');
    if (state === ConnectionState.Closed) this.#end(undefined);
    else this.#endIfDrained();
  }

  /** Ends at once; everything unanswered goes back to the owner, with this error. */
  destroy(error: RedisError): void {
    if (this.#state === ConnectionState.Closed) return;
    this.#move('lost');
    this.#end(error);
  }

  /**
   * Gives the server new credentials: nothing more is written, and when nothing is owed AUTH goes alone (protocol 41).
   * A refusal ends the connection.
   */
  reauthenticate(credentials: Credentials): void {
    const { username, password } = credentials;
    if (this.#state !== ConnectionState.Ready || password === undefined) return;
    this.#credentials = credentials;
    this.#reauthentication = internalCommand(['AUTH', ...(username === undefined ? [] : [username]), password]);
    this.#sendReauthentication();
  }

  #sendReauthentication(): void {
    const isQuiet = this.#pipeline.owed === 0 && !this.#outbox.isWriting;
    if (isQuiet && this.#isForAuth() && this.#state === ConnectionState.Ready) this.#write(this.#reauthentication!);
  }

  /** New credentials wait for the pipeline to be empty: nothing else is written, but what a MULTI was sent for. */
  #isForAuth(): boolean {
    return this.#reauthentication !== undefined && !this.#outbox.isMultiOpen;
  }

  #reauthenticated(reply: Reply): void {
    this.#reauthentication = undefined;
    if (reply instanceof ErrorReply) throw refusal(reply, { ...this.#credentials, address: this.address });
    this.#flush();
  }

  /** Writes a command that no caller waits for; for a connection over which nothing else is under way. */
  writeOwn(args: readonly Argument[]): void {
    this.#write(internalCommand(args));
  }

  /** Whether it is asked PING when it is idle: not in the middle of a MULTI, which would queue it. */
  setProbed(isProbed: boolean): void {
    this.#isProbed = isProbed;
  }

  /** MONITOR was answered just now: from here on its lines are told as pushes of the kind `monitor`. */
  expectMonitorLines(): void {
    this.#isMonitoring = true;
    this.#decoder.reply = 'string';
  }

  /** Its {@link permit} lets it. */
  dial(): void {
    this.#move('dial');
    const { runtime, connectTimeoutMs } = this.#settings;
    this.#timer = runtime.setTimer(
      () => this.destroy(connectTimedOut(this.address, this.#state, connectTimeoutMs)),
      connectTimeoutMs,
    );
    this.#activity.dialling(this.#facts, () => this.#findCredentials());
  }

  #findCredentials(): void {
    const credentials = this.#options.credentials.current();
    if (credentials instanceof Promise) {
      const failed = (cause: unknown): void => this.destroy(noCredentials(this.address, cause));
      credentials.then((value) => this.#open(value), failed);
    } else {
      this.#open(credentials);
    }
  }

  #open(credentials: Credentials): void {
    if (this.#state !== ConnectionState.Connecting) return;
    this.#credentials = credentials;
    this.#handshake = new Handshake({ ...this.#options.handshake, ...credentials, address: this.address });
    this.#transport = this.#settings.runtime.openTransport(this.#facts.endpoint, {
      onConnect: () => this.#onConnect(),
      onBytes: (buffer, length) => this.#onBytes(buffer, length),
      onClose: (error) => this.destroy(connectionLost(this.address, this.#state, error)),
    });
  }

  #onConnect(): void {
    if (this.#state !== ConnectionState.Connecting) return;
    this.#move('connected');
    this.#facts.peerAddress = this.#transport?.peerAddress;
    this.#takeStep(this.#handshake!.start());
  }

  #takeStep(step: HandshakeStep): void {
    if (step.kind === 'send') this.#write(internalCommand(step.args));
    else this.#welcome(step);
  }

  #welcome(agreed: Agreement): void {
    this.#move('welcomed');
    this.#facts.agreed = agreed;
    this.#settings.runtime.clearTimer(this.#timer);
    this.#listener = this.#options.listener;
    if (this.#listener !== undefined) this.#decoder.reply = 'bytes';
    this.#watch = new Watch(this.#settings, { times: this.#times, pipeline: this.#pipeline }, this.#seen);
    this.#activity.welcomed(this.#facts);
    this.#events.onReady(this);
    this.#flush();
    this.permit.rests();
  }

  #onBytes(buffer: Buffer, length: number): void {
    this.#times.heard();
    this.#activity.counters.bytesReceived += length;
    const decoder = this.#decoder;
    const listener = this.#listener;
    try {
      decoder.feed(length === buffer.length ? buffer : buffer.subarray(0, length));
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) {
        if (listener !== undefined) this.#hear(reply, listener);
        else if (reply instanceof Push) this.#events.onPush(reply);
        else this.#pair(unwrap(reply));
        if (this.#state === ConnectionState.Closed) return;
      }
    } catch (error) {
      // A syntax error, a depth error, a refused handshake: the stream can't be used further.
      this.destroy(error as RedisError);
      return;
    }
    if (this.#state === ConnectionState.Draining) this.#endIfDrained();
    else if (this.#reauthentication !== undefined) this.#sendReauthentication();
    else this.permit.rests();
  }

  #pair(reply: Reply): void {
    if (this.#isMonitoring && isMonitorLine(reply)) {
      this.#events.onPush(new Push('monitor', ['monitor', reply]));
      return;
    }
    const command = this.#pipeline.answered();
    if (command === undefined) throw unpairedReply(this.address, reply);
    this.#expectForm();
    if (this.#state === ConnectionState.Handshaking) {
      this.#takeStep(this.#handshake!.onReply(reply));
      return;
    }
    if (command === this.#reauthentication) this.#reauthenticated(reply);
    if (command.isSettled) command.onDropped?.(reply);
    else if (reply instanceof ErrorReply) this.#refused(command, reply);
    // A raw frame lies in the read buffer: what a caller keeps is a copy.
    else if (command.form === 'raw' && Buffer.isBuffer(reply)) this.#events.onReply(this, command, Buffer.from(reply));
    else this.#events.onReply(this, command, reply);
  }

  #refused(command: Command, refusal: ErrorReply): void {
    const reply = withoutSecrets(refusal, command);
    reply.command = command.name;
    reply.address = this.address;
    this.#activity.refused(reply);
    this.#events.onReply(this, command, command.transaction?.explain(reply) ?? reply);
  }

  /** Transactions waited for this; where MULTI is refused, so are they. */
  #multiAnswered(reply: Reply): void {
    if (reply instanceof ErrorReply) {
      reply.command = 'MULTI';
      reply.address = this.address;
      for (const command of this.#outbox.takeQueuedTransactions()) this.#events.onReply(this, command, reply);
    }
    this.#flush();
  }

  #hear(reply: Reply, listener: Listener): void {
    for (let answered = listener.heard(reply, this.#pipeline.head); answered > 0; answered--) this.#pipeline.answered();
  }

  /** Replies are decoded once, in the form that the command they answer asks for. */
  #expectForm(): void {
    const head = this.#pipeline.head;
    if (head === undefined || this.#isMonitoring || this.#listener !== undefined) return;
    this.#decoder.reply = head.isSettled && this.#state !== ConnectionState.Handshaking ? 'skip' : head.form;
  }

  readonly #flush = (): void => {
    this.#isFlushScheduled = false;
    if (this.#state !== ConnectionState.Ready || this.#outbox.isWriting) return;
    if (this.#isHeldBack || this.#isForAuth()) return;
    const wasIdle = this.#pipeline.owed === 0;
    if (!this.#outbox.fill()) return;
    this.permit.used();
    this.#send(wasIdle);
  };

  /** One command of our own, outside the queue: the handshake, AUTH and the idle probe. */
  #write(command: Command): void {
    const wasIdle = this.#pipeline.owed === 0;
    this.#outbox.encode(command);
    this.#send(wasIdle);
  }

  #send(wasIdle: boolean): void {
    if (wasIdle) {
      this.#times.asked();
      this.#expectForm();
    }
    this.#outbox.write(this.#transport!, this.#batchLeft);
  }

  readonly #batchLeft = (): void => {
    if (this.#outbox.isWriting) return;
    if (this.#isForAuth()) this.#sendReauthentication();
    else if (!this.#outbox.isEmpty) this.#flush();
  };

  readonly #seen = (sight: Sight): void => {
    const { address } = this;
    if (sight === 'silent') this.destroy(connectionSilent(address, this.#settings.livenessMs));
    else if (sight === 'old') this.#events.onExpired(this);
    else if (this.isReady && this.#isProbed && !this.#outbox.isWriting) this.writeOwn(['PING']);
  };

  #endIfDrained(): void {
    if (this.#pipeline.owed > 0) return;
    this.#move('lost');
    this.#end(undefined);
  }

  #end(error: RedisError | undefined): void {
    this.#settings.runtime.clearTimer(this.#timer);
    this.#watch?.stop();
    this.#transport?.destroy();
    const unanswered = this.#pipeline.takeUnanswered();
    for (const command of this.takeQueued()) unanswered.push(command);
    this.#activity.ended(this.#facts, error, unanswered.length);
    this.#events.onEnd(this, unanswered, error);
    this.permit.left();
  }

  #move(event: ConnectionEvent): ConnectionState {
    this.#state = transition(this.#state, event);
    return this.#state;
  }
}
