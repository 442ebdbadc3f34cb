/** What both demos do alike, on real nodes and on simulated ones. */

/** How much load there is, and of what. */
export interface LoadOptions {
  /** Commands at the least; the load goes on until the faults are over. */
  readonly commands: number;
  readonly callers: number;
  /** Of keys and faults. */
  readonly seed: number;
}

export const PASSWORD = 'CATAPI';
/** Slots moved before a primary dies, and after. */
export const SLOTS_MOVED_BEFORE = 60;
export const SLOTS_MOVED_AFTER = 20;
