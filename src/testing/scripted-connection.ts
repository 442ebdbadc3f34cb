/** One client's connection to a scripted server: what came in, and what is played. */
import type { Socket } from 'node:net';
import type { Runtime } from '../net/index.ts';
import { NEED_DATA, type Request, RequestDecoder } from '../resp/index.ts';
import { beginsWith, describeCommand, type Step, toBuffer, type WireBytes } from './script.ts';

/** A command as it came in. */
export interface ReceivedCommand extends Request {
  /** The arguments as UTF-8, joined by spaces: `GET k`. */
  readonly text: string;
  /** True when the command before it on the same connection was ASKING. */
  readonly isAfterAsking: boolean;
  readonly connection: ScriptedConnection;
}

/** Answers a command with bytes; with nothing to say it returns `undefined`, and the next in turn is asked. */
export type Handler = (
  args: readonly Buffer[],
  connection: ScriptedConnection,
  command: ReceivedCommand,
) => WireBytes | undefined;

/** The server a connection belongs to. */
export interface ConnectionOwner {
  readonly clock: Pick<Runtime, 'setTimer'>;
  /** Is asked before the script. */
  readonly handler: Handler;
  /** Is asked when the script is over. */
  readonly fallback: Handler;
  onCommand(command: ReceivedCommand): void;
  /** Something happened that somebody may be waiting for. */
  onChange(): void;
  onFailure(message: string): void;
}

/** A connection of a {@link ScriptedNode}. */
export class ScriptedConnection {
  /** Counted from 0 in the order of acceptance. */
  readonly index: number;
  readonly commands: ReceivedCommand[] = [];
  /** Where the chunks ended in which the stream arrived, in bytes from its beginning. */
  readonly chunkEnds: number[] = [];
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #script: readonly Step[];
  /** Strict, because what servers merely put up with is a fault of the client under test. */
  readonly #decoder = new RequestDecoder({ isStrict: true });
  readonly #unanswered: ReceivedCommand[] = [];
  #nextStep = 0;
  #isPlaying = false;
  /** The script has come to its `silence`: nothing more is played, and nobody else answers. */
  #isSilent = false;

  constructor(socket: Socket, owner: ConnectionOwner, place: { index: number; script: readonly Step[] }) {
    this.#socket = socket;
    this.#owner = owner;
    this.index = place.index;
    this.#script = place.script;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#onChunk(chunk));
    // Clients under test break connections; `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => owner.onChange());
    void this.#play();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Steps of the script that were not reached; 0 when it is over. Silence is nothing that a client could miss. */
  get remainingSteps(): number {
    return this.#script.slice(this.#nextStep).filter(({ kind }) => kind !== 'silence').length;
  }

  /** Sends bytes now, whatever the script does. */
  send(bytes: WireBytes): void {
    this.#socket.write(toBuffer(bytes));
  }

  /** Ends the connection in an orderly way (FIN). */
  close(): void {
    this.#socket.end();
  }

  /** Breaks the connection (RST; TLS and Unix sockets, which have none, are closed at once). */
  reset(): void {
    // Where FIN is on its way Node.js can't reset, and never closes what it could not reset.
    if (this.#socket.writableEnded) return void this.#socket.destroy();
    try {
      this.#socket.resetAndDestroy();
    } catch {
      this.#socket.destroy();
    }
  }

  stopReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  #onChunk(chunk: Buffer): void {
    this.chunkEnds.push((this.chunkEnds.at(-1) ?? 0) + chunk.length);
    try {
      this.#decoder.feed(chunk);
      for (let request = this.#decoder.next(); request !== NEED_DATA; request = this.#decoder.next()) {
        this.#onRequest(request);
      }
    } catch (error) {
      this.#fail(`no request: ${error instanceof Error ? error.message : String(error)}`);
    }
    void this.#play();
    this.#owner.onChange();
  }

  #onRequest(request: Request): void {
    const text = request.args.map(String).join(' ');
    const isAfterAsking = this.commands.at(-1)?.text.toUpperCase() === 'ASKING';
    const command = { ...request, text, isAfterAsking, connection: this };
    this.commands.push(command);
    this.#owner.onCommand(command);
    if (this.#answer(this.#owner.handler, command)) return;
    // At once where no script is at work, so that answers leave in the order of their commands.
    if (this.remainingSteps === 0 && !this.#isPlaying && !this.#isSilent) this.#answer(this.#owner.fallback, command);
    else this.#unanswered.push(command);
  }

  /** Goes on with the script as far as it goes; afterwards the fallback answers. */
  async #play(): Promise<void> {
    if (this.#isPlaying) return;
    this.#isPlaying = true;
    while (this.#nextStep < this.#script.length && this.isOpen && !this.#isSilent) {
      const step = this.#script[this.#nextStep]!;
      if (step.kind === 'expect' && !this.#expect(step.command)) break;
      this.#nextStep++;
      if (step.kind === 'silence') this.#isSilent = true;
      else if (step.kind !== 'expect') await this.#perform(step);
      this.#owner.onChange();
    }
    this.#isPlaying = false;
    if (this.remainingSteps > 0 || this.#isSilent) return;
    for (const command of this.#unanswered.splice(0)) this.#answer(this.#owner.fallback, command);
  }

  async #perform(step: Exclude<Step, { kind: 'expect' | 'silence' }>): Promise<void> {
    switch (step.kind) {
      case 'send':
        for (const piece of step.pieces) await this.#sendPiece(piece);
        break;
      case 'delay':
        await new Promise<void>((resolve) => this.#owner.clock.setTimer(resolve, step.delayMs));
        break;
      default:
        this[step.kind]();
    }
  }

  /** True when the command that is expected has come. */
  #expect(wanted: readonly WireBytes[]): boolean {
    const command = this.#unanswered.shift();
    if (command === undefined) return false;
    if (beginsWith(command.args, wanted)) return true;
    this.#fail(`expected ${describeCommand(wanted)}, got ${describeCommand(command.args)}`);
    return false;
  }

  // The reader of the other end gets its turn of the event loop before the next piece is written.
  #sendPiece(piece: Buffer): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(piece, () => setImmediate(() => setImmediate(resolve)));
    });
  }

  #answer(handler: Handler, command: ReceivedCommand): boolean {
    const bytes = handler(command.args, this, command);
    if (bytes === undefined) return false;
    if (bytes.length > 0) this.send(bytes);
    return true;
  }

  #fail(message: string): void {
    this.#owner.onFailure(`connection ${this.index}, step ${this.#nextStep}: ${message}`);
    this.reset();
  }
}
