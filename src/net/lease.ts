import type { RedisError } from '../errors.ts';
import type { Argument, Push, Reply } from '../resp/index.ts';
import type { Command } from './command.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { ConnectionState } from './connection-state.ts';

/** Who has a leased connection, or waits for one. */
export interface LeaseHolder {
  /** It is yours, until you give it back or close it, or {@link onLost}. It may still have to be dialled. */
  onLease(lease: Lease): void;
  /** There was none to be had in time. */
  onRefused(error: RedisError): void;
  /** The reply to a command that nobody has settled yet. */
  onReply(lease: Lease, command: Command, reply: Reply): void;
  onPush(push: Push): void;
  /** The connection is over, and no longer yours; `unanswered` is every live command it had, oldest first. */
  onLost(lease: Lease, unanswered: Command[], error: RedisError | undefined): void;
}

/** What a lease tells the pool it comes from. */
export interface LeaseOwner {
  onReady(lease: Lease): void;
  onGivenBack(lease: Lease): void;
  onEnd(lease: Lease, error: RedisError | undefined): void;
}

/** One connection that one party at a time has to itself: for what would change or stop a shared one. */
export class Lease {
  readonly #owner: LeaseOwner;
  readonly #connection: Connection;
  #holder: LeaseHolder | undefined;
  #isOld = false;

  constructor(options: ConnectionOptions, owner: LeaseOwner) {
    this.#owner = owner;
    this.#connection = new Connection(options, {
      onReady: () => owner.onReady(this),
      onReply: (_connection, command, reply) => this.#holder?.onReply(this, command, reply),
      onPush: (push) => this.#holder?.onPush(push),
      onEnd: (_connection, unanswered, error) => {
        const holder = this.#holder;
        this.#holder = undefined;
        owner.onEnd(this, error);
        holder?.onLost(this, unanswered, error);
      },
      onExpired: (connection) => {
        this.#isOld = true;
        if (this.#holder === undefined) connection.drain();
      },
      isHeld: () => this.#holder !== undefined,
    });
  }

  get address(): string {
    return this.#connection.address;
  }

  get isLent(): boolean {
    return this.#holder !== undefined;
  }

  /** Nobody is to have it next: it is too old, or waits for others to end, which the next may not have to. */
  get isSpent(): boolean {
    return this.#isOld || this.#connection.permit.limit !== undefined;
  }

  /** Replies owed by the server, those of cancelled commands too. */
  get owed(): number {
    return this.#connection.owed;
  }

  lend(holder: LeaseHolder): void {
    this.#holder = holder;
    holder.onLease(this);
  }

  enqueue(command: Command): void {
    this.#connection.enqueue(command);
  }

  /** Gives back the commands of which no byte is encoded, oldest first. */
  takeQueued(): Command[] {
    return this.#connection.takeQueued();
  }

  setProbed(isProbed: boolean): void {
    this.#connection.setProbed(isProbed);
  }

  expectMonitorLines(): void {
    this.#connection.expectMonitorLines();
  }

  /**
   * The holder is done, and owes nobody an answer.
   *
   * @param cleaning what makes the connection as new again, where something must.
   */
  giveBack(cleaning?: readonly Argument[]): void {
    this.#holder = undefined;
    this.#connection.setProbed(true);
    if (cleaning !== undefined && this.#connection.isReady) this.#connection.writeOwn(cleaning);
    this.#owner.onGivenBack(this);
    this.#connection.permit.rests();
  }

  /** Ends the connection: nobody knows its state, or it is not needed any more. */
  close(error: RedisError): void {
    if (this.#connection.state !== ConnectionState.Closed) this.#connection.destroy(error);
  }
}
