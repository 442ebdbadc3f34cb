import { type Argument, CommandEncoder } from '../resp/index.ts';
import { Command, CommandState } from './command.ts';
import { Fifo } from './fifo.ts';
import type { Pipeline } from './pipeline.ts';
import type { Transport } from './transport.ts';

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
  #writesUnderWay = 0;

  constructor(pipeline: Pipeline, maxBatchBytes: number) {
    this.#pipeline = pipeline;
    this.#maxBatchBytes = maxBatchBytes;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
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

  /** Encodes what is queued, up to a batch; from now on it counts as written. @returns whether there is anything to write. */
  fill(): boolean {
    const encoder = this.#encoder;
    while (encoder.byteLength < this.#maxBatchBytes) {
      const command = this.#queue.shift();
      if (command === undefined) break;
      if (command.isSettled) continue;
      if (command.asking) this.encode(ASKING);
      this.encode(command);
      command.state = CommandState.Written;
      command.mayHaveRun = true;
    }
    return encoder.byteLength > 0;
  }

  /** Encodes one command outside the queue. */
  encode(command: Command): void {
    this.#encoder.append(command.args);
    this.#pipeline.written(command);
  }

  /** Hands over what is encoded; `left` is called when the socket has taken it. */
  write(transport: Transport, left: () => void): void {
    const batch = this.#encoder.take();
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
  const command = new Command({
    args,
    info: undefined,
    form: 'string',
    retry: 'never',
    timeoutMs: 0,
    bytes: 0,
    sequence: 0,
  });
  command.state = CommandState.Settled;
  return command;
}

const ASKING: Command = internalCommand(['ASKING']);
