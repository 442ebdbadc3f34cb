import { invalidArgument } from '../../errors.ts';
import { callUser } from '../call-user.ts';

/** Whatever takes an event of one name. */
export type EventListener<E> = (event: E) => void;

/**
 * Typed events, and who listens to them. `M` has a property for each event: its name, and the type of what is told.
 *
 * An event that nobody listens to is nothing, errors too. Listeners are called at the end of the turn, in the order in
 * which they came; what one of them throws is an uncaught error of its own, and keeps nothing from the others.
 */
export class Events<M extends object> {
  readonly #listeners: ReadonlyMap<keyof M, Set<EventListener<never>>>;

  /** @param names of all events */
  constructor(names: readonly (keyof M & string)[]) {
    this.#listeners = new Map(names.map((name) => [name, new Set()]));
  }

  /**
   * Calls the listener at every such event; the same one twice is one.
   *
   * @returns ends it, as {@link off} does.
   * @throws TypeError (`ERR_INVALID_ARGUMENT`): there is no such event, or the listener is no function.
   */
  on<K extends keyof M & string>(name: K, listener: EventListener<M[K]>): () => void {
    if (typeof listener !== 'function') throw invalidArgument('a listener must be a function');
    this.#of(name).add(listener);
    return () => this.off(name, listener);
  }

  /** The listener is called no more; nothing happens when it was not. */
  off<K extends keyof M & string>(name: K, listener: EventListener<M[K]>): void {
    this.#of(name).delete(listener);
  }

  /** Whether anybody listens: else what would be told need not be made. */
  has(name: keyof M & string): boolean {
    return this.#of(name).size > 0;
  }

  /** Tells all who listen, when the code that is running now has come to its end. */
  tell<K extends keyof M & string>(name: K, event: M[K]): void {
    const listeners = this.#of(name) as Set<EventListener<M[K]>>;
    if (listeners.size === 0) return;
    queueMicrotask(() => {
      for (const listener of [...listeners]) callUser(() => listener(event));
    });
  }

  #of(name: keyof M & string): Set<EventListener<never>> {
    const listeners = this.#listeners.get(name);
    if (listeners !== undefined) return listeners;
    throw invalidArgument(
      `there is no event ${JSON.stringify(name)}: one of ${[...this.#listeners.keys()].join(', ')}`,
    );
  }
}
