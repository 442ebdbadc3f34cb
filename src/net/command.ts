import type { CommandInfo } from '../commands/index.ts';
import type { RedisError } from '../errors.ts';
import type { Argument, Reply, ReplyForm } from '../resp/index.ts';
import type { Admission } from './admission.ts';
import { CommandExtras, NO_EXTRAS } from './command-extras.ts';
import type { Place } from './diagnostics/index.ts';
import type { SendOptions } from './options.ts';
import type { ReadFrom } from './read-from.ts';
import type { Transaction } from './transaction.ts';

/**
 * Where a command is in its life. Whatever is not yet written can still be withdrawn, cancelled or re-routed.
 *
 *     waiting -> queued -> written -> settled
 *         \        \  ^      /  ^
 *          \        v |     v   |
 *           `-----> held <-'    `-- settled also from anywhere, by a deadline, a signal or a refusal
 */
export const CommandState = {
  /** Not admitted yet (`whenFull: 'wait'`). */
  Waiting: 'waiting',
  /** In the queue of a connection: no byte of it is encoded. */
  Queued: 'queued',
  /** Kept back by its slot's lane. */
  Held: 'held',
  /** Handed to a socket, whether or not its bytes have left. */
  Written: 'written',
  /** Its caller has been told. A written command that is settled early stays in the pipeline as a tombstone. */
  Settled: 'settled',
} as const;
export type CommandState = (typeof CommandState)[keyof typeof CommandState];

/**
 * Which written commands are sent again after their connection was lost: none, those that only read or that are
 * declared idempotent (`'safe'`: flagged readonly by the server's own table), or all.
 */
export type RetryPolicy = 'never' | 'safe' | 'always';

/** What one command was answered with, or why it was not. */
export type Outcome = Reply | RedisError;

/** Who is told when a command of a `sendAll` settles. */
export interface Batch {
  settled(index: number, outcome: Outcome): void;
}

/** What is told of one command to those who trace commands. */
export interface Trace {
  /** A connection was given the command: so a trace knows who answered last. */
  sentTo(place: Place): void;
  /** Its caller is being told. */
  settled(outcome: Outcome, isError: boolean): void;
}

/** Who moves commands: to a connection, and again after whatever happens to them there. */
export interface CommandSink {
  /** Completes the record (its slot), or refuses it with an error that its caller is told. */
  prepare(command: Command): RedisError | undefined;
  /** The share of admission of the node that the command would go to now. */
  nodeAdmission(command: Command): Admission | undefined;
  /** An admitted command is on its way. */
  dispatch(command: Command): void;
  /** A command was settled by its deadline or its signal, while in state `from`. */
  cancelled(command: Command, from: CommandState): void;
}

/** The slot of a command that has none. */
export const NO_SLOT = -1;

/** What was agreed for a command: one record for all that are sent alike, so that each of them is smaller. */
export interface Terms {
  readonly options?: SendOptions | undefined;
  readonly form: ReplyForm;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
}

/** One command from `send` to its outcome: the only record of it, wherever it waits. */
export class Command {
  /** Replaced only where a blocking call goes out again, with what is left of its time. */
  args: readonly Argument[];
  /** What is known of it; undefined where no table has it, until a server was asked. */
  info: CommandInfo | undefined;
  readonly #terms: Terms;
  /** Bytes counted by admission. */
  bytes = 0;
  /** Order of `send`: within a slot, commands leave in this order. */
  sequence = 0;
  /** When the budget is exhausted, on the runtime's clock, in whole milliseconds. */
  deadline = 0;
  slot: number = NO_SLOT;
  state: CommandState = CommandState.Waiting;
  /** Its bytes were handed to a socket and nothing since has proved that it did not run. */
  mayHaveRun = false;
  /** Who may answer it besides its slot's primary; undefined for nobody. */
  readFrom: ReadFrom | undefined;
  /** Counted by admission. */
  isAdmitted = false;
  /** The node's share of admission that it takes, besides the client's. */
  nodeAdmission: Admission | undefined;
  /** Neighbours in the list of commands with the same budget, see deadlines.ts. */
  older: Command | undefined;
  newer: Command | undefined;
  #resolve: ((reply: Reply) => void) | undefined;
  #reject: ((error: RedisError) => void) | undefined;
  #batch: Batch | undefined;
  #index = 0;
  #extras: Readonly<CommandExtras> = NO_EXTRAS;

  constructor(args: readonly Argument[], info: CommandInfo | undefined, terms: Terms) {
    this.args = args;
    this.info = info;
    this.#terms = terms;
  }

  /** As the caller gave them: a client of many servers has options of its own. */
  get options(): SendOptions | undefined {
    return this.#terms.options;
  }

  get form(): ReplyForm {
    return this.#terms.form;
  }

  get retry(): RetryPolicy {
    return this.#terms.retry;
  }

  /** The budget for everything: queueing, routing, holding, redirects, back-off and the wire. */
  get timeoutMs(): number {
    return this.#terms.timeoutMs;
  }

