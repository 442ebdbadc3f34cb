import { type Command, NO_SLOT, type Runtime } from '../net/index.ts';
import { SLOT_COUNT } from './hash-slot.ts';
import { Lane } from './lane.ts';
import { canTravelTogether } from './travel.ts';

/** What the lanes ask of the cluster. */
export interface LaneHost {
  readonly runtime: Runtime;
  /** Enqueues a command at its slot's primary, or where an ASK sent it. False: the slot has nobody. */
  forward(command: Command): boolean;
  /** A slot has nobody: look at the topology once, then call {@link Lanes.wake} or {@link Lanes.takeUnassigned}. */
  findPrimary(slot: number): void;
}

/** How a command came back from a connection. */
export type Return = 'moved' | 'ask' | 'refused' | 'lost';

/**
 * Keeps the commands of a slot in order while the slot changes hands.
 *
 * Per slot one number: how many live commands are on a connection, unanswered. While it is above zero and something has
 * changed, nothing of the slot leaves, so that two connections never carry the slot at the same time. When it is zero,
 * what was held leaves in the order of `send`, and the lane is gone.
 *
 *     no lane --MOVED, loss, view--> held back until nothing is unanswered --> all leave --> no lane
 *             --refusal, loss------> the same, then the oldest alone until it is answered
 *             --ASK----------------> the same, then runs of commands that can't overtake each other
 *
 * An ASK is about one key: others of the slot may still be at the source. So while a slot migrates, only runs travel
 * together: commands on one key, or commands that were all sent on to the same target.
 */
export class Lanes {
  /** How long an ASK is remembered: a slot whose migration was given up is a plain one again after this. */
  static readonly MIGRATION_MEMORY_MS = 5000;

  readonly #host: LaneHost;
  readonly #unanswered = new Int32Array(SLOT_COUNT);
  readonly #lanes: (Lane | undefined)[] = new Array<Lane | undefined>(SLOT_COUNT).fill(undefined);
  readonly #open = new Set<Lane>();

  constructor(host: LaneHost) {
    this.#host = host;
  }

