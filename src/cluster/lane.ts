import { type Command, CommandState, type TimerHandle } from '../net/index.ts';

/**
 * What one slot keeps back while something about it changes. Most slots have no lane: then commands pass straight to the
 * slot's primary.
 */
export class Lane {
  readonly slot: number;
  /** Commands kept back, in the order of their `send`. */
  readonly held: Command[] = [];
  /** After a refusal or a lost connection: the oldest command goes alone until it is answered. */
  isProbing = false;
  /** That one command. */
  probe: Command | undefined;
  /** An ASK was seen: keys of this slot are on their way. Until when this is believed, on the runtime's clock. */
  migratingUntil = 0;
  /** The back-off under way. */
  timer: TimerHandle | undefined;
  /** The slot had no primary when it was last looked up: one refresh decides (protocol 21). */
  isUnassigned = false;

  constructor(slot: number) {
    this.slot = slot;
  }

  /** Puts a command in its place among those kept back. */
  hold(command: Command): void {
    command.state = CommandState.Held;
    const { held } = this;
    // New commands come last, and redirected ones nearly so.
    let at = held.length;
    while (at > 0 && held[at - 1]!.sequence > command.sequence) at--;
    if (at === held.length) held.push(command);
    else held.splice(at, 0, command);
  }

  /** The slot is no longer known to migrate: where an ASK sent a command is not where its neighbours go. */
  endMigration(): void {
    this.migratingUntil = 0;
    for (const command of this.held) command.askAddress = undefined;
  }

  /** The oldest that still waits; those settled meanwhile (deadline, signal) are dropped. */
  oldest(): Command | undefined {
    let settled = 0;
    while (settled < this.held.length && this.held[settled]!.isSettled) settled++;
    if (settled > 0) this.held.splice(0, settled);
    return this.held[0];
  }

  /** Everything that still waits, in order, taken out. */
  takeAll(): Command[] {
    return this.held.splice(0).filter((command) => !command.isSettled);
  }
}