  /** Upper case, for messages; what the caller spelled when no table knows it. */
  get name(): string {
    return this.info?.name ?? String(this.args[0]);
  }

  get isSettled(): boolean {
    return this.state === CommandState.Settled;
  }

  /** MOVED and ASK followed so far. */
  get redirects(): number {
    return this.#extras.redirects;
  }

  set redirects(redirects: number) {
    if (redirects !== this.#extras.redirects) this.#own().redirects = redirects;
  }

  /** Refusals met so far, for the back-off. */
  get refusals(): number {
    return this.#extras.refusals;
  }

  set refusals(refusals: number) {
    if (refusals !== this.#extras.refusals) this.#own().refusals = refusals;
  }

  get lastRefusal(): RedisError | undefined {
    return this.#extras.lastRefusal;
  }

  set lastRefusal(lastRefusal: RedisError | undefined) {
    if (lastRefusal !== this.#extras.lastRefusal) this.#own().lastRefusal = lastRefusal;
  }

  /** ASKING goes before it, on the same connection with nothing between (protocol 7). */
  get asking(): boolean {
    return this.#extras.asking;
  }

  set asking(asking: boolean) {
    if (asking !== this.#extras.asking) this.#own().asking = asking;
  }

  /** The address an ASK named for it: where it goes next, instead of to its slot's primary. */
  get askAddress(): string | undefined {
    return this.#extras.askAddress;
  }

  set askAddress(askAddress: string | undefined) {
    if (askAddress !== this.#extras.askAddress) this.#own().askAddress = askAddress;
  }

  /** The address of the one node that may answer it, whatever its slot. */
  get pinnedTo(): string | undefined {
    return this.#extras.pinnedTo;
  }

  set pinnedTo(pinnedTo: string | undefined) {
    if (pinnedTo !== this.#extras.pinnedTo) this.#own().pinnedTo = pinnedTo;
  }

  /** Who moves it, where that is not the client's own traffic: a session, or the blocking calls. */
  get sink(): CommandSink | undefined {
    return this.#extras.sink;
  }

  set sink(sink: CommandSink | undefined) {
    if (sink !== this.#extras.sink) this.#own().sink = sink;
  }

  /** What takes the place of `args` when the server does not know the script that they name. */
  get fallback(): readonly Argument[] | undefined {
    return this.#extras.fallback;
  }

  set fallback(fallback: readonly Argument[] | undefined) {
    if (fallback !== this.#extras.fallback) this.#own().fallback = fallback;
  }

  /** Of an EXEC: MULTI and these commands go right before it. */
  get transaction(): Transaction | undefined {
    return this.#extras.transaction;
  }

  set transaction(transaction: Transaction | undefined) {
    if (transaction !== this.#extras.transaction) this.#own().transaction = transaction;
  }

  /** Hears the reply to a command of our own, for which no caller waits. */
  get onDropped(): ((reply: Reply) => void) | undefined {
    return this.#extras.onDropped;
  }

  set onDropped(onDropped: ((reply: Reply) => void) | undefined) {
    if (onDropped !== this.#extras.onDropped) this.#own().onDropped = onDropped;
  }

  /** Somebody was told that it was sent, and is to be told what becomes of it. */
  get trace(): Trace | undefined {
    return this.#extras.trace;
  }

  set trace(trace: Trace | undefined) {
    if (trace !== this.#extras.trace) this.#own().trace = trace;
  }

  /** Stops listening to the caller's signal. */
  get forgetSignal(): (() => void) | undefined {
    return this.#extras.forgetSignal;
  }

  set forgetSignal(forgetSignal: (() => void) | undefined) {
    if (forgetSignal !== this.#extras.forgetSignal) this.#own().forgetSignal = forgetSignal;
  }

  #own(): CommandExtras {
    if (this.#extras === NO_EXTRAS) this.#extras = new CommandExtras();
    return this.#extras as CommandExtras;
  }

  /** The promise of this command, when it has one of its own. */
  promise(): Promise<Reply> {
    const promise = new Promise<Reply>(capture);
    this.#resolve = capturedResolve;
    this.#reject = capturedReject;
    return promise;
  }

  /** Reports to a batch instead of to a promise. */
  joinBatch(batch: Batch, index: number): void {
    this.#batch = batch;
    this.#index = index;
  }

  /** Tells the caller; errors reject, but a batch takes them as results. Only the first call counts. */
  tell(outcome: Outcome, isError: boolean): void {
    this.state = CommandState.Settled;
    if (this.#batch !== undefined) this.#batch.settled(this.#index, outcome);
    else if (isError) this.#reject?.(outcome as RedisError);
    else this.#resolve?.(outcome as Reply);
  }
}

// A promise's functions, without a closure per command: the executor runs synchronously.
let capturedResolve: (reply: Reply) => void;
let capturedReject: (error: RedisError) => void;
function capture(resolve: (reply: Reply) => void, reject: (error: RedisError) => void): void {
  capturedResolve = resolve;
  capturedReject = reject;
}
