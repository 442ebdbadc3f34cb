import { blockingTimeoutMs } from '../commands/index.ts';
import type { Command } from './command.ts';
import { Fifo } from './fifo.ts';

/**
 * Which reply answers which command: the order of writing is the order of replies, and nothing else pairs them.
 *
 *     Written, oldest first:   | A | (tombstone) | B | C |
 *                              ^ the next reply is A's
 *
 * A command that was settled early (deadline, signal) keeps its place as a tombstone, so that its reply, when it comes, is
 * dropped and answers nobody else.
 */
export class Pipeline {
  readonly #awaiting = new Fifo<Command>();

  /** Replies that are owed, tombstones' too. */
  get owed(): number {
    return this.#awaiting.length;
  }

  /** The command that the next reply answers. */
  get head(): Command | undefined {
    return this.#awaiting.peek();
  }

  /** How long the server may take for its next reply on purpose, besides what counts as silence; in milliseconds. */
  get blockingMs(): number {
    const head = this.head;
    return head?.info === undefined ? 0 : (blockingTimeoutMs(head.info, head.args) ?? 0);
  }

  written(command: Command): void {
    this.#awaiting.push(command);
  }

  /** Takes the command that a reply answers; undefined when nobody asked. */
  answered(): Command | undefined {
    return this.#awaiting.shift();
  }

  /** The live commands that are owed an answer, oldest first. */
  unanswered(): Command[] {
    const unanswered: Command[] = [];
    this.#awaiting.forEach((command) => {
      if (!command.isSettled) unanswered.push(command);
    });
    return unanswered;
  }

  /** After the loss of the connection: everything unanswered, oldest first, without tombstones. */
  takeUnanswered(): Command[] {
    return this.#awaiting.takeAll().filter((command) => !command.isSettled);
  }
}
