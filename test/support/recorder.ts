import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** The channels of a tracing channel, in the order in which an operation that fails is told. */
export const TRACING_EVENTS = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'] as const;

/** Everything that is published on some channels, until it is stopped. */
export class Recorder<T = unknown> {
  /** What was told, with the last word of the channel's name. */
  readonly told: [event: string, message: T][] = [];
  readonly #names: readonly string[];

  /** @param names of plain channels */
  constructor(...names: readonly string[]) {
    this.#names = names;
    for (const name of names) subscribe(name, this.#listen);
  }

  /** Records all channels of tracing channels. */
  static tracing<T>(...names: readonly string[]): Recorder<T> {
    return new Recorder<T>(...names.flatMap((name) => TRACING_EVENTS.map((event) => `tracing:${name}:${event}`)));
  }

  /** The events alone. */
  get events(): string[] {
    return this.told.map(([event]) => event);
  }

  /** What was told by one of the events. */
  messages(event: string): T[] {
    return this.told.filter(([name]) => name === event).map(([, message]) => message);
  }

  stop(): void {
    for (const name of this.#names) unsubscribe(name, this.#listen);
  }

  readonly #listen = (message: unknown, name: string | symbol): void => {
    this.told.push([String(name).split(':').at(-1)!, message as T]);
  };
}
