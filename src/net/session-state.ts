import type { CommandInfo } from '../commands/index.ts';
import { ErrorReply } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import type { Outcome } from './command.ts';

/** Of CLIENT, what only asks: everything else leaves a mark on its connection. */
const HARMLESS: ReadonlySet<string> = new Set(['CLIENT ID', 'CLIENT INFO', 'CLIENT LIST', 'CLIENT GETNAME']);

/**
 * What a session has made of its connection, as far as its commands tell: what has to be undone before somebody else may
 * have it.
 */
export class SessionState {
  /** Keys are watched. */
  #isWatching = false;
  #isInMulti = false;
  /** Nobody would undo it, or nobody knows: the connection is not used again. */
  #isDoubtful = false;
  #isMonitoring = false;

  /** MULTI was sent, and neither EXEC nor DISCARD after it. */
  get isInMulti(): boolean {
    return this.#isInMulti;
  }

  get isMonitoring(): boolean {
    return this.#isMonitoring;
  }

  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** What to send to have it undone. */
  get cleaning(): readonly Argument[] | undefined {
    if (this.#isInMulti) return ['DISCARD'];
    return this.#isWatching ? ['UNWATCH'] : undefined;
  }

  /** A command is on its way, in the order in which the server will see it. */
  sent(info: CommandInfo | undefined): void {
    switch (info?.name) {
      case 'WATCH':
        this.#isWatching = true;
        return;
      case 'MULTI':
        this.#isInMulti = true;
        return;
      case 'EXEC':
      case 'DISCARD':
        this.#isInMulti = false;
        this.#isWatching = false;
        return;
      case 'UNWATCH':
        // Inside a MULTI it is queued, and EXEC unwatches anyway.
        this.#isWatching = this.#isInMulti;
        return;
      case 'MONITOR':
        this.#isMonitoring = true;
        this.#isDoubtful = true;
        return;
      default:
        if (info?.name.startsWith('CLIENT ') && !HARMLESS.has(info.name)) this.#isDoubtful = true;
    }
  }

  /** A command was answered: one that undoes something may have been refused. */
  answered(info: CommandInfo | undefined, reply: Outcome): void {
    if (!(reply instanceof ErrorReply)) return;
    const undoes = info?.name === 'EXEC' || info?.name === 'DISCARD' || info?.name === 'UNWATCH';
    if (undoes && reply.prefix !== 'EXECABORT') this.#isDoubtful = true;
    if (info?.name === 'MONITOR') this.#isMonitoring = false;
  }
}
