import { invalidArgument } from '../errors.ts';

/** A node that could answer a read. */
export interface Reader {
  readonly address: string;
  readonly isPrimary: boolean;
  /** A smoothed round trip, in milliseconds; undefined while there is no connection. */
  readonly latencyMs: number | undefined;
  /** Its availability zone, where the server says (Valkey 8 and later). */
  readonly zone: string | undefined;
}

/**
 * Who answers commands on keys that only read, by the server's own flag:
 *
 * - `'primary'`: the primary, in the order of `send`. The default, and what every other command gets.
 * - `'preferReplica'`: any replica in good order; the primary where there is none.
 * - `'nearest'`: whichever of them all answers soonest, as measured.
 * - `{ zone }`: a replica, then the primary, in this availability zone; where none is known to be, as `'preferReplica'`.
 * - a function: the one it returns of those it is given, the primary first and always there; the primary when it returns
 *   something else. It is called for every such command, so it must be quick.
 *
 * What a replica answers is a little old, and outside of the order contract: a client may not see its own write.
 */
export type ReadFrom =
  | 'primary'
  | 'preferReplica'
  | 'nearest'
  | { readonly zone: string }
  | ((readers: readonly Reader[]) => Reader | undefined);

/** @throws TypeError (`ERR_INVALID_ARGUMENT`) for anything that is no {@link ReadFrom}. */
export function checkReadFrom(value: unknown): void {
  if (value === 'primary' || value === 'preferReplica' || value === 'nearest' || typeof value === 'function') return;
  if (typeof value === 'object' && value !== null && 'zone' in value && typeof value.zone === 'string') return;
  throw invalidArgument("readFrom must be 'primary', 'preferReplica', 'nearest', { zone } or a function");
}
