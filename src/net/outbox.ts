import { ErrorReply, type RedisError } from '../errors.ts';
import { type Argument, CommandEncoder, type Reply } from '../resp/index.ts';
import { Command, CommandState, type Terms } from './command.ts';
import { Fifo } from './fifo.ts';
import type { Pipeline } from './pipeline.ts';
import type { Transaction } from './transaction.ts';
import type { Transport } from './transport.ts';

export interface OutboxOptions {
  readonly maxBatchBytes: number;
  /** The server said whether it takes MULTI: what waited for that can leave, or never will. */
  readonly onMultiAnswered: (reply: Reply) => void;
  /** Of the server: what is written is counted. */
  readonly counters: { commands: number; bytesSent: number };
}

/**
 * The write side of a connection. Commands wait here unencoded, so that they can still be withdrawn; what is handed to the
 * socket goes in bounded batches, one at a time, so that what a slow server has not taken stays ours:
 *
 *     queued (withdrawable) --fill--> encoded --write--> the socket's (counts as written) --left--> gone
 */
export class Outbox {
  readonly #queue = new Fifo<Command>();
  readonly #encoder = new CommandEncoder();
  readonly #pipeline: Pipeline;
  readonly #maxBatchBytes: number;
  readonly #onMultiAnswered: (reply: Reply) => void;
  readonly #counters: OutboxOptions['counters'];
  #writesUnderWay = 0;
  /**
   * Whether the server takes MULTI from us. Where it does not (a user without the right to, a proxy), the commands behind
   * it would run one by one: so the first transaction of a connection goes on when its MULTI was answered.
   */
  #multi: 'unknown' | 'asked' | 'allowed' = 'unknown';
  /** The transaction whose MULTI alone is written, and whether ASKING went before it. */
  #opened: Command | undefined;
  #isOpenedAsking = false;

  constructor(pipeline: Pipeline, { maxBatchBytes, onMultiAnswered, counters }: OutboxOptions) {
    this.#pipeline = pipeline;
    this.#maxBatchBytes = maxBatchBytes;
    this.#onMultiAnswered = onMultiAnswered;
    this.#counters = counters;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Whether anybody waits for what is queued: a command that was given up stays until its turn comes. */
  get hasLive(): boolean {
    return this.#queue.some((command) => !command.isSettled);
  }

  /** What is queued can't leave yet, and why, in place of what was the reason before. */
  refused(before: RedisError | undefined, reason: RedisError | undefined): void {
    this.#queue.forEach((command) => {
      if (reason !== undefined || command.lastRefusal === before) command.lastRefusal = reason;
    });
  }

  /** Whether a MULTI is written, and its transaction not yet. */
  get isMultiOpen(): boolean {
    return this.#opened !== undefined;
  }

  /** Whether the socket has not taken everything yet. */
  get isWriting(): boolean {
    return this.#writesUnderWay > 0;
  }

  push(command: Command): void {
    command.state = CommandState.Queued;
    this.#queue.push(command);
  }

  /** Takes out the commands of which no byte is encoded, oldest first. */
  takeQueued(): Command[] {
    return this.#queue.takeAll().filter((command) => !command.isSettled);
  }

  /** The same for the commands of one slot alone. */
  takeQueuedOf(slot: number): Command[] {
    return this.#queue.takeIf((command) => command.slot === slot && !command.isSettled);
  }

  /** The same for transactions alone. */
  takeQueuedTransactions(): Command[] {
    return this.#queue.takeIf((command) => command.transaction !== undefined && !command.isSettled);
  }

  /** Encodes what is queued, up to a batch; from now on it counts as written. @returns whether there is anything to write. */
  fill(): boolean {
    const encoder = this.#encoder;
    let written = 0;
    if (this.#opened !== undefined && this.#multi === 'allowed') this.#closeUnlessNext(this.#opened);
    while (encoder.byteLength < this.#maxBatchBytes && this.#multi !== 'asked') {
      const command = this.#queue.shift();
      if (command === undefined) break;
      if (command.isSettled) continue;
      if (command.transaction !== undefined && this.#multi !== 'allowed') {
        this.#queue.unshift(command);
        this.#askForMulti(command);
        break;
      }
      // ASKING before MULTI holds until EXEC (protocol 8).
      if (command.asking && command !== this.#opened) this.encode(ASKING);
      if (command.transaction !== undefined) this.#encodeQueued(command, command.transaction);
      this.encode(command);
      command.state = CommandState.Written;
      command.mayHaveRun = true;
      written++;
    }
    this.#counters.commands += written;
    return encoder.byteLength > 0;
  }

  /** Encodes one command outside the queue. */
  encode(command: Command): void {
    this.#encoder.append(command.args);
    this.#pipeline.written(command);
  }

  /** MULTI, unless it went before, and the commands; EXEC is the record itself. */
  #encodeQueued(command: Command, transaction: Transaction): void {
    transaction.begin();
    if (command === this.#opened) this.#opened = undefined;
    else {
      this.#encodeOwn(['MULTI'], (reply) => {
        transaction.queued(0, reply);
        if (reply instanceof ErrorReply) this.#multi = 'unknown';
      });
    }
    for (const [i, args] of transaction.commands.entries()) {
      this.#encodeOwn(args, (reply) => transaction.queued(i + 1, reply));
    }
  }

  #askForMulti(command: Command): void {
    this.#multi = 'asked';
    this.#opened = command;
    this.#isOpenedAsking = command.asking;
    if (command.asking) this.encode(ASKING);
    this.#encodeOwn(['MULTI'], (reply) => {
      const isRefused = reply instanceof ErrorReply;
      this.#multi = isRefused ? 'unknown' : 'allowed';
      if (isRefused) this.#opened = undefined;
      this.#onMultiAnswered(reply);
    });
  }

  /** The transaction may have been given up or sent elsewhere meanwhile: then what was opened for it is closed. */
  #closeUnlessNext(opened: Command): void {
    while (this.#queue.peek()?.isSettled === true) this.#queue.shift();
    if (this.#queue.peek() === opened && opened.asking === this.#isOpenedAsking) return;
    this.#opened = undefined;
    this.#encodeOwn(['DISCARD'], undefined);
  }

  #encodeOwn(args: readonly Argument[], onDropped: ((reply: Reply) => void) | undefined): void {
    const command = internalCommand(args);
    command.onDropped = onDropped;
    this.encode(command);
  }

  /** Hands over what is encoded; `left` is called when the socket has taken it. */
  write(transport: Transport, left: () => void): void {
    const batch = this.#encoder.take();
    this.#counters.bytesSent += batch.byteLength;
    this.#writesUnderWay++;
    transport.write(batch.pieces, () => {
      this.#writesUnderWay--;
      this.#encoder.release(batch);
      left();
    });
  }
}

/** A command of the connection itself: no caller waits for it, so its reply is dropped like a tombstone's. */
export function internalCommand(args: readonly Argument[]): Command {
  const command = new Command(args, undefined, OWN_TERMS);
  command.state = CommandState.Settled;
  return command;
}

const OWN_TERMS: Terms = { form: 'string', retry: 'never', timeoutMs: 0 };
const ASKING: Command = internalCommand(['ASKING']);
