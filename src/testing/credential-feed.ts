import type { Credentials } from '../net/index.ts';

/** Passwords for a client's `credentials` option, the next one whenever a test says so. */
export class CredentialFeed implements AsyncIterable<Credentials> {
  readonly #waiting: string[];
  #wake: () => void = () => undefined;

  constructor(first: string) {
    this.#waiting = [first];
  }

  /** The client's password from now on. */
  push(password: string): void {
    this.#waiting.push(password);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Credentials> {
    for (;;) {
      const password = this.#waiting.shift();
      if (password !== undefined) yield { password };
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