  /** Slots that keep something back, or may. Those whose last ASK is too long ago, and that keep nothing, are closed. */
  openNow(): ReadonlySet<Lane> {
    for (const lane of [...this.#open]) if (lane.migratingUntil > 0 && lane.held.length === 0) this.#advance(lane);
    return this.#open;
  }

  /** Live commands of a slot that are on a connection. */
  unanswered(slot: number): number {
    return this.#unanswered[slot]!;
  }

  /** Whether an ASK told lately that keys of the slot are on their way. */
  isMigrating(slot: number): boolean {
    const lane = this.#lanes[slot];
    return lane !== undefined && lane.migratingUntil > this.#host.runtime.now();
  }

  /** A command sets out: straight to its primary when nothing holds its slot back. */
  dispatch(command: Command): void {
    const lane = this.#lanes[command.slot];
    if (lane === undefined) {
      this.#unanswered[command.slot]!++;
      if (this.#host.forward(command)) return;
      this.#unanswered[command.slot]!--;
    }
    const held = lane ?? this.#laneOf(command.slot);
    held.hold(command);
    this.#advance(held);
  }

  /** A command on a connection was settled: by its reply, or (`wasAnswered` false) early, leaving a tombstone. */
  settled(command: Command, wasAnswered: boolean): void {
    this.#unanswered[command.slot]!--;
    const lane = this.#lanes[command.slot];
    if (lane === undefined) return;
    if (wasAnswered && lane.probe === command) lane.isProbing = false;
    this.#advance(lane);
  }

  /** A held command was settled by its deadline or signal: it drops out of the lane when its turn comes. */
  dropped(slot: number): void {
    const lane = this.#lanes[slot];
    if (lane !== undefined) this.#advance(lane);
  }

  /** A command came back unexecuted, or may be repeated: it waits in its place. */
  takeBack(command: Command, why: Return, delayMs: number): void {
    this.#unanswered[command.slot]!--;
    const lane = this.#laneOf(command.slot);
    if (why === 'refused' || why === 'lost') lane.isProbing = true;
    if (why === 'moved') lane.endMigration();
    if (why === 'ask') lane.migratingUntil = this.#host.runtime.now() + Lanes.MIGRATION_MEMORY_MS;
    lane.hold(command);
    if (delayMs > 0) this.#pause(lane, delayMs);
    this.#advance(lane);
  }

  /** A command was withdrawn unwritten: it waits in its place until {@link wake}. */
  withdrawn(command: Command): void {
    this.#unanswered[command.slot]!--;
    this.#laneOf(command.slot).hold(command);
  }

  /** What comes next of a slot goes over another connection: it waits for what is unanswered. */
  await(slot: number): void {
    if (this.#unanswered[slot]! > 0) this.#laneOf(slot);
  }

  /** A command turned out to be of another slot than was thought: it is on a connection for that one. */
  adopt(command: Command, slot: number): void {
    if (command.slot !== NO_SLOT) this.settled(command, false);
    command.slot = slot;
    this.#unanswered[slot]!++;
  }

  /**
   * Lets a slot go on. When it `hasMoved` to another primary, what is under way is waited for, and what waited for the
   * old one to recover needs to wait no longer.
   */
  wake(slot: number, hasMoved: boolean): void {
    let lane = this.#lanes[slot];
    if (lane === undefined && this.#unanswered[slot] === 0) return;
    lane ??= this.#laneOf(slot);
    if (hasMoved) {
      lane.endMigration();
      this.#resume(lane);
    }
    lane.isUnassigned = false;
    this.#advance(lane);
  }

  /** The topology was looked at, and the slot still has nobody: gives back what waits for it. */
  takeUnassigned(slot: number): Command[] {
    const lane = this.#lanes[slot];
    if (lane === undefined || !lane.isUnassigned) return [];
    lane.isUnassigned = false;
    const commands = lane.takeAll();
    this.#advance(lane);
    return commands;
  }

  /** Forgets everything, timers too. */
  clear(): void {
    for (const lane of [...this.#open]) this.#close(lane);
  }

  #laneOf(slot: number): Lane {
    let lane = this.#lanes[slot];
    if (lane === undefined) {
      lane = new Lane(slot);
      this.#lanes[slot] = lane;
      this.#open.add(lane);
    }
    return lane;
  }

  #close(lane: Lane): void {
    this.#resume(lane);
    this.#lanes[lane.slot] = undefined;
    this.#open.delete(lane);
  }

  /** Lets leave what may leave now. */
  #advance(lane: Lane): void {
    if (this.#unanswered[lane.slot]! > 0 || lane.timer !== undefined || lane.isUnassigned) return;
    const oldest = lane.oldest();
    const isMigrating = lane.migratingUntil > 0 && lane.migratingUntil > this.#host.runtime.now();
    if (oldest === undefined) {
      if (!isMigrating) this.#close(lane);
    } else if (lane.isProbing) {
      lane.probe = oldest;
      this.#release(lane, 1);
    } else if (isMigrating) {
      this.#release(lane, runLength(lane.held));
    } else {
      lane.endMigration();
      this.#close(lane);
      this.#release(lane, lane.held.length);
    }
  }

  #release(lane: Lane, count: number): void {
    const leaving = lane.held.splice(0, count);
    for (let i = 0; i < leaving.length; i++) {
      const command = leaving[i]!;
      if (command.isSettled) continue;
      this.#unanswered[lane.slot]!++;
      if (this.#host.forward(command)) continue;
      this.#unanswered[lane.slot]!--;
      this.#holdUnassigned(lane.slot, leaving.slice(i));
      return;
    }
  }

  #holdUnassigned(slot: number, commands: readonly Command[]): void {
    const lane = this.#laneOf(slot);
    for (const command of commands) if (!command.isSettled) lane.hold(command);
    lane.isUnassigned = true;
    this.#host.findPrimary(slot);
  }

  #pause(lane: Lane, delayMs: number): void {
    this.#resume(lane);
    lane.timer = this.#host.runtime.setTimer(() => {
      lane.timer = undefined;
      this.#advance(lane);
    }, delayMs);
  }

  #resume(lane: Lane): void {
    if (lane.timer !== undefined) this.#host.runtime.clearTimer(lane.timer);
    lane.timer = undefined;
  }
}

/** How many of the held commands, from the oldest on, can leave at once without one overtaking another. */
function runLength(held: readonly Command[]): number {
  let length = 1;
  while (length < held.length && canTravelTogether(held[0]!, held[length]!)) length++;
  return length;
}
