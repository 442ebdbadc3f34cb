import type { RedisError } from '../errors.ts';
import { type Command, NO_SLOT } from './command.ts';
import type { Credentials } from './credentials.ts';
import { type Endpoint, formatAddress } from './endpoint.ts';
import { Link, type LinkOptions, type LinkOwner } from './link.ts';

/**
 * The ways to one server, side by side. Commands of one slot always take the same, so that their order is that of one
 * connection; what has no slot takes the one with the least to do, and what is pinned to the server itself the first:
 *
 *     slot 0, 3, 6 ..., pinned -> link 0
 *     slot 1, 4, 7 ...         -> link 1
 *     slot 2, 5, 8 ...         -> link 2
 */
export class Links {
  readonly address: string;
  readonly endpoint: Endpoint;
  readonly all: readonly Link[];
  /** Over whose connection the last reply came: its owner says so. */
  lastAnswered: Link;
  readonly #first: Link;
  readonly #count: number;

  constructor(options: LinkOptions, owner: LinkOwner, count: number) {
    this.address = formatAddress(options.endpoint);
    this.endpoint = options.endpoint;
    this.#first = new Link(options, owner);
    this.lastAnswered = this.#first;
    this.#count = count;
    this.all = [this.#first, ...Array.from({ length: count - 1 }, () => new Link(options, owner))];
  }

  /** The one that commands of a slot take; without a slot the one for what is pinned to the server. */
  of(slot: number): Link {
    return slot === NO_SLOT ? this.#first : this.all[slot % this.#count]!;
  }

  /** Whether any has a connection. */
  get isReady(): boolean {
    return this.all.some(({ isReady }) => isReady);
  }

  /** Of what is pinned to the server: how many connections there have been, each may have led to another process. */
  get generation(): number {
    return this.#first.generation;
  }

  /** Attempts to reach the server since it was last reached. */
  get failures(): number {
    return this.isReady ? 0 : Math.max(...this.all.map(({ failures }) => failures));
  }

  /** The shortest smoothed round trip of any connection, in milliseconds; undefined without one. */
  get roundTripMs(): number | undefined {
    const known = this.all.flatMap(({ roundTripMs }) => roundTripMs ?? []);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** The server's availability zone, where a handshake asked for it and the server has one. */
  get zone(): string | undefined {
    return this.all.find(({ zone }) => zone !== undefined)?.zone;
  }

  /** Answers that the server owes on any connection. */
  get owed(): number {
    return this.all.reduce((owed, link) => owed + link.owed, 0);
  }

  /** The longest silence of a connection that owes an answer. */
  get silentMs(): number {
    return this.all.reduce((silentMs, link) => Math.max(silentMs, link.silentMs), 0);
  }

  /** Makes sure of one connection, without anything to send. */
  open(): void {
    if (!this.isReady) this.#first.open();
  }

  enqueue(command: Command): void {
    if (this.#count === 1) this.#first.enqueue(command);
    else if (command.slot !== NO_SLOT) this.of(command.slot).enqueue(command);
    else if (command.pinnedTo !== undefined) this.#first.enqueue(command);
    else this.#idlest().enqueue(command);
  }

  /** Withdraws the commands of which no byte is encoded; those of one slot oldest first. */
  takeQueued(): Command[] {
    return this.all.flatMap((link) => link.takeQueued());
  }

  /** The last reply said that its connection is not what it was: see {@link Link.replace}. */
  replace(): void {
    this.lastAnswered.replace();
  }

  /** Those that have a connection take nothing more over it, and close it when it has answered what it owes. */
  retire(): void {
    for (const link of this.all) link.retire();
  }

  /** Ends the connections; the owner is told with this error. */
  interrupt(error: RedisError): void {
    for (const link of this.all) link.interrupt(error);
  }

  /** Ends for good. */
  close(): void {
    for (const link of this.all) link.close();
  }

  /** Gives the server new credentials over the connections there are. */
  reauthenticate(credentials: Credentials): void {
    for (const link of this.all) link.reauthenticate(credentials);
  }

  /** The connection of what is pinned to the server is not replaced without need, until {@link unpin}. */
  pin(): void {
    this.#first.pin();
  }

  unpin(): void {
    this.#first.unpin();
  }

  /** Of those that are connected the one that owes least; the first where none is. */
  #idlest(): Link {
    let idlest = this.#first;
    for (const link of this.all) {
      if (link.isReady && (!idlest.isReady || link.owed < idlest.owed)) idlest = link;
    }
    return idlest;
  }
}
