/** How much may be under way at once: commands and the bytes of their arguments, counted until they settle. */
export interface AdmissionLimits {
  readonly maxCommands: number;
  readonly maxBytes: number;
}

/**
 * Counts what has been admitted and not yet settled, for one node or for the whole client.
 *
 * A command is counted once, at `send`; redirects and retries are never refused. One command that is larger than the
 * whole limit is admitted when nothing else is under way, or it never could be.
 */
export class Admission {
  readonly limits: AdmissionLimits;
  #commands = 0;
  #bytes = 0;

  constructor(limits: AdmissionLimits) {
    this.limits = limits;
  }

  get commands(): number {
    return this.#commands;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a command of this size may come in now. */
  hasRoom(bytes: number): boolean {
    if (this.#commands === 0) return true;
    return this.#commands < this.limits.maxCommands && this.#bytes + bytes <= this.limits.maxBytes;
  }

  /** Below half of both limits: the moment `drained()` waits for. */
  get isBelowHalf(): boolean {
    return this.#commands * 2 <= this.limits.maxCommands && this.#bytes * 2 <= this.limits.maxBytes;
  }

  take(bytes: number): void {
    this.#commands++;
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#commands--;
    this.#bytes -= bytes;
  }
}
