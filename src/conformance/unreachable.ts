/** The one error that is nobody's fault but the target's: it is not there, or lets nobody in. */

/** Thrown when a server or a parser cannot be reached at the beginning of a run. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
