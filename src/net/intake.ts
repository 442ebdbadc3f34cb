import { blockingTimeoutMs, type CommandInfo, findCommand, needsSession } from '../commands/index.ts';
import { ErrorReply, RedisError } from '../errors.ts';
import { type Argument, argumentBytes, checkArguments, type Reply, type ReplyForm } from '../resp/index.ts';
import { Admission } from './admission.ts';
import { type Batch, Command, type CommandSink, CommandState, type Outcome, type Terms } from './command.ts';
import { Deadlines } from './deadlines.ts';
import { COMMANDS, CommandTrace, Tally, type TraceHome, traceSending } from './diagnostics/index.ts';
import { Fifo } from './fifo.ts';
import { aborted, clientClosed, expired, queueFull, sessionNeeded } from './intake-errors.ts';
import { limitMetBy } from './loss.ts';
import { type ClientSettings, checkSendOptions, type SendOptions } from './options.ts';
import type { ReadFrom } from './read-from.ts';
import { Replies } from './replies.ts';
import { EXEC, Transaction } from './transaction.ts';
import { TurnClock } from './turn-clock.ts';

/** Of a cluster: which of its servers has a command is known when it has been sent. */
const ANY_SERVER: TraceHome = { database: 0, place: undefined };

/** What a part of a command has of its own, and who is told of its outcome. */
export interface PartFields {
  readonly args: readonly Argument[];
  readonly form: ReplyForm;
  readonly batch: Batch;
  readonly index: number;
}

/**
 * The door of every client: checks arguments, counts admission, starts the budget, and tells the caller at the end.
 *
 * Everything that can be wrong with a call is thrown here, synchronously, before a record exists.
 */
export class Intake {
  readonly deadlines: Deadlines;
  /** What callers were told instead of a reply, by its code. */
  readonly errors: Tally = new Tally();
  readonly #settings: ClientSettings;
  readonly #sink: CommandSink;
  readonly #home: TraceHome;
  readonly #admission: Admission;
  readonly #usualTerms: Terms;
  readonly #readFrom: ReadFrom | undefined;
  readonly #clock: TurnClock;
  /** Commands that wait for admission, in the order of their `send`. */
  readonly #waiting = new Fifo<Command>();
  /** Commands that were divided, and what they were divided into; nearly no command is, so it is not on the record. */
  readonly #divided = new Map<Command, Command[]>();
  #drainedWaiters: (() => void)[] = [];
  #idleWaiters: (() => void)[] = [];
  #sequence = 0;
  #live = 0;
  #isClosed = false;

