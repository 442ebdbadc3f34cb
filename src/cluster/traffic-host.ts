import type { Command, Outcome, PartFields } from '../net/index.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { RedirectedCommand, RefreshReason } from './diagnostics/index.ts';

/** What those who move commands ask of the cluster. */
export interface TrafficHost {
  settle(command: Command, outcome: Outcome): void;
  /** Gives a read to a replica; false: its slot's primary is to have it. */
  readFromReplica(command: Command): boolean;
  /** Makes a part of a command; who asked for it sends it on its way. */
  part(whole: Command, fields: PartFields): Command;
  /** Asks a node, by its address, a question of the client's own. */
  ask(address: string, args: readonly string[], timeoutMs: number): Promise<Reply>;
  /** Asks a node about a command, within its budget; keys come back as bytes. */
  askAbout(command: Command, address: string, args: readonly Argument[]): Promise<Reply>;
  /** There is a reason to look at the topology; urgent where commands wait for it. */
  wantTopology(isUrgent: boolean, reason: RefreshReason): void;
  /** A node sends a command elsewhere; the slot map is still as it was. */
  redirected(redirected: RedirectedCommand): void;
}
