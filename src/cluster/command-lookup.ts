import { Buffer } from 'node:buffer';
import { type CommandInfo, CommandNames, findCommandIn, learnCommand } from '../commands/index.ts';
import { ErrorReply, type RedisError } from '../errors.ts';
import { backoffMs, type Command, CommandState, REFUSAL_BACKOFF, type Runtime } from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import { RECOVERY } from './recovery.ts';

/** What a look-up asks of the cluster. */
export interface LookupHost {
  readonly runtime: Runtime;
  /** Asks any node a question of the client's own. */
  ask(args: readonly string[], timeoutMs: number): Promise<Reply>;
  /** Asks any node about a command, within its budget; keys come back as bytes. */
  askAbout(command: Command, args: readonly Argument[]): Promise<Reply>;
  /** What there is to know of the command's name is known now: it can go on its way. */
  learned(command: Command): void;
  /** These are the keys of the command; none where the server finds none. */
  foundKeys(command: Command, keys: readonly Argument[]): void;
}

const QUESTION_TIMEOUT_MS = 1000;
/** How long a server's word is believed that there is no such command: a module may be loaded, a node upgraded. */
const UNKNOWN_FOR_MS = 10_000;
/** Names that are remembered as unknown: misspelt ones are few, those of an attacker are not. */
const MAX_UNKNOWN_NAMES = 1000;

/**
 * Asks a server about commands that no table of ours has: once for each name, what it is (COMMAND INFO), and where even
 * that does not say where the keys are, each time (COMMAND GETKEYS). The command waits meanwhile, within its budget,
 * outside the order contract.
 */
export class CommandLookup {
  readonly #host: LookupHost;
  readonly #learned = new CommandNames();
  /** By name: until when it counts as unknown to the servers too, on the runtime's clock. */
  readonly #unknownUntil = new Map<string, number>();
  /** Commands that wait for the answer about their name, in the order of `send`. */
  readonly #waiting = new Map<string, Command[]>();

  constructor(host: LookupHost) {
    this.#host = host;
  }

  /** What a server has said about such a command. */
  find(args: readonly Argument[]): CommandInfo | undefined {
    return findCommandIn(this.#learned, args);
  }

  /** Whether a server was asked, and does not know it, or does not tell. */
  isUnknown(command: Command): boolean {
    const until = this.#unknownUntil.get(nameOf(command));
    return until !== undefined && until > this.#host.runtime.now();
  }

  /** Holds the command until a server has said what it is. */
  ask(command: Command): void {
    const name = nameOf(command);
    command.state = CommandState.Held;
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) waiting.push(command);
    else {
      this.#waiting.set(name, [command]);
      void this.#askAbout(name);
    }
  }

  /** Holds the command until a server has said where its keys are. */
  async askKeys(command: Command): Promise<void> {
    command.state = CommandState.Held;
    for (let attempt = 0; !command.isSettled; attempt++) {
      const answer = await this.#host.askAbout(command, ['COMMAND', 'GETKEYS', ...command.args]).catch(asAnswer);
      if (command.isSettled) return;
      if (!isPassing(answer)) {
        this.#host.foundKeys(command, keysIn(answer));
        return;
      }
      command.lastRefusal = answer;
      await this.#pause(attempt);
    }
  }

  async #askAbout(name: string): Promise<void> {
    const isWanted = (): boolean => this.#waiting.get(name)?.some((command) => !command.isSettled) === true;
    for (let attempt = 0; isWanted(); attempt++) {
      const answer = await this.#host.ask(['COMMAND', 'INFO', name], QUESTION_TIMEOUT_MS).catch(asAnswer);
      if (!isPassing(answer)) {
        if (!learnCommand(name, answer, this.#learned)) this.#forget(name);
        break;
      }
      for (const command of this.#waiting.get(name)!) command.lastRefusal = answer;
      await this.#pause(attempt);
    }
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.delete(name);
    for (const command of waiting) if (!command.isSettled) this.#host.learned(command);
  }

  /** The server does not know it either, or does not let us ask: so it counts as unknown for a while. */
  #forget(name: string): void {
    if (this.#unknownUntil.size >= MAX_UNKNOWN_NAMES) this.#unknownUntil.clear();
    this.#unknownUntil.set(name, this.#host.runtime.now() + UNKNOWN_FOR_MS);
  }

  #pause(attempt: number): Promise<void> {
    const { runtime } = this.#host;
    return new Promise((resolve) => {
      runtime.setTimer(resolve, backoffMs(attempt, REFUSAL_BACKOFF, runtime.random()));
    });
  }
}

/** The name that COMMAND INFO takes; of a container with its second word. */
function nameOf({ info, args }: Command): string {
  return (info === undefined ? text(args[0]!) : `${info.name}|${text(args[1]!)}`).toUpperCase();
}

function text(argument: Argument): string {
  return typeof argument === 'object' ? Buffer.from(argument).toString('latin1') : String(argument);
}

/** The keys in a reply to COMMAND GETKEYS; an error is told again by whoever is sent the command. */
function keysIn(answer: Reply): Argument[] {
  const isKey = (key: Reply): key is string | Buffer => typeof key === 'string' || Buffer.isBuffer(key);
  return Array.isArray(answer) ? answer.filter(isKey) : [];
}

/** An error that is the answer. */
function asAnswer(error: unknown): RedisError {
  return error as RedisError;
}

/** Whether there is reason to ask again: nobody answered, or one who can't for the moment. */
function isPassing(answer: Reply | RedisError): answer is RedisError {
  if (!(answer instanceof Error)) return false;
  return !(answer instanceof ErrorReply) || RECOVERY[answer.prefix] !== undefined;
}