  /** @param home what all its commands have in common, for those who trace them */
  constructor(settings: ClientSettings, sink: CommandSink, home: TraceHome = ANY_SERVER) {
    this.#settings = settings;
    this.#sink = sink;
    this.#home = home;
    this.#admission = new Admission({ maxCommands: settings.maxCommands, maxBytes: settings.maxBytes });
    this.#usualTerms = {
      options: undefined,
      form: settings.reply,
      retry: settings.retry,
      timeoutMs: settings.timeoutMs,
    };
    this.#readFrom = readersOf(settings.readFrom);
    this.#clock = new TurnClock(settings.runtime);
    this.deadlines = new Deadlines(settings.runtime, (command) => this.#expire(command));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Commands whose callers have not been told yet. */
  get live(): number {
    return this.#live;
  }

  /**
   * `send` of every client.
   *
   * @param sink who moves the command, when it is not the client itself: a session.
   */
  send(args: readonly Argument[], options: SendOptions | undefined, sink?: CommandSink): Promise<Reply> {
    const command = this.#accept(args, options);
    command.sink = sink;
    const promise = command.promise();
    this.#begin(command);
    return promise;
  }

  /** One promise for many commands; it always resolves, in the order given. */
  sendAll(
    commands: readonly (readonly Argument[])[],
    options: SendOptions | undefined,
    sink?: CommandSink,
  ): Promise<Outcome[]> {
    const records = commands.map((args) => this.#accept(args, options));
    for (const record of records) record.sink = sink;
    return new Promise((resolve) => {
      const trace = COMMANDS.hasSubscribers ? new CommandTrace(records, this.#home) : undefined;
      const replies = new Replies(records.length, resolve, trace);
      for (let i = 0; i < records.length; i++) records[i]!.joinBatch(replies, i);
      if (trace === undefined) this.#admitAll(records);
      else traceSending(trace, this.#admitAll, records);
    });
  }

  /** MULTI, the commands and EXEC as one; resolves with EXEC's reply. */
  transaction(
    commands: readonly (readonly Argument[])[],
    options: SendOptions | undefined,
    sink?: CommandSink,
  ): Promise<Reply> {
    const transaction = new Transaction(commands);
    const command = this.#accept(EXEC, options, transaction.info);
    command.transaction = transaction;
    command.bytes += transaction.bytes;
    command.sink = sink;
    const promise = command.promise();
    this.#begin(command);
    return promise.then((replies) => transaction.name(replies));
  }

  /** Tells the caller the outcome, whichever it is, and gives back what the command took. */
  settle(command: Command, outcome: Outcome): void {
    if (command.state === CommandState.Settled) return;
    const isError = outcome instanceof RedisError;
    if (isError) this.#failed(command, outcome);
    if (command.isAdmitted) this.#release(command);
    this.deadlines.remove(command);
    command.forgetSignal?.();
    this.#live--;
    if (this.#divided.size > 0) this.#divided.delete(command);
    command.trace?.settled(outcome, isError);
    command.tell(outcome, isError);
    if (this.#waiting.length > 0) this.#admitWaiting();
    if (this.#drainedWaiters.length > 0 || this.#idleWaiters.length > 0) this.#wake();
  }

  /**
   * A question of the client's own to one node, for example for the topology: it has a budget like every command, but
   * needs no room, for it is asked when there is none.
   */
  ask(args: readonly Argument[], pinnedTo: string, timeoutMs: number): Promise<Reply> {
    const command = this.#accept(args, { timeoutMs, reply: 'string', retry: 'never' });
    const promise = command.promise();
    this.#pin(command, pinnedTo);
    return promise;
  }

  /** The same for a command that one node alone may answer, or that has a fallback; see {@link Command}. */
  sendAs(
    args: readonly Argument[],
    options: SendOptions | undefined,
    fields: { pinnedTo?: string; fallback?: readonly Argument[] },
  ): Promise<Reply> {
    const command = this.#accept(args, options);
    if (fields.fallback !== undefined) checkArguments(fields.fallback);
    command.pinnedTo = fields.pinnedTo;
    command.fallback = fields.fallback;
    const promise = command.promise();
    this.#begin(command);
    return promise;
  }

  /**
   * The same about a command, before it is sent: within what is left of its budget. Bulk strings come back as bytes, for
   * they may be keys.
   */
  askAbout(command: Command, args: readonly Argument[], pinnedTo: string): Promise<Reply> {
    const timeoutMs = Math.max(1, command.deadline - this.#settings.runtime.now());
    const question = this.#accept(args, { timeoutMs, reply: 'bytes', retry: 'never' });
    const promise = question.promise();
    this.#pin(question, pinnedTo);
    return promise;
  }

  /**
   * A part of an admitted command: its deadline and its end are those of the whole, and it takes no room of its own. Who
   * made it sends it on its way.
   */
  part(whole: Command, { args, form, batch, index }: PartFields): Command {
    const { info, retry, timeoutMs } = whole;
    const part = new Command(args, info, { form, retry, timeoutMs });
    part.sequence = this.#sequence++;
    part.joinBatch(batch, index);
    part.readFrom = whole.readFrom;
    const parts = this.#divided.get(whole);
    if (parts === undefined) this.#divided.set(whole, [part]);
    else parts.push(part);
    this.#live++;
    this.deadlines.addPart(part, whole);
    part.state = CommandState.Held;
    return part;
  }

  /** Resolves when less than half of what may be under way is. */
  drained(): Promise<void> {
    if (this.#admission.isBelowHalf) return Promise.resolve();
    return new Promise((resolve) => this.#drainedWaiters.push(resolve));
  }

  /** Takes nothing more; resolves when nothing is under way, or after `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    this.#isClosed = true;
    if (this.#live === 0) return;
    const { runtime } = this.#settings;
    let timer: unknown;
    await new Promise<void>((resolve) => {
      timer = runtime.setTimer(resolve, timeoutMs);
      this.#idleWaiters.push(resolve);
    });
    runtime.clearTimer(timer);
  }

  /** Takes nothing more and rejects everything that is under way. */
  abandon(): void {
    this.#isClosed = true;
    // Before their parts, whose outcome would be theirs.
    for (const command of [...this.#divided.keys(), ...this.deadlines.all()]) {
      if (!command.isSettled) this.#cancel(command, clientClosed('was'));
    }
    this.deadlines.stop();
  }

  #accept(
    args: readonly Argument[],
    options: SendOptions | undefined,
    info: CommandInfo | undefined = findCommand(args),
  ): Command {
    checkArguments(args);
    const command = new Command(args, info, this.#terms(args, options, info));
    command.bytes = argumentBytes(args);
    command.sequence = this.#sequence++;
    command.readFrom = options?.readFrom === undefined ? this.#readFrom : readersOf(options.readFrom);
    return command;
  }

  /**
   * Nearly every command is sent on the client's own terms. A blocking call may take its own time besides the budget, unless
   * its caller gave a budget for all of it.
   */
  #terms(args: readonly Argument[], options: SendOptions | undefined, info: CommandInfo | undefined): Terms {
    const blocks = info?.isBlocking === true;
    if (options === undefined && !blocks) return this.#usualTerms;
    if (options !== undefined) checkSendOptions(options);
    const { form, retry, timeoutMs } = this.#usualTerms;
    return {
      options,
      form: options?.reply ?? form,
      retry: options?.retry ?? retry,
      timeoutMs: options?.timeoutMs ?? timeoutMs + (blocks ? (blockingTimeoutMs(info, args) ?? 0) : 0),
    };
  }

  /** A caller's command sets out; whoever traces commands is told. */
  #begin(command: Command): void {
    if (!COMMANDS.hasSubscribers) {
      this.#admit(command);
      return;
    }
    const trace = new CommandTrace(command, this.#home);
    command.trace = trace;
    traceSending(trace, this.#admitOne, command);
  }

  readonly #admitOne = (command: Command): void => this.#admit(command);

  readonly #admitAll = (commands: readonly Command[]): void => {
    for (const command of commands) this.#admit(command);
  };

  #admit(command: Command): void {
    this.#live++;
    this.deadlines.add(command, this.#clock.now());
    const refusal = this.#refusal(command);
    if (refusal !== undefined) {
      this.settle(command, refusal);
      return;
    }
    const signal = command.options?.signal;
    if (signal !== undefined) this.#listen(command, signal);
    if (this.#waiting.length === 0 && this.#takeRoom(command)) {
      this.#sinkOf(command).dispatch(command);
      return;
    }
    if (this.#settings.whenFull === 'wait') this.#waiting.push(command);
    else this.settle(command, this.#full(command));
  }

  #pin(command: Command, pinnedTo: string): void {
    command.pinnedTo = pinnedTo;
    this.#live++;
    this.deadlines.add(command, this.#clock.now());
    command.state = CommandState.Held;
    this.#sink.dispatch(command);
  }

  /** Why a command can't go anywhere, known before anything is sent. */
  #refusal(command: Command): RedisError | undefined {
    const signal = command.options?.signal;
    if (signal?.aborted === true) return aborted(command, signal);
    if (this.#isClosed) return clientClosed('is');
    const impossible = command.transaction?.refusal;
    if (impossible !== undefined) return impossible;
    if (command.sink !== undefined) return command.sink.prepare(command);
    const method = needsSession(command.info);
    if (method !== undefined) return sessionNeeded(command.name, method);
    return command.pinnedTo === undefined ? this.#sink.prepare(command) : undefined;
  }

  #takeRoom(command: Command): boolean {
    const node = this.#sinkOf(command).nodeAdmission(command);
    if (!this.#admission.hasRoom(command.bytes) || node?.hasRoom(command.bytes) === false) return false;
    this.#admission.take(command.bytes);
    node?.take(command.bytes);
    command.nodeAdmission = node;
    command.isAdmitted = true;
    command.state = CommandState.Held;
    return true;
  }

  #release(command: Command): void {
    this.#admission.release(command.bytes);
    command.nodeAdmission?.release(command.bytes);
  }

  /** First in, first admitted: a later command on the same slot must not overtake. */
  #admitWaiting(): void {
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      if (!first.isSettled && !this.#takeRoom(first)) return;
      this.#waiting.shift();
      if (!first.isSettled) this.#sinkOf(first).dispatch(first);
    }
  }

  #full(command: Command): RedisError {
    const node = this.#sinkOf(command).nodeAdmission(command);
    const admission = this.#admission.hasRoom(command.bytes) && node !== undefined ? node : this.#admission;
    return queueFull(admission, admission === this.#admission ? 'this client' : 'this node');
  }

  #expire(command: Command): void {
    this.#cancel(command, limitMetBy(command) ?? expired(command));
  }

  #listen(command: Command, signal: AbortSignal): void {
    const abort = (): void => this.#cancel(command, aborted(command, signal));
    signal.addEventListener('abort', abort, { once: true });
    command.forgetSignal = () => signal.removeEventListener('abort', abort);
  }

  #cancel(command: Command, outcome: Outcome): void {
    const { state: from } = command;
    const parts = this.#divided.get(command);
    this.settle(command, outcome);
    if (parts === undefined) this.#sinkOf(command).cancelled(command, from);
    // The whole has been told: what its parts come to is nobody's any more.
    else for (const part of parts) if (!part.isSettled) this.#cancel(part, null);
  }

  #failed(command: Command, error: RedisError): void {
    error.wasSent = this.#mayHaveRun(command) || error instanceof ErrorReply;
    // Parts, and questions of the client's own, are never admitted and don't wait for it: no caller is told of those.
    if (command.isAdmitted || command.state === CommandState.Waiting) this.errors.add(error.code);
  }

  /** A command that was divided ran as far as its parts did. */
  #mayHaveRun(command: Command): boolean {
    return command.mayHaveRun || this.#divided.get(command)?.some((part) => part.mayHaveRun) === true;
  }

  #sinkOf(command: Command): CommandSink {
    return command.sink ?? this.#sink;
  }

  #wake(): void {
    if (this.#admission.isBelowHalf) {
      const waiters = this.#drainedWaiters;
      this.#drainedWaiters = [];
      for (const wake of waiters) wake();
    }
    if (this.#live > 0) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const wake of waiters) wake();
  }
}

/** Of a command's record: undefined where the primary alone answers. */
function readersOf(readFrom: ReadFrom): ReadFrom | undefined {
  return readFrom === 'primary' ? undefined : readFrom;
}
