import { callUser } from './call-user.ts';

/**
 * What is to be done after the I/O events of a turn: one immediate for all of it, because each costs a microsecond.
 *
 * Not a microtask: after all events of a turn one write carries half again as many commands.
 */
export class TurnEnd {
  #due: (() => void)[] = [];

  add(action: () => void): void {
    if (this.#due.push(action) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const due = this.#due;
    this.#due = [];
    // What one of them throws keeps no other from its turn.
    for (const action of due) callUser(action);
  };
}
