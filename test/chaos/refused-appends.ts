import { tracingChannel } from 'node:diagnostics_channel';
import type { Witness } from '../../src/testing/index.ts';

/** What a trace of a command tells. */
interface Told {
  readonly refusals: number;
}

type Args = readonly (string | number)[];

/**
 * Which appends a server refused before one took them (CLUSTERDOWN, for a moment, while a replica takes over): what was in flight
 * behind those may stand before them, which no client can prevent (protocol 17 says that they did not run, no more).
 *
 * The client says so in its tracing channel, without arguments: so whose trace it is is noted when it begins.
 */
export class RefusedAppends implements Witness {
  readonly #channel = tracingChannel<unknown, Told & object>('slotwire:command');
  readonly #traced = new WeakMap<object, Args>();
  readonly #refused = new Set<string>();
  #sending: Args | undefined;
  readonly #subscriber = {
    start: (told: Told & object): void => {
      if (this.#sending?.[0] === 'RPUSH') this.#traced.set(told, this.#sending);
    },
    asyncEnd: (told: Told & object): void => {
      const args = told.refusals > 0 ? this.#traced.get(told) : undefined;
      if (args !== undefined) this.#refused.add(`${args[1]} ${args[2]}`);
    },
  };

  constructor() {
    this.#channel.subscribe(this.#subscriber as never);
  }

  /** Calls `send`, which sends this command. */
  sending<T>(args: Args, send: () => T): T {
    this.#sending = args;
    try {
      return send();
    } finally {
      this.#sending = undefined;
    }
  }

  get count(): number {
    return this.#refused.size;
  }

  stop(): void {
    this.#channel.unsubscribe(this.#subscriber as never);
  }

  wasRefused(key: string, value: number): boolean {
    return this.#refused.has(`${key} ${value}`);
  }

  wasLost(): boolean {
    return false;
  }

  cameLate(): boolean {
    return false;
  }

  hasOvertaken(): boolean {
    return false;
  }

  lostIncrements(): number {
    return 0;
  }
}
