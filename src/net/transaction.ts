import { type CommandInfo, findCommand, needsSession } from '../commands/index.ts';
import { ClusterError, ErrorReply, invalidArgument } from '../errors.ts';
import { type Argument, argumentBytes, checkArguments, type Reply } from '../resp/index.ts';
import { withoutSecrets } from './hide-secrets.ts';

/** What goes over the wire behind the commands; the record of a transaction is that of its EXEC. */
export const EXEC: readonly Argument[] = Object.freeze(['EXEC']);

/**
 * The commands between a MULTI and its EXEC. All of it is written together, and EXEC's reply is the one that counts; what
 * is said before it, `QUEUED` or a refusal, explains an EXECABORT.
 *
 * @see https://redis.io/docs/latest/develop/using-commands/transactions/#errors-inside-a-transaction
 */
export class Transaction {
  readonly commands: readonly (readonly Argument[])[];
  readonly infos: readonly (CommandInfo | undefined)[];
  /** EXEC's own table entry, but for what depends on the commands. */
  readonly info: CommandInfo;
  /** Bytes of all arguments. */
  readonly bytes: number;
  /** The first command that was refused instead of queued; MULTI counts as number 0. */
  #refused: { readonly index: number; readonly reply: ErrorReply } | undefined;

  /** @throws TypeError (`ERR_INVALID_ARGUMENT`) for a command that can't be sent, or when there is none. */
  constructor(commands: readonly (readonly Argument[])[]) {
    if (commands.length === 0) throw invalidArgument('a transaction needs at least one command');
    for (const args of commands) checkArguments(args);
    // Copied, since an argument exchanged later for one that can't be encoded would leave the server with half a MULTI.
    this.commands = commands.map((args) => [...args]);
    this.infos = this.commands.map(findCommand);
    this.bytes = this.commands.reduce((sum, args) => sum + argumentBytes(args), 0);
    this.info = this.infos.every((info) => info?.isReadonly === true) ? readingExec() : writingExec();
  }

  /** Why one of the commands can't be in a transaction, whatever the server would say. */
  get refusal(): ClusterError | undefined {
    for (const [i, info] of this.infos.entries()) {
      const need = needsSession(info);
      if (need === undefined) continue;
      const message = `${this.#name(i + 1)} changes the state of its connection, and can't be in a transaction: it needs ${need}`;
      return new ClusterError('ERR_NEEDS_SESSION', message);
    }
    return undefined;
  }

  /** It is written, perhaps again: nothing is known of its commands. */
  begin(): void {
    this.#refused = undefined;
  }

  /** Command number `index`, MULTI being 0, was answered. */
  queued(index: number, reply: Reply): void {
    if (reply instanceof ErrorReply) this.#refused ??= { index, reply: this.#withoutSecrets(index, reply) };
  }

  /**
   * Explains an error that EXEC was answered with: which command was refused, and why (`cause`).
   *
   * Whatever EXEC is refused with proves that nothing ran, and what its commands fail with is inside of its reply. But
   * behind a MULTI that was refused the commands were no transaction.
   */
  explain(reply: ErrorReply): ErrorReply {
    const refused = this.#refused;
    if (refused === undefined) return reply;
    const which = `${this.#name(refused.index)} (command ${refused.index} of ${this.commands.length})`;
    const text =
      refused.index === 0
        ? `ERR MULTI was refused, so that the commands behind it were no transaction and may have run: ${refused.reply.message}`
        : `EXECABORT nothing ran, since ${which} was refused: ${refused.reply.message}`;
    const explained = new ErrorReply(text);
    explained.command = reply.command;
    explained.address = reply.address;
    explained.cause = refused.reply;
    refused.reply.command ??= this.#name(refused.index);
    refused.reply.address ??= reply.address;
    return explained;
  }

  /** Errors of single commands are values of EXEC's reply: each is given the name of its command. */
  name<T extends Reply>(replies: T): T {
    if (!Array.isArray(replies)) return replies;
    for (const [i, reply] of replies.entries()) {
      if (!(reply instanceof ErrorReply)) continue;
      const named = this.#withoutSecrets(i + 1, reply);
      named.command = this.#name(i + 1);
      replies[i] = named;
    }
    return replies;
  }

  #withoutSecrets(index: number, reply: ErrorReply): ErrorReply {
    if (index === 0) return reply;
    return withoutSecrets(reply, { info: this.infos[index - 1], args: this.commands[index - 1]! });
  }

  #name(index: number): string {
    return index === 0 ? 'MULTI' : (this.infos[index - 1]?.name ?? String(this.commands[index - 1]![0]));
  }
}

/**
 * What the server itself said: behind an EXECABORT of ours the refusal of the command that caused it, which proves as
 * much as if the command had been alone.
 */
export function refusalBehind(reply: ErrorReply): ErrorReply {
  return reply.prefix === 'EXECABORT' && reply.cause instanceof ErrorReply ? reply.cause : reply;
}

// Not as the table has them: an error that EXEC is refused with is the server's own, never that of a script within.
let writing: CommandInfo | undefined;
let reading: CommandInfo | undefined;

function writingExec(): CommandInfo {
  writing ??= { ...findCommand(EXEC)!, runsUserCode: false, session: undefined };
  return writing;
}

/** Nothing in it but reads: it may go out again after a loss. */
function readingExec(): CommandInfo {
  reading ??= { ...writingExec(), isReadonly: true };
  return reading;
}
