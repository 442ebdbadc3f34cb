import type { ConnectionError } from '../errors.ts';
import type { Command } from './command.ts';
import type { Connection } from './connection.ts';
import type { BudgetedConnection, ConnectionBudget } from './connection-budget.ts';
import type { ConnectionEvents } from './connection-options.ts';
import type { Outbox } from './outbox.ts';
import type { Pipeline } from './pipeline.ts';

/** What tells whether a connection is needed. */
export interface PermitParts {
  /** Without one it may be dialled whenever it likes. */
  readonly budget: ConnectionBudget | undefined;
  readonly events: ConnectionEvents;
  readonly outbox: Outbox;
  readonly pipeline: Pipeline;
}

/** A connection's side of the client's {@link ConnectionBudget}: whether it may be dialled, and whether it is needed. */
export class Permit implements BudgetedConnection {
  readonly #parts: PermitParts;
  readonly #connection: Connection;
  #limit: ConnectionError | undefined;

  constructor(parts: PermitParts, connection: Connection) {
    this.#parts = parts;
    this.#connection = connection;
  }

  get address(): string {
    return this.#connection.address;
  }

  /** Why the connection may not be dialled yet: as many as may be are open. */
  get limit(): ConnectionError | undefined {
    return this.#limit;
  }

  get isWanted(): boolean {
    return this.#parts.outbox.hasLive || this.#parts.events.isHeld();
  }

  get isIdle(): boolean {
    const { events, outbox, pipeline } = this.#parts;
    const isBusy = pipeline.owed > 0 || !outbox.isEmpty || outbox.isWriting;
    return this.#connection.isReady && !isBusy && !events.isHeld();
  }

  /** The connection wants to be dialled; it is, now or later. */
  ask(): void {
    const { budget } = this.#parts;
    if (budget === undefined) this.#connection.dial();
    else this.#refuse(budget.ask(this));
  }

  permitted(): void {
    this.#refuse(undefined);
    this.#connection.dial();
  }

  /** A command was queued while the connection waits. */
  queued(command: Command): void {
    command.lastRefusal = this.#limit;
    this.#parts.budget?.wanted();
  }

  /** Commands were written to it. */
  used(): void {
    this.#parts.budget?.used(this);
  }

  /** A command is about to come over it: others make room, and it is kept for a while. */
  reserve(): void {
    this.#parts.budget?.reserve(this);
  }

  /** It may be idle now. */
  rests(): void {
    this.#parts.budget?.rests(this);
  }

  drain(): void {
    this.#connection.drain();
  }

  giveWay(): boolean {
    const { events } = this.#parts;
    if (!this.#connection.isReady || events.isHeld()) return false;
    events.onExpired(this.#connection);
    return true;
  }

  /** The connection has ended. */
  left(): void {
    this.#parts.budget?.left(this);
  }

  /** What is queued can't leave, and why; or it can. */
  #refuse(limit: ConnectionError | undefined): void {
    if (limit !== this.#limit) this.#parts.outbox.refused(this.#limit, limit);
    this.#limit = limit;
  }
}
