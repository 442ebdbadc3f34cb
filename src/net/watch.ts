import type { ByteTimes } from './byte-times.ts';
import type { ClientSettings } from './options.ts';
import type { Pipeline } from './pipeline.ts';
import type { TimerHandle } from './runtime.ts';

/** What tells how a connection is. */
export interface WatchedParts {
  readonly times: ByteTimes;
  readonly pipeline: Pipeline;
}

/**
 * What was seen: the server owes an answer and is silent for too long; or nothing has happened for long; or the connection
 * is too old, which is said again and again until it has gone.
 */
export type Sight = 'silent' | 'idle' | 'old';

/** How much earlier than others a connection may be too old, so that those made together don't end together. */
const AGE_SPREAD = 0.1;

/** Looks at an established connection from time to time. */
export class Watch {
  readonly #settings: ClientSettings;
  readonly #parts: WatchedParts;
  readonly #tell: (sight: Sight) => void;
  readonly #expiresAt: number;
  #timer: TimerHandle | undefined;
  #hasStopped = false;

  constructor(settings: ClientSettings, parts: WatchedParts, tell: (sight: Sight) => void) {
    const { runtime, maxConnectionAgeMs: maxAgeMs } = settings;
    this.#settings = settings;
    this.#parts = parts;
    this.#tell = tell;
    const earlierMs = maxAgeMs === Number.POSITIVE_INFINITY ? 0 : maxAgeMs * AGE_SPREAD * runtime.random();
    this.#expiresAt = runtime.now() + maxAgeMs - earlierMs;
    this.#wait();
  }

  stop(): void {
    this.#hasStopped = true;
    this.#settings.runtime.clearTimer(this.#timer);
  }

  #wait(): void {
    const { runtime, livenessMs, idleProbeMs } = this.#settings;
    const lookMs = Math.min(livenessMs, idleProbeMs) / 4;
    const leftMs = this.#expiresAt - runtime.now();
    this.#timer = runtime.setTimer(() => this.#look(), leftMs > 0 ? Math.min(lookMs, leftMs) : lookMs);
  }

  #look(): void {
    const { runtime, livenessMs, idleProbeMs } = this.#settings;
    const { times, pipeline } = this.#parts;
    if (pipeline.owed > 0) {
      if (times.silentMs >= livenessMs + pipeline.blockingMs) this.#tell('silent');
    } else if (times.idleMs >= idleProbeMs) this.#tell('idle');
    if (!this.#hasStopped && runtime.now() >= this.#expiresAt) this.#tell('old');
    if (!this.#hasStopped) this.#wait();
  }
}
